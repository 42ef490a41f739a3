import assert from "node:assert/strict";
import { test } from "node:test";
import { spikingModel } from "../../../test/spiking-models.ts";
import { Random } from "../../base/random.ts";
import { drawFlips } from "../../fault/weight-bit-flip.ts";
import { loadKernels } from "../../kernels/load.ts";
import { conv2d, dense, flatten, neuron, sequential } from "../../model/build.ts";
import type { Model } from "../../model/model.ts";
import { simulateScalar } from "../../simulate/scalar-simulator.ts";
import { createSimulator } from "../../simulate/simulator.ts";
import { alteredModel, leakProblem } from "./altered-model.ts";
import { asExported, type PlaySettings } from "./play-settings.ts";
import { SampleRun } from "./sample-run.ts";
import { watchImage } from "./watched-image.ts";

const kernels = await loadKernels({ memoryBytes: 64 * 1024 * 1024 });
const network = sequential(
  "small",
  [1, 6, 6],
  [
    conv2d({ channels: 3, kernel: 3 }),
    neuron({ model: "if" }),
    flatten(),
    dense(12),
    neuron({ model: "if" }),
    dense(4),
  ],
);
const model = spikingModel(network, {
  seed: 3,
  inference: { coding: "poisson", steps: 7, readout: "membrane" },
});
const random = new Random({ seed: 1, trial: 0, purpose: "playground-test", index: 0 });
const images = 9;
const pixels = Uint8Array.from({ length: 36 * images }, () => random.integer(256));
const labels = Uint8Array.from({ length: images }, () => random.integer(4));
const request = {
  ...{ pixels, labels, firstImage: 0, count: images, seed: 0, trial: -1 },
  isCancelled: () => false,
};

function altered(change: Partial<PlaySettings>): Model {
  return alteredModel(model, { ...asExported(7), ...change }).model;
}

test("dead neurons are what the catalogue says they are: their spikes never arrive", () => {
  const { model: struck, dead } = alteredModel(model, {
    ...asExported(7),
    deadShare: 0.3,
    killed: { neuron2: [5] },
  });
  assert.ok(dead["neuron1"].length > 3 && dead["neuron2"].includes(5));
  const told = simulateScalar(model, request, (target, layer, element, _, value) =>
    target === "spike" && dead[layer]?.includes(element) ? 0 : value,
  );
  const ran = createSimulator(kernels, struck).run(request);
  assert.deepEqual(ran.predictions, told.predictions);
  assert.deepEqual(ran.correctPerStep, told.correctPerStep);
  assert.notDeepEqual(ran.correctPerStep, createSimulator(kernels, model).run(request).correctPerStep);
});

test("the higher the thresholds, the fewer the spikes", () => {
  const spikes = (own: Model): number =>
    createSimulator(kernels, own)
      .run(request)
      .layers.reduce((sum, layer) => sum + layer.spikes, 0);
  const counts = [0.5, 1, 2, 4].map((thresholdFactor) => spikes(altered({ thresholdFactor })));
  assert.ok(
    counts.every((count, i) => i === 0 || count < counts[i - 1]),
    String(counts),
  );
});

test("a bit that is chosen is the one bit that differs, and chosen again by the draw it is as it was", () => {
  const bit = { layer: "dense1", weight: 17, bit: 6 };
  const { model: struck, flippedBits } = alteredModel(model, { ...asExported(7), flipped: [bit] });
  assert.equal(flippedBits, 1);
  const [own, before] = [struck, model].map(({ tensors }) => tensors["dense1.weight"].data);
  const others = [...own.keys()].filter((i) => own[i] !== before[i]);
  assert.deepEqual(others, [17]);
  assert.equal(Number(own[17]) & 0xff, (Number(before[17]) ^ (1 << 6)) & 0xff);
  const drawn = alteredModel(model, { ...asExported(7), bitErrorRate: 0.01 });
  const mask = drawFlips(model, {
    bitErrorRate: 0.01,
    key: { seed: 0, trial: -1, purpose: "fault-inject 0.01", index: 0 },
  });
  const [{ layer, elements, bits }] = mask.layers;
  const again = alteredModel(model, {
    ...asExported(7),
    bitErrorRate: 0.01,
    flipped: [{ layer, weight: elements[0], bit: bits[0] }],
  });
  assert.equal(again.flippedBits, drawn.flippedBits - 1);
  const name = `${layer}.weight`;
  assert.equal(again.model.tensors[name].data[elements[0]], model.tensors[name].data[elements[0]]);
});

test("a leak of 1 is no leak, and less of it keeps less", () => {
  const run = (leak: number): unknown => createSimulator(kernels, altered({ leak })).run(request);
  assert.deepEqual(run(1), createSimulator(kernels, model).run(request));
  assert.notDeepEqual(run(0.5), run(1));
  const other = sequential(
    "other",
    [1, 6, 6],
    [flatten(), dense(4), neuron({ model: "cubaLif", reset: "zero" }), dense(4)],
  );
  const synaptic = spikingModel(other, {
    seed: 1,
    inference: { coding: "rate", steps: 3, readout: "membrane" },
  });
  assert.match(leakProblem(synaptic), /neuron1/);
  assert.throws(() => alteredModel(synaptic, { ...asExported(3), leak: 0.5 }), /leak must be left/);
});

test("a run piece by piece is the run at once, with random spike codes", () => {
  const own = altered({ bitErrorRate: 0.01 });
  const pieces = new SampleRun(kernels, own, { pixels, labels });
  assert.equal(pieces.figures(), null);
  for (const count of [1, 5, 3]) pieces.advance(count);
  const whole = new SampleRun(kernels, own, { pixels, labels });
  whole.advance(images);
  assert.deepEqual(pieces.figures(), whole.figures());
});

test("an image that is watched is decided as in the sample, and its spikes are all there", () => {
  const all = createSimulator(kernels, model).run(request);
  let spikes = 0;
  const right = new Array<number>(7).fill(0);
  for (let image = 0; image < images; image++) {
    const { decisions, layers } = watchImage(kernels, model, { pixels, labels, image });
    assert.equal(decisions.at(-1), all.predictions[image]);
    decisions.forEach((decision, t) => {
      if (decision === labels[image]) right[t]++;
    });
    for (const { layer, events, ends } of layers) {
      assert.equal(events.length, ends.at(-1));
      if (layer !== "input") spikes += events.length;
    }
  }
  assert.deepEqual(right, all.correctPerStep);
  assert.equal(
    spikes,
    all.layers.reduce((sum, layer) => sum + layer.spikes, 0),
  );
});

test("what cannot be is refused in the words of its field", () => {
  assert.throws(() => altered({ steps: 0 }), /steps must be/);
  assert.throws(
    () => altered({ killed: { neuron2: [12] } }),
    /neuron of neuron2 must be from 0 to 11, but got 12/,
  );
  assert.throws(() => altered({ killed: { dense1: [0] } }), /must be a spiking layer/);
  const flip = (weight: number, bit: number, layer = "dense1") =>
    altered({ flipped: [{ layer, weight, bit }] });
  assert.throws(() => flip(1e9, 0), /weight of dense1 must be from 0 to/);
  assert.throws(() => flip(0, 8), /bit of dense1 must be from 0 to 7, but got 8/);
  assert.throws(() => flip(0, 0, "neuron1"), /weight of neuron1 must be one that is stored/);
});
