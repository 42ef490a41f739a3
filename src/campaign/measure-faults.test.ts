// The fast ways through a campaign count what the general way counts.

import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { spikingImages, spikingModel } from "../../test/spiking-models.ts";
import { spikingNetworks } from "../../test/spiking-networks.ts";
import { CancelledError } from "../base/errors.ts";
import { enumerateFaults } from "../fault/enumerate.ts";
import { faultSites } from "../fault/fault-sites.ts";
import { sampleIndices } from "../fault/sample-indices.ts";
import { struckModel } from "../fault/struck-model.ts";
import { loadKernels } from "../kernels/load.ts";
import type { Inference, Model } from "../model/model.ts";
import { createSimulator } from "../simulate/simulator.ts";
import { addCounts, criticalImages, type FaultCounts } from "./fault-counts.ts";
import { faultOutcomes } from "./fault-outcome.ts";
import { faultGraph } from "./follow/fault-graph.ts";
import { type FaultMeasurement, measureFaults } from "./measure-faults.ts";
import { constantSweep } from "./sweep/constant-sweep.ts";
import { type FaultTrials, sortTrials } from "./sweep/weight-flips.ts";

const kernels = await loadKernels({ memoryBytes: 64 * 1024 * 1024 });
const whole = { kind: "integer", potentialBits: 32, overflow: "saturate" } as const;

function made(name: string, inference: Partial<Inference>): Model {
  const model = spikingModel(spikingNetworks[name], { seed: 11, isWhole: true, inference });
  const isHeld = inference.arithmetic?.kind === "integer" && inference.coding === "constant";
  if (!isHeld) return model;
  // Pixels as they are make sums 255 times larger.
  const tensors = Object.entries(model.tensors).map(([tensor, { shape, data }]) => {
    const scaled = /^neuron1\.(threshold|initialPotential)|^dense1\.bias/.test(tensor);
    return [tensor, { shape, data: scaled ? Float32Array.from(data, (v) => v * 200) : data }] as const;
  });
  return { ...model, tensors: Object.fromEntries(tensors), preprocessing: { scale: 1, offset: 0 } };
}

/** Some single-bit faults of the weights, each a trial. */
function someFlips(model: Model, most: number): FaultTrials {
  const population = enumerateFaults({ sites: faultSites(model, { targets: ["weight"] }), change: "flip" });
  const key = { seed: 4, trial: 0, purpose: "measure-faults-test", index: 0 };
  const chosen = sampleIndices(population.size, Math.min(most, population.size), key);
  return { count: chosen.length, faultsOf: (trial) => [population.at(chosen[trial])] };
}

function measure(
  model: Model,
  trials: FaultTrials,
  more: Partial<FaultMeasurement> = {},
  count = 6,
): FaultCounts {
  const request = {
    ...spikingImages(model, 6, 2),
    firstImage: 0,
    count,
    seed: 1,
    trial: 0,
    isCancelled: () => false,
  };
  return measureFaults({ kernels, model, trials, request, ...more });
}

describe("fast ways count what the general way counts", () => {
  const cases: Readonly<Record<string, Partial<Inference> & { readonly network: string }>> = {
    "constant input read as sums": {
      network: "dense 37-50-33-10",
      coding: "constant",
      steps: 11,
      arithmetic: whole,
    },
    "constant input, spiking output": {
      network: "dense with spiking output",
      coding: "constant",
      steps: 11,
      arithmetic: whole,
    },
    "held real input": { network: "dense 37-50-33-10", coding: "constant", steps: 10 },
    "held real input, spiking output": {
      network: "dense with spiking output",
      coding: "constant",
      steps: 10,
    },
    "spikes in, spikes out": { network: "dense with spiking output", coding: "rate", steps: 9 },
    "more steps than bits of a word": { network: "dense with spiking output", coding: "poisson", steps: 37 },
    convolutions: { network: "convolution, average pool", coding: "constant", steps: 8 },
    "much behind a dense layer": { network: "dense 37-50-33-10", coding: "rate", steps: 10 },
    "much behind a dense layer, long": { network: "dense 37-50-33-10", coding: "rate", steps: 35 },
    "much behind a convolution": { network: "convolution, average pool", coding: "rate", steps: 7 },
    "groups and max pools": { network: "strided groups, max pool", coding: "rate", steps: 8 },
  };
  for (const [name, { network, ...inference }] of Object.entries(cases)) {
    test(name, () => {
      const model = made(network, inference);
      const trials = someFlips(model, 700);
      let margins = 0;
      const fast = measure(model, trials);
      const general = measure(model, trials, {
        onMargin: (_, __, change) => {
          margins += Number(change !== 0);
        },
      });
      assert.deepEqual(fast, general);
      const width = faultOutcomes.length;
      const seen = faultOutcomes.map((_, code) =>
        fast.outcomes.filter((__, i) => i % width === code).reduce((a, b) => a + b),
      );
      assert.ok(seen[0] > 0 && seen[5] + seen[6] + seen[7] > 0 && margins > 0, `${seen}`);
      assert.equal(
        seen.reduce((a, b) => a + b),
        trials.count * 6,
      );
    });
  }

  test("a two-layer network read as accumulated sums, every single-bit fault", () => {
    const network = "constant two layers";
    const model = twoLayers();
    const trials = someFlips(model, 1e6);
    const { flips } = sortTrials(faultGraph(model), trials);
    assert.notEqual(constantSweep(faultGraph(model), flips[0]), null, network);
    assert.deepEqual(measure(model, trials), measure(model, trials, { onMargin: () => {} }));
  });
});

function twoLayers(): Model {
  const model = made("dense 37-50-33-10", { coding: "constant", steps: 12, arithmetic: whole });
  const [dense1, neuron1] = model.network.layers;
  const out = {
    id: "dense3",
    kind: "dense",
    units: 10,
    bias: true,
    inputs: [{ from: neuron1.id, delay: 0 }],
  } as const;
  const { tensors } = model;
  const weight = tensors["dense2.weight"].data as Int8Array;
  const plain = Object.fromEntries(
    Object.entries(tensors).filter(([name]) =>
      /^dense1|^neuron1\.(threshold|initialPotential|bound)/.test(name),
    ),
  );
  return {
    ...model,
    network: { ...model.network, layers: [dense1, neuron1, out] },
    tensors: {
      ...plain,
      "neuron1.threshold": { shape: [1], data: Float32Array.of(20_000) },
      "neuron1.initialPotential": { shape: [1], data: Float32Array.of(10_000) },
      "dense3.weight": { shape: [10, 50], data: weight.slice(0, 500) },
      "dense3.scale": tensors["dense3.scale"],
      "dense3.bias": tensors["dense3.bias"],
    },
  };
}

test("networks whose differences cannot be followed are simulated as a whole", () => {
  const model = made("add and concat", { coding: "rate", steps: 9 });
  assert.throws(() => faultGraph(model), /layer "sum" must join or hand on spikes/);
  const trials = someFlips(model, 120);
  const set = { ...spikingImages(model, 6, 2), firstImage: 0, count: 6, seed: 1, trial: 0 };
  const request = { ...set, isCancelled: () => false };
  const golden = createSimulator(kernels, model).run(request).predictions;
  let moved = 0;
  const counts = measure(model, trials, {
    onMargin: (_, __, change) => {
      moved += Number(change !== 0);
    },
  });
  let changed = 0;
  for (let trial = 0; trial < trials.count; trial++) {
    const now = createSimulator(kernels, struckModel(model, trials.faultsOf(trial))).run(request).predictions;
    const expected = now.filter((decision, i) => decision !== golden[i]).length;
    assert.equal(criticalImages(counts, trial), expected);
    changed += expected;
  }
  assert.ok(changed > 0 && moved > changed);
  const place = { layer: "an", element: 0, change: { kind: "stuck0", bit: 0 }, steps: [1] } as const;
  assert.throws(
    () => measure(model, { count: 1, faultsOf: () => [{ target: "spike", ...place }] }),
    /trials\[0\] must be permanent faults.*spike in steps 1.*layer "sum" must join/,
  );
});

test("parts of the images add up to the whole", () => {
  const model = made("dense with spiking output", { coding: "rate", steps: 9 });
  const trials = someFlips(model, 300);
  const request = { ...spikingImages(model, 6, 2), seed: 1, trial: 0, isCancelled: () => false };
  const part = (firstImage: number, count: number): FaultCounts =>
    measureFaults({ kernels, model, trials, request: { ...request, firstImage, count } });
  assert.deepEqual(addCounts(part(0, 2), part(2, 4)), measure(model, trials));
  assert.throws(() => addCounts(part(0, 2), measure(model, someFlips(model, 5))), /must be of 300 trials/);
});

test("no images, no trials and a cancelled campaign", () => {
  const model = made("dense with spiking output", { coding: "rate", steps: 9 });
  const none = { count: 0, faultsOf: () => [] };
  assert.deepEqual(measure(model, none).outcomes.length, 0);
  assert.deepEqual([...measure(model, someFlips(model, 2), {}, 0).outcomes].filter(Boolean), []);
  const request = { ...spikingImages(model, 6, 2), firstImage: 0, count: 6, seed: 1, trial: 0 };
  const cancelled = { ...request, isCancelled: () => true };
  assert.throws(() => measure(model, none, { request: cancelled }), CancelledError);
});

test("a bit that codes of four bits do not have is refused", () => {
  const model = made("dense with spiking output", { coding: "rate", steps: 9 });
  const narrow: Model = { ...model, weightFormat: { kind: "int", bits: 4 } };
  const fault = {
    target: "weight",
    layer: "dense1",
    element: 0,
    change: { kind: "flip", bit: 5 },
    steps: null,
  } as const;
  assert.throws(
    () => measure(narrow, { count: 1, faultsOf: () => [fault] }),
    /bit must be from 0 to 3 for int4/,
  );
});
