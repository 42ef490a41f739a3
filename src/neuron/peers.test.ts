// What snnTorch, SpikingJelly, Norse and sinabs made of random input (bench/peers/neuron_traces.py), against
// the semantics that bear their names.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { describe, test } from "node:test";
import { neutralNeuron } from "../../test/neutral-neuron.ts";
import { dynamicsOf } from "./dynamics.ts";
import type { NeuronForm } from "./neuron-form.ts";
import { type NeuronState, type StepParameters, stepNeuron } from "./step-neuron.ts";

interface PeerCase {
  readonly peer: string;
  readonly form: NeuronForm;
  readonly parameters: Partial<StepParameters> & { readonly initialPotential?: number };
  /** Shape [steps][neurons]. */
  readonly potentials: readonly (readonly number[])[];
  readonly spikes: readonly (readonly number[])[];
}

const { input, cases } = JSON.parse(
  readFileSync(new URL("../../test/fixtures/peer-neurons.json", import.meta.url), "utf8"),
) as { readonly input: readonly (readonly number[])[]; readonly cases: readonly PeerCase[] };

/** Largest difference of a potential where the peer rounds elsewhere; 0 where it is followed to the last bit. */
function boundOf({ peer }: PeerCase): number {
  // sinabs clips at its minimum by relu(v − minimum) + minimum, which rounds.
  return peer.startsWith("sinabs IAF") ? 6e-8 : 0;
}

describe("named semantics", () => {
  for (const one of cases) {
    const bound = boundOf(one);
    const how = bound === 0 ? "to the last bit" : `within ${bound}`;
    test(`${one.peer} ${JSON.stringify(one.form).replaceAll('"', "")}: ${how}`, () => {
      const { initialPotential = 0, ...own } = one.parameters;
      const rounded = Object.entries(own).map(([name, value]) => [name, Math.fround(value)]);
      const parameters: StepParameters = { ...neutralNeuron, ...Object.fromEntries(rounded) };
      let fired = 0;
      for (let n = 0; n < input[0].length; n++) {
        const state: NeuronState = {
          potential: Math.fround(initialPotential),
          current: 0,
          adaptation: 0,
          refractory: 0,
        };
        input.forEach((row, step) => {
          const { spikes } = stepNeuron(dynamicsOf(one.form), parameters, state, Math.fround(row[n]));
          assert.equal(spikes, one.spikes[step][n], `spikes of neuron ${n} at step ${step}`);
          const published = Math.fround(one.potentials[step][n]);
          const difference = Math.abs(state.potential - published);
          assert.ok(difference <= bound, `neuron ${n}, step ${step}: ${state.potential}, peer ${published}`);
          fired += spikes;
        });
      }
      assert.ok(fired > 3 || one.form.reset === "none", `the case must spike: ${fired}`);
    });
  }
});
