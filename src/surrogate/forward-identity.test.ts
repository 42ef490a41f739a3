// Forward, training and simulation are one network: outputs at every step agree to the last bit, whatever the layers,
// neurons, codings and feedback.

import assert from "node:assert/strict";
import { test } from "node:test";
import { spikingEvents, spikingImages, spikingModel } from "../../test/spiking-models.ts";
import { fedBy as node } from "../../test/trained-networks.ts";
import { loadKernels } from "../kernels/load.ts";
import {
  averagePool,
  conv1d,
  conv2d,
  dense,
  flatten,
  maxPool,
  neuron,
  sequential,
  sumPool,
} from "../model/build.ts";
import type { Inference, Model } from "../model/model.ts";
import type { Layer, Network, Shape } from "../model/network.ts";
import { seriesLosses } from "./series-losses.ts";
import { simulatedSeries } from "./simulated-series.ts";
import { SurrogateEngine } from "./surrogate-engine.ts";

const builds = await Promise.all(
  (["simd", "relaxed"] as const).map((build) => loadKernels({ build, memoryBytes: 2 ** 26 })),
);

function graph(inputShape: Shape, layers: readonly Layer[]): Network {
  return { name: "graph", inputShape, layers, output: layers.at(-1)?.id ?? "" };
}

const recurrent = graph(
  [6],
  [
    node("in", ["input"], dense(9)),
    node("back", [["an", 1]], dense(9, false)),
    node("far", [["bn", 2]], dense(9, false)),
    node("sum", ["in", "back", "far"], { kind: "add" }),
    node("an", ["sum"], neuron({ model: "cubaLif" })),
    node("b", ["an"], dense(7)),
    node("bn", ["b"], neuron({ model: "lif", reset: "zero" })),
    node("out", ["bn"], dense(3)),
  ],
);

const skips = graph(
  [2, 6, 5],
  [
    node("a", ["input"], conv2d({ channels: 3, kernel: 3, padding: 1 })),
    node("an", ["a"], neuron({ model: "lif" })),
    node("b", ["an"], conv2d({ channels: 3, kernel: 3, padding: 1 })),
    node("bn", ["b"], neuron()),
    node("sum", ["an", "bn", "an"], { kind: "add" }),
    node("both", ["sum", "bn"], { kind: "concat" }),
    node("late", [["both", 0]], conv2d({ channels: 2, kernel: 2 })),
    node("top", ["late"], maxPool(2, 1)),
    node("cn", ["top"], neuron({ model: "adaptiveLif" })),
    node("mean", ["cn"], averagePool(2, 1)),
    node("flat", ["mean"], flatten()),
    node("out", ["flat"], dense(3)),
  ],
);

const networks: Readonly<Record<string, Network>> = {
  dense: sequential(
    "dense",
    [11],
    [dense(37), neuron({ model: "lif" }), dense(9, false), neuron(), dense(4)],
  ),
  "spiking output": sequential("s", [9], [dense(20), neuron({ reset: "zero" }), dense(5), neuron()]),
  "leaky readout": sequential(
    "p",
    [9],
    [
      dense(20),
      neuron({ model: "lif", semantics: "snntorch" }),
      dense(5),
      neuron({ model: "lif", reset: "none", emits: "potential" }),
    ],
  ),
  convolutions: sequential(
    "c",
    [2, 9, 8],
    [
      conv2d({ channels: 5, kernel: 3, padding: 1 }),
      neuron({ model: "lif", reset: "value" }),
      averagePool(2),
      conv2d({ channels: 3, kernel: [2, 3] }),
      neuron(),
      sumPool(2, 1),
      flatten(),
      dense(4),
    ],
  ),
  signals: sequential(
    "s",
    [3, 17],
    [
      conv1d({ channels: 4, kernel: 3 }),
      neuron({ semantics: "norse", model: "lif", reset: "value" }),
      flatten(),
      dense(3),
    ],
  ),
  recurrent,
  skips,
};

for (const [name, network] of Object.entries(networks)) {
  for (const coding of ["constant", "rate", "poisson", "phase", "events"] as const) {
    test(`${name}, ${coding}: outputs at every step are the simulator's, in whole and in pieces of the steps`, () => {
      for (const stepsInMemory of [7, 3, 1]) compare(network, { coding, steps: 7 }, stepsInMemory);
    });
  }
}

function compare(network: Network, inference: Partial<Inference>, stepsInMemory: number): void {
  for (const [seed, kernels] of builds.entries()) {
    const mark = kernels.mark();
    const model = withoutFloors(spikingModel(network, { seed, inference, weights: "float32" }));
    const count = 3;
    const { pixels, labels } = spikingImages(model, count, seed);
    const spikes = inference.coding === "events" ? spikingEvents(model, count, seed) : undefined;
    const expected = simulatedSeries(kernels, model, { pixels, count, seed, spikes, trial: 4 });
    const isSpiking = model.inference?.readout === "count";
    const engine = new SurrogateEngine(kernels, {
      model,
      loss: seriesLosses[isSpiking ? "countCrossEntropy" : "lastPotential"],
      surrogate: "atan",
      slope: 2,
      isDetached: false,
      maximumShard: count + 1,
      stepsInMemory,
      spikes,
    });
    engine.pixels.set(pixels);
    engine.labels.set(labels);
    engine.compute(count, 1, { seed, trial: 4, images: Uint32Array.of(0, 1, 2) });
    assert.deepEqual(engine.outputs, expected);
    kernels.release(mark);
  }
}

/** No training under a floor of potentials. */
function withoutFloors(model: Model): Model {
  const tensors = Object.entries(model.tensors).filter(([name]) => !name.endsWith(".minimumPotential"));
  return { ...model, tensors: Object.fromEntries(tensors) };
}
