// Only neurons near the threshold pass derivatives: the scalar network with slopes of 0 elsewhere is the twin, for
// layers whose derivatives are carried back by who drives them, and for the others.

import assert from "node:assert/strict";
import { test } from "node:test";
import {
  adamUpdates,
  compareWithScalar,
  madeModel,
  trainedNetworks,
  trainedSteps,
} from "../../test/trained-networks.ts";
import { loadKernels } from "../kernels/load.ts";
import { surrogateNames } from "../kernels/surrogate-functions.ts";
import { averagePool, conv2d, dense, flatten, neuron, sequential } from "../model/build.ts";
import type { Network } from "../model/network.ts";
import { carryBack } from "./pass/active-derivatives.ts";
import { seriesLosses } from "./series-losses.ts";
import { SurrogateEngine } from "./surrogate-engine.ts";

const kernels = await loadKernels({ memoryBytes: 2 ** 24 });
const { adaptive: _, ...fixed } = trainedNetworks;
const deep = sequential(
  "deep",
  [4],
  [dense(7), neuron(), dense(21), neuron(), dense(5), neuron({ reset: "none" }), dense(3)],
);
const convolved = sequential(
  "convolved",
  [2, 5, 4],
  [
    conv2d({ channels: 3, kernel: 3, padding: 1 }),
    neuron({ model: "lif" }),
    averagePool([2, 1], [2, 1]),
    conv2d({ channels: 5, kernel: [2, 3], padding: [1, 0] }),
    neuron(),
    conv2d({ channels: 2, kernel: 2, stride: 2 }),
    neuron(),
    flatten(),
    dense(3),
  ],
);
const leaky = sequential(
  "leaky",
  [4],
  [dense(7), neuron({ model: "lif" }), dense(6), neuron({ model: "lif" }), dense(3)],
);

for (const [name, network] of Object.entries({ ...fixed, deep, leaky, convolved })) {
  test(`${name}: within a width the scalar network's derivatives, outside none`, () => {
    surrogateNames.slice(0, 3).forEach((surrogate, seed) => {
      for (const stepsInMemory of [trainedSteps, 2]) {
        const options = { surrogate, seed, stepsInMemory, isDetached: true, truncation: [0, 4][seed % 2] };
        compareWithScalar(kernels, network, { ...options, learnt: [], activeWidth: 0.15 });
        compareWithScalar(kernels, network, { ...options, activeWidth: 0.3 });
      }
    });
  });
}

const silent = sequential(
  "silent",
  [4],
  [dense(7), neuron(), dense(6), neuron({ model: "lif" }), dense(3), neuron()],
);

test("layers that come near nothing, and those the loss reads, pass what the scalar network's do", () => {
  for (const network of [deep, leaky, silent, trainedNetworks["recurrent"], trainedNetworks["convolutions"]])
    for (const [stepsInMemory, activeWidth] of [
      [trainedSteps, 0.02],
      [2, 0.005],
    ])
      compareWithScalar(kernels, network, {
        surrogate: "atan",
        seed: 3,
        stepsInMemory,
        isDetached: true,
        truncation: 0,
        learnt: [],
        activeWidth,
      });
});

for (const [what, quiet] of [
  ["output", "dense3"],
  ["hidden layer", "dense2"],
] as const)
  test(`a silent ${what} learns to fire, however narrow the width`, () => {
    const mark = kernels.mark();
    const engine = engineOf(silent, 0.01, { loss: "countMeanSquared", quiet });
    engine.pixels.set([250, 250, 0, 0, 0, 0, 250, 250]);
    engine.labels.set([0, 2]);
    const update = adamUpdates(kernels, engine, 0.02);
    const rightAfter = (updates: number): number => {
      let correct = 0;
      for (let i = 0; i < updates; i++) {
        ({ correct } = engine.compute(2, 0.5, { seed: 0, trial: 0, images: Uint32Array.of(0, 1) }));
        update();
      }
      return correct;
    };
    assert.ok(rightAfter(1) < 2, "it must begin wrong");
    assert.equal(rightAfter(200), 2);
    kernels.release(mark);
  });

test("no width reaches far enough to matter: derivatives are those of all neurons, sums in another order", () => {
  const mark = kernels.mark();
  const [wide, all] = [1000, 0].map((activeWidth) => {
    const engine = engineOf(leaky, activeWidth);
    engine.pixels.fill(150);
    engine.compute(2, 1, { seed: 0, trial: 0, images: Uint32Array.of(0, 1) });
    return engine.gradient;
  });
  wide.forEach((own, i) => {
    assert.ok(Math.abs(own - all[i]) < 1e-4, `${i}: ${own}, not ${all[i]}`);
  });
  kernels.release(mark);
});

test("what is carried back is a geometric sum, cut where derivatives are", () => {
  const mark = kernels.mark();
  const d = kernels.float32(12);
  d.set([0, 0, 0, 0, 0, 0, 0, 0, 8, 16, 0, 0]);
  carryBack(kernels, { d, steps: 6, keep: 0.5, truncation: 3 });
  assert.deepEqual([...d], [0, 0, 0, 0, 0, 0, 4, 8, 8, 16, 0, 0]);
  kernels.release(mark);
});

test("attached resets and adaptive thresholds are refused by the layer's name", () => {
  assert.throws(
    () => engineOf(trainedNetworks["adaptive"], 0.5),
    /"neuron1" \(neuron\) must have fixed thresholds/,
  );
  assert.throws(
    () => engineOf(leaky, 0.5, { isDetached: false }),
    /"neuron1" \(neuron\) must take resets as given/,
  );
});

interface EngineChanges {
  readonly isDetached?: boolean;
  readonly loss?: keyof typeof seriesLosses;
  /** A layer whose weights and biases are too small to make anything fire. */
  readonly quiet?: string;
}

function engineOf(network: Network, activeWidth: number, changes: EngineChanges = {}): SurrogateEngine {
  const { isDetached = true, loss = "potentialCrossEntropy", quiet } = changes;
  const model = madeModel(network, 3);
  const tensors = Object.entries(model.tensors).map(([name, tensor]) => {
    if (name.endsWith("leak")) return [name, { shape: [1], data: Float32Array.of(0.9) }] as const;
    const isQuiet = quiet !== undefined && name.startsWith(quiet);
    return [name, isQuiet ? { ...tensor, data: tensor.data.map((weight) => weight / 20) } : tensor] as const;
  });
  return new SurrogateEngine(kernels, {
    model: { ...model, tensors: Object.fromEntries(tensors) },
    loss: seriesLosses[loss],
    surrogate: "atan",
    slope: 2,
    isDetached,
    activeWidth,
    maximumShard: 2,
  });
}
