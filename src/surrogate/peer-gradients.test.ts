// Gradients through time are the peers' on the same weights: snnTorch's and SpikingJelly's, for their neurons,
// surrogates and losses. The fixture is printed by bench/peers/surrogate_gradients.py.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { spikingModelOf } from "../../test/trained-networks.ts";
import { loadKernels } from "../kernels/load.ts";
import { dense, neuron, sequential } from "../model/build.ts";
import type { Model, Tensor } from "../model/model.ts";
import type { NeuronForm } from "../neuron/neuron-form.ts";
import { type SeriesLossName, seriesLosses } from "./series-losses.ts";
import { SurrogateEngine, type SurrogateEngineOptions } from "./surrogate-engine.ts";
import { learnableParameters } from "./trained-layout.ts";

interface Fixture {
  readonly steps: number;
  readonly pixels: readonly (readonly number[])[];
  readonly labels: readonly number[];
  readonly weights: Readonly<Record<string, { readonly shape: number[]; readonly data: number[] }>>;
  readonly cases: readonly Case[];
}

interface Case {
  readonly peer: string;
  readonly form: NeuronForm;
  readonly parameters: Readonly<Record<string, number>>;
  readonly surrogate: SurrogateEngineOptions["surrogate"];
  readonly slope: number;
  readonly loss: SeriesLossName;
  readonly isDetached: boolean;
  readonly lossValue: number;
  readonly spikes: number;
  readonly gradient: Readonly<Record<string, readonly number[]>>;
}

const path = new URL("../../test/fixtures/peer-gradients.json", import.meta.url);
const { steps, pixels, labels, weights, cases } = JSON.parse(readFileSync(path, "utf8")) as Fixture;
const kernels = await loadKernels({ memoryBytes: 2 ** 22 });

for (const own of cases) {
  const { peer, form, surrogate, loss, isDetached } = own;
  const name = `${peer} ${form.model}, ${form.reset}, ${surrogate}, ${loss}${isDetached ? "" : ", resets attached"}`;
  test(`${name}: loss and gradients are the peer's`, () => compare(own));
}

function modelOf({ form, parameters, loss }: Case): Model {
  const { isOfSpikes, readout } = seriesLosses[loss];
  const output: Partial<NeuronForm> = isOfSpikes ? form : { ...form, reset: "none", emits: "potential" };
  const network = sequential("peer", [6], [dense(9), neuron(form), dense(3), neuron(output)]);
  const tensors: Record<string, Tensor> = {};
  for (const [name, { shape, data }] of Object.entries(weights))
    tensors[name] = { shape, data: Float32Array.from(data) };
  for (const layer of ["neuron1", "neuron2"]) {
    for (const [name, value] of Object.entries(parameters)) {
      if (layer === "neuron1" || isOfSpikes || name !== "threshold")
        tensors[`${layer}.${name}`] = { shape: [1], data: Float32Array.of(value) };
    }
  }
  return spikingModelOf(network, tensors, { steps, readout }, ["a", "b", "c"]);
}

function compare(own: Case): void {
  const { surrogate, slope, isDetached, loss } = own;
  const mark = kernels.mark();
  const engine = new SurrogateEngine(kernels, {
    model: modelOf(own),
    loss: seriesLosses[loss],
    surrogate,
    slope,
    isDetached,
    learnt: learnableParameters,
    maximumShard: labels.length,
  });
  engine.pixels.set(pixels.flat());
  engine.labels.set(labels);
  const images = Uint32Array.from(labels, (_, i) => i);
  const result = engine.compute(labels.length, 1 / labels.length, { seed: 0, trial: 0, images });
  if (seriesLosses[loss].isOfSpikes)
    assert.equal(
      engine.outputs.reduce((sum, spike) => sum + spike, 0),
      own.spikes,
    );
  const mean = result.loss / labels.length;
  assert.ok(Math.abs(mean - own.lossValue) < 1e-5, `loss ${mean}, not ${own.lossValue}`);
  for (const [name, expected] of Object.entries(own.gradient)) {
    const slot = engine.layout.parameters.find((candidate) => candidate.name === name);
    assert.ok(slot !== undefined, `${name} is trained`);
    const got = engine.gradient.subarray(slot.offset, slot.offset + slot.length);
    const largest = expected.reduce((most, x) => Math.max(most, Math.abs(x)), 0.1);
    expected.forEach((x, i) => {
      assert.ok(Math.abs(got[i] - x) < 1e-5 * largest, `${name}[${i}] is ${got[i]}, not ${x}`);
    });
  }
  kernels.release(mark);
}
