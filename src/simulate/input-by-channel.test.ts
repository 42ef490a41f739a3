// Input whose channels are scaled and shifted each in its own way.

import assert from "node:assert/strict";
import { test } from "node:test";
import { spikingImages, spikingModel } from "../../test/spiking-models.ts";
import { loadKernels } from "../kernels/load.ts";
import { conv2d, dense, flatten, neuron, sequential } from "../model/build.ts";
import type { Model } from "../model/model.ts";
import type { Preprocessing } from "../model/preprocessing.ts";
import { simulateScalar } from "./scalar-simulator.ts";
import type { SimulationResult } from "./simulation-result.ts";
import { createSimulator } from "./simulator.ts";

const kernels = await loadKernels({ memoryBytes: 64 * 1024 * 1024 });
const network = sequential(
  "colour",
  [3, 5, 4],
  [conv2d({ channels: 4, kernel: 3 }), neuron(), flatten(), dense(3)],
);
const codings = ["constant", "rate", "poisson", "latency", "latencyLog", "phase", "ttfs"] as const;

function run(model: Model, maximumBatch: number, isTwin = false): SimulationResult {
  const request = {
    ...spikingImages(model, 5),
    firstImage: 1,
    count: 4,
    seed: 3,
    trial: 1,
    isCancelled: () => false,
  };
  return isTwin
    ? simulateScalar(model, request)
    : createSimulator(kernels, model, { maximumBatch }).run(request);
}

function modelWith(coding: (typeof codings)[number], preprocessing: Preprocessing): Model {
  const base = spikingModel(network, { seed: 2, inference: { coding, steps: 7 } });
  return { ...base, preprocessing };
}

for (const coding of codings) {
  test(`${coding}: every channel has its own map, in the simulator and its twin alike`, () => {
    // Channel 1 is dim, channel 2 inverted.
    const own = modelWith(coding, { scale: [1 / 255, 0.2 / 255, -0.9 / 255], offset: [0, 0.1, 0.95] });
    const expected = run(own, 1, true);
    for (const maximumBatch of [1, 3]) assert.deepEqual(run(own, maximumBatch), expected);
    const same = modelWith(coding, { scale: 1 / 255, offset: 0 });
    assert.notDeepEqual(run(same, 3), expected);
    assert.ok(expected.layers.some(({ spikes }) => spikes > 50));
  });

  test(`${coding}: three equal numbers are one number`, () => {
    const numbers = modelWith(coding, { scale: 0.7 / 255, offset: 0.2 });
    const lists = modelWith(coding, { scale: [0.7, 0.7, 0.7].map((s) => s / 255), offset: [0.2, 0.2, 0.2] });
    assert.deepEqual(run(lists, 3), run(numbers, 3));
  });
}

test("spike codes want every channel in [0, 1]", () => {
  const negative = modelWith("rate", { scale: 1 / 255, offset: [0, 0, -0.1] });
  assert.throws(() => run(negative, 1), /preprocessing must map pixels into \[0, 1\] .* in channel 2/);
  assert.doesNotThrow(() => run(modelWith("constant", negative.preprocessing), 1));
});
