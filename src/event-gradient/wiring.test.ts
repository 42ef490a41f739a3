// Convolutions and pools against what they are short for.

import assert from "node:assert/strict";
import { test } from "node:test";
import { drawnEvents, drawnWeights, drawOf } from "../../test/event-networks.ts";
import { eventNetwork, eventShapes, type GivenEventLayer, neuronsOf } from "./event-network.ts";
import { spikeTimeGradient, spikeTimes } from "./spike-times.ts";
import { wiringOf } from "./wiring.ts";

const neuron = { threshold: 0.03, maxSpikes: 5 };

const convolutions: readonly GivenEventLayer[] = [
  { id: "c", kind: "conv2d", channels: 3, kernel: [3, 3], ...neuron },
  { id: "c", kind: "conv2d", channels: 2, kernel: [2, 3], stride: [1, 2], padding: [1, 0], ...neuron },
  { id: "c", kind: "conv2d", channels: 1, kernel: [1, 4], stride: [3, 1], padding: [0, 3], ...neuron },
];

for (const layer of convolutions) {
  test(`a convolution is a dense layer with shared weights: ${JSON.stringify(layer)}`, () => {
    const inputShape = [2, 5, 6];
    const network = eventNetwork({ inputShape, windowS: 0.4, layers: [layer] });
    const [conv] = network.layers;
    assert.ok(conv.kind === "conv2d");
    const [, outputShape] = eventShapes(network);
    const [inputs, units] = [neuronsOf(inputShape), neuronsOf(outputShape)];
    const draw = drawOf(3);
    const [weights] = drawnWeights(network, draw, -2, 6);
    // By the definition of cross-correlation, from the output's side.
    const place = new Int32Array(units * inputs).fill(-1);
    const [channels, height, width] = outputShape;
    const [kernelHeight, kernelWidth] = conv.kernel;
    for (let o = 0; o < channels * height * width; o++) {
      const [channel, row, column] = [
        Math.floor(o / (height * width)),
        Math.floor(o / width) % height,
        o % width,
      ];
      for (let w = 0; w < 2 * kernelHeight * kernelWidth; w++) {
        const tap = w % (kernelHeight * kernelWidth);
        const y = row * conv.stride[0] + Math.floor(tap / kernelWidth) - conv.padding[0];
        const x = column * conv.stride[1] + (tap % kernelWidth) - conv.padding[1];
        if (y < 0 || y >= 5 || x < 0 || x >= 6) continue;
        const source = (Math.floor(w / (kernelHeight * kernelWidth)) * 5 + y) * 6 + x;
        place[o * inputs + source] = channel * 2 * kernelHeight * kernelWidth + w;
      }
    }
    const dense = eventNetwork({
      inputShape,
      windowS: 0.4,
      layers: [{ id: "d", kind: "dense", units, ...neuron }],
    });
    const spread = Float64Array.from(place, (w) => (w < 0 ? 0 : weights[w]));
    const input = drawnEvents(draw, inputs, 60, 0.2);
    const found = spikeTimes(network, [weights], input);
    const expected = spikeTimes(dense, [spread], input);
    assert.ok(found[0].timeS.length > 20, `${found[0].timeS.length} spikes`);
    assert.deepEqual([...found[0].neuron], [...expected[0].neuron]);
    for (const [k, t] of found[0].timeS.entries()) assert.ok(Math.abs(t - expected[0].timeS[k]) < 1e-12);
    const errors = found[0].timeS.map((_, k) => Math.cos(k));
    const gradient = spikeTimeGradient(network, [weights], input, found, errors);
    const denseGradient = spikeTimeGradient(dense, [spread], input, expected, errors);
    const shared = new Float64Array(weights.length);
    for (const [k, w] of place.entries()) if (w >= 0) shared[w] += denseGradient.weights[0][k];
    for (const [w, g] of shared.entries()) assert.ok(Math.abs(g - gradient.weights[0][w]) < 1e-9);
    for (const [e, error] of gradient.inputErrors.entries()) {
      assert.ok(Math.abs(error - denseGradient.inputErrors[e]) < 1e-9);
    }
  });
}

test("a pool hears every event in the windows that cover it and in no others", () => {
  const cases: readonly { kernel: readonly [number, number]; stride?: readonly [number, number] }[] = [
    { kernel: [2, 2] },
    { kernel: [3, 2], stride: [2, 1] },
    { kernel: [1, 2], stride: [2, 3] },
  ];
  for (const windows of cases) {
    const layers: GivenEventLayer[] = [
      { id: "p", kind: "pool", ...windows },
      { id: "o", kind: "dense", units: 1 },
    ];
    const network = eventNetwork({ inputShape: [2, 5, 7], layers });
    const [input, output] = eventShapes(network);
    const [pool] = network.layers;
    const { kernel, stride } = { stride: windows.kernel, ...windows };
    for (let source = 0; source < 70; source++) {
      const [channel, y, x] = [Math.floor(source / 35), Math.floor(source / 7) % 5, source % 7];
      const expected: number[] = [];
      for (let row = 0; row < output[1]; row++) {
        for (let column = 0; column < output[2]; column++) {
          const [dy, dx] = [y - row * stride[0], x - column * stride[1]];
          if (dy >= 0 && dy < kernel[0] && dx >= 0 && dx < kernel[1])
            expected.push((channel * output[1] + row) * output[2] + column);
        }
      }
      const heard: number[] = [];
      wiringOf(pool, input, output)(source, (target) => heard.push(target));
      assert.deepEqual(heard, expected, `source ${source} of ${JSON.stringify(windows)}`);
    }
  }
});

test("pools pass on times and errors as they are, an event of two windows twice", () => {
  const network = eventNetwork({
    inputShape: [1, 1, 3],
    windowS: 1,
    layers: [
      { id: "p", kind: "pool", kernel: [1, 2], stride: [1, 1] },
      { id: "o", kind: "dense", units: 1, threshold: 0.02, maxSpikes: 3 },
    ],
  });
  const draw = drawOf(5);
  const weights = [new Float64Array(0), Float64Array.of(2, 3)];
  const input = drawnEvents(draw, 3, 6, 0.2);
  const spikes = spikeTimes(network, weights, input);
  const heard = [...input.neuron].map((i) => (i === 1 ? 2 : 1)).reduce((sum, n) => sum + n, 0);
  assert.equal(spikes[0].timeS.length, heard);
  assert.ok(spikes[0].timeS.every((t, k) => k === 0 || spikes[0].timeS[k - 1] <= t));
  // The pool folded into the weights: input 0 is heard by the first window, 1 by both, 2 by the second.
  const folded = eventNetwork({
    inputShape: [3],
    windowS: 1,
    layers: [{ id: "o", kind: "dense", units: 1, threshold: 0.02, maxSpikes: 3 }],
  });
  const alike = spikeTimes(folded, [Float64Array.of(2, 5, 3)], input);
  const found = spikeTimeGradient(network, weights, input, spikes, [1, -2, 3]);
  const expected = spikeTimeGradient(folded, [Float64Array.of(2, 5, 3)], input, alike, [1, -2, 3]);
  assert.equal(alike[0].timeS.length, 3);
  for (const [e, error] of expected.inputErrors.entries()) {
    assert.ok(Math.abs(error - found.inputErrors[e]) < 1e-12);
  }
  const [of0, of1, of2] = expected.weights[0];
  assert.ok(Math.abs(found.weights[1][0] - of0 - of1) < 1e-12);
  assert.ok(Math.abs(found.weights[1][1] - of1 - of2) < 1e-12);
});
