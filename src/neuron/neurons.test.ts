import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { neuronContract, plainNeuronContract } from "../../test/contracts/neuron.ts";
import { neutralNeuron } from "../../test/neutral-neuron.ts";
import { loadKernels } from "../kernels/load.ts";
import { dynamicsOf } from "./dynamics.ts";
import type { NeuronForm } from "./neuron-form.ts";
import { parametersOf } from "./neuron-parameters.ts";
import { type NeuronState, type StepParameters, stepNeuron } from "./step-neuron.ts";

const kernels = await loadKernels({ memoryBytes: 4 * 1024 * 1024 });

const forms: readonly NeuronForm[] = [
  ...(["if", "lif", "cubaLif", "adaptiveLif"] as const).flatMap((model) =>
    (["subtract", "zero", "value", "none"] as const).map((reset) => ({ model, reset })),
  ),
  ...(["if", "lif", "cubaLif"] as const).flatMap((model) =>
    (["subtract", "zero", "none"] as const).flatMap((reset): NeuronForm[] => [
      { model, reset, semantics: "snntorch" },
      { model, reset, semantics: "snntorch", resetDelay: false },
      { model, reset, semantics: "snntorchCorrected" },
    ]),
  ),
  ...(["subtract", "value"] as const).flatMap((reset): NeuronForm[] => [
    { model: "if", reset, semantics: "spikingjelly" },
    { model: "lif", reset, semantics: "spikingjelly" },
    { model: "lif", reset, semantics: "spikingjelly", decayInput: false },
    { model: "cubaLif", reset, semantics: "spikingjelly" },
    { model: "if", reset, semantics: "norse" },
    { model: "lif", reset, semantics: "norse" },
    { model: "cubaLif", reset, semantics: "norse" },
  ]),
  { model: "if", reset: "subtract", semantics: "sinabs", maximumSpikes: 20 },
  { model: "lif", reset: "subtract", semantics: "sinabs", maximumSpikes: 3 },
  { model: "cubaLif", reset: "zero", semantics: "sinabs" },
  { model: "lif", reset: "subtract", refractorySteps: 2 },
  { model: "adaptiveLif", reset: "value", refractorySteps: 1, maximumSpikes: 4 },
  { model: "lif", reset: "zero", semantics: "norse", refractorySteps: 3 },
  { model: "cubaLif", reset: "subtract", spikeBudget: 4, maximumSpikes: 3 },
  { model: "cubaLif", reset: "zero", spikeBudget: 2, refractorySteps: 2 },
  { model: "lif", reset: "none", emits: "potential" },
  { model: "cubaLif", reset: "none", emits: "potential", semantics: "norse" },
];

describe("neuron kernels", () => {
  for (const form of forms) neuronContract(JSON.stringify(form).replaceAll('"', ""), form, kernels);
  plainNeuronContract("if", 1, kernels);
  plainNeuronContract("lif", 0.9, kernels);
});

/** Spikes and potentials of a neuron given some input. */
function draw(form: NeuronForm, change: Partial<StepParameters>, input: readonly number[], start = 0) {
  const state: NeuronState = { potential: start, current: 0, adaptation: 0, refractory: 0 };
  const parameters = { ...neutralNeuron, ...change };
  const outcomes = input.map((x) => {
    const { spikes } = stepNeuron(dynamicsOf(form), parameters, state, Math.fround(x));
    return [spikes, state.potential] as const;
  });
  return { spikes: outcomes.map(([n]) => n), potentials: outcomes.map(([, v]) => v) };
}

test("a neuron with a budget fires as one without until it is used up, never more, and never again", () => {
  const form = { model: "cubaLif", reset: "subtract", maximumSpikes: 3 } as const;
  const input = Array.from({ length: 60 }, (_, t) => 0.4 + Math.sin(t));
  const change = { membrane: Math.fround(0.9), synapse: Math.fround(0.8) };
  const free = draw(form, change, input).spikes;
  for (const spikeBudget of [1, 2, 5, 11]) {
    const { spikes } = draw({ ...form, spikeBudget }, change, input);
    let left = spikeBudget;
    for (const [t, n] of free.entries()) {
      assert.equal(spikes[t], Math.min(n, left), `${spikeBudget} spikes, step ${t}`);
      left -= spikes[t];
    }
    assert.equal(left, 0, "the case must use the budget up");
  }
});

test("an IF neuron under constant current has fired clip(floor((v0 + z T) / threshold), 0, T) times", () => {
  // Whole numbers: every sum is exact. 0 ≤ v0 < θ is where the closed form holds.
  const steps = 20;
  for (const threshold of [1, 3, 8, 100]) {
    for (const z of [-2, 0, 1, 2, 7, 8, 100]) {
      for (const start of [0, 1, 50]) {
        if (start >= threshold) continue;
        const { spikes } = draw(
          { model: "if", reset: "subtract" },
          { threshold },
          new Array(steps).fill(z),
          start,
        );
        let total = 0;
        spikes.forEach((n, t) => {
          total += n;
          if (z > threshold && t + 1 < steps) return;
          const expected = Math.min(Math.max(Math.floor((start + z * (t + 1)) / threshold), 0), t + 1);
          assert.equal(total, expected, `threshold ${threshold}, current ${z}, start ${start}, step ${t}`);
        });
      }
    }
  }
});

test("several spikes a step pay back exactly what a row of steps would", () => {
  const form: NeuronForm = { model: "if", reset: "subtract", maximumSpikes: 255 };
  assert.deepEqual(draw(form, { threshold: 2 }, [7, 0, 0.5, 4.5]), {
    spikes: [3, 0, 0, 3],
    potentials: [1, 1, 1.5, 0],
  });
  assert.deepEqual(draw({ ...form, maximumSpikes: 2 }, { threshold: 2 }, [7, 0]).spikes, [2, 1]);
});

test("a refractory neuron holds still for as many steps as it is told", () => {
  const form: NeuronForm = { model: "if", reset: "zero", refractorySteps: 2 };
  assert.deepEqual(draw(form, {}, [1, 1, 1, 1, 1, 1, 1]).spikes, [1, 0, 0, 1, 0, 0, 1]);
});

test("an adaptive threshold slows a neuron down under constant current", () => {
  const change = { membrane: 1, threshold: 1, adaptationStrength: 0.5, adaptationLeak: 1 };
  const { spikes } = draw({ model: "adaptiveLif", reset: "zero" }, change, new Array(20).fill(0.5));
  const times = spikes.flatMap((n, t) => (n > 0 ? [t] : []));
  assert.deepEqual(times, [1, 4, 8, 13, 19]);
});

test("a NaN potential never fires; with a threshold of 0 or less a neuron fires at or above it", () => {
  const form: NeuronForm = { model: "if", reset: "subtract", maximumSpikes: 4 };
  assert.deepEqual(draw(form, {}, [Number.NaN, 5, 5]).spikes, [0, 0, 0]);
  assert.deepEqual(draw(form, { threshold: 0 }, [0, -1]).spikes, [1, 0]);
  assert.deepEqual(draw(form, { threshold: -1 }, [-0.5, -9]).spikes, [1, 0]);
  assert.deepEqual(draw(form, { threshold: Number.NaN }, [1, 2]).spikes, [0, 0]);
});

test("snnTorch without reset delay may sit above its threshold in silence; the corrected form may not", () => {
  const input = [2.2, 2.2, 2.2, 2.2, 0, 0, 0, 0];
  const form: NeuronForm = { model: "lif", reset: "subtract", semantics: "snntorch", resetDelay: false };
  const followed = draw(form, {}, input);
  const corrected = draw({ model: "lif", reset: "subtract", semantics: "snntorchCorrected" }, {}, input);
  assert.ok(Math.abs((followed.potentials.at(-1) ?? 0) - 1.8) < 1e-5, String(followed.potentials));
  assert.equal(followed.spikes.at(-1), 0);
  assert.ok((corrected.potentials.at(-1) ?? 2) < 1);
  assert.equal(
    corrected.spikes.reduce((a, b) => a + b),
    8,
  );
});

test("forms that a tool does not have are refused by name", () => {
  const cases: readonly (readonly [NeuronForm, RegExp])[] = [
    [
      { model: "adaptiveLif", reset: "zero", semantics: "norse" },
      /semantics must be spikefront for adaptiveLif/,
    ],
    [{ model: "lif", reset: "value", semantics: "snntorch" }, /reset must be subtract, zero or none/],
    [{ model: "lif", reset: "zero", resetDelay: true }, /resetDelay must only be given under snntorch/],
    [
      { model: "lif", reset: "zero", semantics: "snntorchCorrected", resetDelay: true },
      /resetDelay must only be given under snntorch/,
    ],
    [{ model: "if", reset: "zero", decayInput: true }, /decayInput must only be given for lif/],
    [{ model: "if", reset: "zero", refractorySteps: -1 }, /refractorySteps must be a whole number/],
    [{ model: "if", reset: "zero", maximumSpikes: 0 }, /maximumSpikes must be a whole number from 1/],
    [{ model: "if", reset: "zero", maximumSpikes: 2, semantics: "snntorch" }, /maximumSpikes must be 1/],
    [{ model: "lif", reset: "zero", spikeBudget: 2 }, /spikeBudget must only be given for cubaLif/],
    [{ model: "cubaLif", reset: "zero", spikeBudget: 0 }, /spikeBudget must be a whole number from 1/],
    [{ model: "izhikevich" as "if", reset: "zero" }, /model must be one of if, lif/],
    [{ model: "if", reset: "soft" as "zero" }, /reset must be one of/],
  ];
  for (const [form, message] of cases) {
    assert.throws(() => dynamicsOf(form, 'layer "n"'), { name: "InvalidValueError", message });
  }
});

test("every form names the parameters its equation reads", () => {
  const names = (form: NeuronForm): string =>
    parametersOf(form)
      .map(({ name }) => name)
      .join(" ");
  assert.equal(
    names({ model: "if", reset: "zero" }),
    "threshold initialPotential currentGain minimumPotential",
  );
  assert.match(
    names({ model: "lif", reset: "value", semantics: "norse" }),
    /rate restPotential resetPotential/,
  );
  assert.match(names({ model: "lif", reset: "zero", semantics: "spikingjelly" }), /timeConstant/);
  assert.match(names({ model: "cubaLif", reset: "zero", semantics: "norse" }), /synapseRate/);
  assert.doesNotMatch(names({ model: "lif", reset: "none", emits: "potential" }), /threshold/);
});
