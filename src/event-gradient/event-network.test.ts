import assert from "node:assert/strict";
import { test } from "node:test";
import { eventNetwork, eventShapes, eventWeightShapes, type GivenEventLayer } from "./event-network.ts";

const output: GivenEventLayer = { id: "out", kind: "dense", units: 10 };

test("the convolutional network of Bacho & Chu has the shapes that its name tells", () => {
  // 15C5-P2-40C5-P2-300-10 on 28 × 28.
  const network = eventNetwork({
    inputShape: [1, 28, 28],
    layers: [
      { id: "conv1", kind: "conv2d", channels: 15, kernel: [5, 5], threshold: 0.04, maxSpikes: 1 },
      { id: "pool1", kind: "pool", kernel: [2, 2] },
      { id: "conv2", kind: "conv2d", channels: 40, kernel: [5, 5], threshold: 0.8, maxSpikes: 3 },
      { id: "pool2", kind: "pool", kernel: [2, 2] },
      { id: "hidden", kind: "dense", units: 300, threshold: 0.6, maxSpikes: 10 },
      output,
    ],
  });
  assert.deepEqual(eventShapes(network), [
    [1, 28, 28],
    [15, 24, 24],
    [15, 12, 12],
    [40, 8, 8],
    [40, 4, 4],
    [300],
    [10],
  ]);
  assert.deepEqual(eventWeightShapes(network), [
    [15, 1, 5, 5],
    [],
    [40, 15, 5, 5],
    [],
    [300, 640],
    [10, 300],
  ]);
});

test("defaults are filled in, and a checked network passes unchanged", () => {
  const network = eventNetwork({
    inputShape: [1, 4, 4],
    layers: [
      { id: "c", kind: "conv2d", channels: 2, kernel: [3, 3] },
      { id: "p", kind: "pool", kernel: [2, 1] },
      output,
    ],
  });
  const neuron = { threshold: 0.2, maxSpikes: 30, tauSynapseS: 0.13, tauMembraneS: 0.26 };
  assert.deepEqual(network, {
    inputShape: [1, 4, 4],
    windowS: 0.2,
    layers: [
      { id: "c", kind: "conv2d", channels: 2, kernel: [3, 3], stride: [1, 1], padding: [0, 0], ...neuron },
      { id: "p", kind: "pool", kernel: [2, 1], stride: [2, 1] },
      { id: "out", kind: "dense", units: 10, ...neuron },
    ],
  });
  assert.deepEqual(eventNetwork(network), network);
});

test("time constants without a closed form are refused with those that have one", () => {
  const withTau = (tauMembraneS: number, tauSynapseS: number) =>
    eventNetwork({ inputShape: [3], layers: [{ ...output, tauMembraneS, tauSynapseS } as GivenEventLayer] });
  assert.throws(() => withTau(0.3, 0.1), {
    name: "InvalidValueError",
    message:
      'layer "out".tauMembraneS must be twice tauSynapseS or equal to it, because any other ratio breaks the closed form of spike times, but got "0.3 s with tauSynapseS 0.1 s". Set it to 0.2 or 0.1.',
  });
  assert.throws(() => withTau(0.05, 0.1), /breaks the closed form/);
  // Computed times, whose ratio is a digit off.
  assert.doesNotThrow(() => withTau(0.6, 0.1 + 0.2));
  assert.doesNotThrow(() => withTau(0.3, 0.1 + 0.2));
});

test("mistakes are named by layer and setting", () => {
  const bad: readonly [readonly number[], readonly unknown[], RegExp][] = [
    [[3], [], /network\.layers must end with a layer of neurons/],
    [[3, 4], [output], /network\.inputShape must be \[features\] or/],
    [[0], [output], /network\.inputShape must be whole numbers of at least 1/],
    [[3], [{ ...output, units: 0 }], /layer "out" units must be whole numbers/],
    [[3], [{ ...output, threshold: 0 }], /layer "out"\.threshold must be a number from/],
    [[3], [{ ...output, maxSpikes: 0.5 }], /layer "out"\.maxSpikes must be a whole number from/],
    [[3], [{ ...output, treshold: 1 }], /Did you mean threshold\?/],
    [[3], [output, output], /layer "out" must have an id of its own/],
    [[3], [{ ...output, id: "1" }], /layer "1" must have a plain id/],
    [[3], [{ ...output, kind: "lstm" }], /must be dense, conv2d or pool, but got "lstm"/],
    [
      [3],
      [{ id: "p", kind: "pool", kernel: [1, 1] }, output],
      /layer "p" must have \[channels, height, width\] as input/,
    ],
    [[1, 3, 3], [{ id: "p", kind: "pool", kernel: [4, 1] }, output], /must have a kernel of at most 3/],
    [
      [1, 3, 3],
      [{ id: "p", kind: "pool", kernel: [1, 1], threshold: 1 }, output],
      /layer "p" must hold known settings/,
    ],
    [[1, 3, 3], [output, { id: "p", kind: "pool", kernel: [1, 1] }], /must end with a layer of neurons/],
    [
      [1, 3, 3],
      [{ id: "c", kind: "conv2d", channels: 1, kernel: [2, 2], padding: [-1, 0] }, output],
      /layer "c" padding must be/,
    ],
    [
      [1, 3, 3],
      [{ id: "c", kind: "conv2d", channels: 1, kernel: [2] }, output],
      /layer "c" kernel must be two numbers/,
    ],
  ];
  for (const [inputShape, layers, message] of bad) {
    assert.throws(() => eventNetwork({ inputShape, layers: layers as GivenEventLayer[] }), message);
  }
  assert.throws(
    () => eventNetwork({ inputShape: [3], layers: [output], windowS: 0 }),
    /network\.windowS must be/,
  );
});
