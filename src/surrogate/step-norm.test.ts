// Batch norm of every step for itself: derivatives are difference quotients, and what was trained is what is simulated.

import assert from "node:assert/strict";
import { test } from "node:test";
import { spikingEvents, spikingImages } from "../../test/spiking-models.ts";
import { fedBy as node, spikingModelOf } from "../../test/trained-networks.ts";
import { readNetworkFile, writeNetworkFile } from "../formats/network-file.ts";
import { loadKernels } from "../kernels/load.ts";
import { batchNorm, conv2d, dense, flatten, neuron, sequential } from "../model/build.ts";
import type { Model } from "../model/model.ts";
import type { Network } from "../model/network.ts";
import { simulateScalar } from "../simulate/scalar-simulator.ts";
import { createSimulator } from "../simulate/simulator.ts";
import { seriesLosses } from "./series-losses.ts";
import { simulatedSeries } from "./simulated-series.ts";
import { initialiseSpiking } from "./spiking-network.ts";
import { SurrogateEngine, type SurrogateEngineOptions } from "./surrogate-engine.ts";

const kernels = await loadKernels({ memoryBytes: 2 ** 24 });
const [steps, images] = [4, 6];
const norm = batchNorm(1e-5, 0.1, steps);
const integrator = neuron({ reset: "none", emits: "potential" });

/** A layer whose spikes come back to it through a norm, one step later. */
const loop: Network = {
  name: "loop",
  inputShape: [9],
  output: "out",
  layers: [
    node("in", ["input"], dense(8, false)),
    node("back", [["hidden", 1]], dense(8, false)),
    node("sum", ["in", "back"], { kind: "add" }),
    node("norm", ["sum"], norm),
    node("hidden", ["norm"], neuron({ model: "lif" })),
    node("out", ["hidden"], dense(3)),
  ],
};

const networks: Readonly<Record<string, Network>> = {
  dense: sequential("d", [9], [dense(5, false), norm, integrator]),
  convolution: sequential(
    "c",
    [2, 4, 3],
    [conv2d({ channels: 3, kernel: 2, bias: false }), norm, flatten(), integrator],
  ),
};
const spiking: Readonly<Record<string, Network>> = {
  dense: sequential("d", [9], [dense(8, false), norm, neuron({ model: "lif" }), dense(3)]),
  convolution: sequential(
    "c",
    [2, 4, 3],
    [conv2d({ channels: 3, kernel: 2, bias: false }), norm, neuron(), flatten(), dense(3)],
  ),
  loop,
};

function modelOf(network: Network, coding: "constant" | "events"): Model {
  const tensors = initialiseSpiking(network, 1, { threshold: 0.5, leak: 0.9 });
  for (const [name, { data }] of Object.entries(tensors))
    for (let i = 0; /gamma|beta/.test(name) && i < data.length; i++) data[i] += Math.sin(i + name.length) / 2;
  return spikingModelOf(network, tensors, { steps, coding, readout: "membrane" }, ["a", "b", "c"]);
}

function engineOf(model: Model, more: Partial<SurrogateEngineOptions> = {}): SurrogateEngine {
  const engine = new SurrogateEngine(kernels, {
    model,
    loss: seriesLosses.potentialCrossEntropy,
    surrogate: "atan",
    slope: 2,
    isDetached: true,
    maximumShard: images,
    spikes: spikingEvents(model, images),
    ...more,
  });
  const { pixels, labels } = spikingImages(model, images);
  engine.pixels.set(pixels);
  engine.labels.set(labels);
  return engine;
}

const draws = { seed: 0, trial: 0, images: Uint32Array.from({ length: images }, (_, i) => i) };

/** The model with the batch's statistics as a network that has been trained has them. */
function withStatistics(model: Model, { layout, statistics }: SurrogateEngine, positions: number): Model {
  const tensors = { ...model.tensors };
  const values = images * positions;
  for (const { name, offset, length, shape } of layout.statistics) {
    const share = name.endsWith("variance") ? (values - 1) / values : 1;
    const data = statistics.slice(offset, offset + length).map((value) => value * share);
    tensors[name] = { shape, data };
  }
  return { ...model, tensors };
}

for (const [name, network] of Object.entries(networks)) {
  for (const coding of ["constant", "events"] as const) {
    test(`${name}, ${coding} input: derivatives by weights and every step's factors are difference quotients`, () => {
      const mark = kernels.mark();
      const model = modelOf(network, coding);
      const engine = engineOf(model);
      engine.compute(images, 1, draws);
      const gradient = engine.gradient.slice();
      const inPieces = engineOf(model, { stepsInMemory: 1 });
      inPieces.compute(images, 1, draws);
      inPieces.gradient.forEach((own, i) => {
        assert.ok(Math.abs(own - gradient[i]) < 1e-5, `${i}: ${own} in pieces, ${gradient[i]} in whole`);
      });
      const lossAt = (i: number, value: number): number => {
        engine.parameters[i] = value;
        return engine.compute(images, 1, draws).loss;
      };
      for (const { offset, length } of engine.layout.parameters) {
        for (let i = offset; i < offset + length; i += 2) {
          const [kept, step] = [engine.parameters[i], 2 ** -8];
          const quotient = (lossAt(i, kept + step) - lossAt(i, kept - step)) / (2 * step);
          engine.parameters[i] = kept;
          const close = Math.abs(quotient - gradient[i]) < 2e-3 * Math.max(1, Math.abs(quotient));
          assert.ok(close, `parameter ${i}: ${gradient[i]} for ${quotient}`);
        }
      }
      kernels.release(mark);
    });

    test(`${name}, ${coding} input: with the batch's statistics the simulator gives what training gave`, () => {
      const mark = kernels.mark();
      const model = modelOf(network, coding);
      const engine = engineOf(model);
      engine.compute(images, 1, draws);
      const trained = withStatistics(model, engine, name === "dense" ? 1 : 6);
      const { pixels } = spikingImages(model, images);
      const set = {
        pixels,
        count: images,
        seed: 0,
        ...(coding === "events" && { spikes: spikingEvents(model, images) }),
      };
      simulatedSeries(kernels, trained, set).forEach((value, i) => {
        assert.ok(Math.abs(value - engine.outputs[i]) < 1e-4, `${i}: ${value}, not ${engine.outputs[i]}`);
      });
      kernels.release(mark);
    });
  }
}

for (const [name, network] of Object.entries(spiking)) {
  test(`${name}: the simulator does what its scalar twin does, bit for bit, after a file and back`, () => {
    const mark = kernels.mark();
    for (const coding of ["constant", "events"] as const) {
      const model = modelOf(network, coding);
      const engine = engineOf(model);
      engine.compute(images, 1, draws);
      const trained = withStatistics(model, engine, 1);
      const read = readNetworkFile(writeNetworkFile(trained), "file");
      assert.deepEqual(read.tensors, trained.tensors);
      const request = {
        ...spikingImages(model, images),
        ...(coding === "events" && { spikes: spikingEvents(model, images) }),
        firstImage: 0,
        count: images,
        seed: 0,
        trial: 0,
        isCancelled: () => false,
      };
      const expected = simulateScalar(read, request);
      assert.deepEqual(createSimulator(kernels, read, { maximumBatch: 4 }).run(request), expected);
      assert.ok(
        expected.layers.some(({ spikes }) => spikes > 0),
        "spikes",
      );
    }
    kernels.release(mark);
  });
}

test("one set of statistics in a loop, and factors of other steps than the network's, are refused", () => {
  const shared = loop.layers.map((layer) =>
    layer.id === "norm" ? node("norm", ["sum"], batchNorm()) : layer,
  );
  assert.throws(
    () => engineOf(modelOf({ ...loop, layers: shared }, "events")),
    /"norm" \(batchNorm\) must normalise every step for itself/,
  );
  const other = sequential("d", [9], [dense(5, false), batchNorm(1e-5, 0.1, steps + 1), neuron(), dense(3)]);
  assert.throws(() => createSimulator(kernels, modelOf(other, "events")), /must have factors for every step/);
});
