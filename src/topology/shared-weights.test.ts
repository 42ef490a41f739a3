// Weight sharing and what trained networks are worth.

import assert from "node:assert/strict";
import { test } from "node:test";
import { trainingFields } from "../ann/training-fields.ts";
import type { ImageSet } from "../data/dataset.ts";
import { profiles } from "../energy/profiles.ts";
import { loadKernels } from "../kernels/load.ts";
import { createSimulator } from "../simulate/simulator.ts";
import { resolve } from "../space/resolve.ts";
import { surrogateFields } from "../surrogate/surrogate-fields.ts";
import { inheritWeights } from "./inherit-weights.ts";
import { measureSkips } from "./measure-skips.ts";
import type { SkipNetworkSpec } from "./skip-network.ts";
import { skipModel, trainSkips } from "./train-skips.ts";
import { candidateModel, trainSupernet } from "./train-supernet.ts";

const kernels = await loadKernels({ memoryBytes: 2 ** 24 });
const isCancelled = (): boolean => false;
const [profile] = Object.values(profiles);

const spec: SkipNetworkSpec = {
  name: "small",
  imageShape: [1, 4, 4],
  classes: 2,
  stem: { kind: "dense", width: 6 },
  blocks: [{ kind: "dense", widths: [6, 6, 6] }],
  neuron: { model: "lif", reset: "subtract" },
  isOutputSpiking: true,
};
const convSpec: SkipNetworkSpec = {
  ...spec,
  stem: { kind: "conv", width: 3 },
  blocks: [{ kind: "conv", widths: [3, 3, 4] }],
  batchNorm: true,
};
const begin = {
  spec,
  inference: { steps: 5, coding: "constant", readout: "count", dtMs: 1 },
  neurons: { threshold: 0.5, leak: 0.9 },
  classes: ["left", "right"],
  seed: 3,
} as const;

/** Two kinds of images: the left or the right half is bright. */
function halves(count: number): ImageSet {
  const labels = Uint8Array.from({ length: count }, (_, i) => i % 2);
  const pixels = Uint8Array.from({ length: count * 16 }, (_, i) => {
    const isRight = i % 4 >= 2;
    return Number(isRight) === labels[Math.floor(i / 16)] ? 200 + ((i * 7) % 50) : (i * 13) % 60;
  });
  return { pixels, labels, count, imageShape: [1, 4, 4] };
}

const training = {
  settings: resolve("training", trainingFields, { epochs: 8, batch: 10, learningRate: 0.02 }),
  surrogate: resolve("surrogate", surrogateFields, { surrogate: "atan" }),
  train: halves(60),
  validation: halves(20),
  seed: 0,
  isCancelled,
};

test("columns go to the sources they came from, and there and back nothing is lost", () => {
  for (const each of [spec, convSpec]) {
    const full = {
      matrices: ["22|2"],
      tensors: skipModel({ ...begin, spec: each, matrices: ["22|2"] }).tensors,
    };
    const part = {
      matrices: ["02|1"],
      tensors: skipModel({ ...begin, spec: each, matrices: ["02|1"], seed: 9 }).tensors,
    };
    const name = "block1-3-weights.weight";
    const taken = inheritWeights(each, full, part);
    const [wide, slim] = [full.tensors[name], taken[name]];
    const taps = each === spec ? 1 : 9;
    const [channels, source] = each === spec ? [6, 6] : [4, 3];
    for (let row = 0; row < channels; row++) {
      const of3 = (data: ArrayLike<number>, width: number, from: number): number[] =>
        Array.from(
          { length: source * taps },
          (_, k) => data[row * width * source * taps + from * source * taps + k],
        );
      // The supernet's columns are of nodes 2, 0, 1; the candidate's of 2 (1 is added to it) and 0.
      assert.deepEqual(of3(slim.data, 2, 0), of3(wide.data, 3, 0));
      assert.deepEqual(of3(slim.data, 2, 1), of3(wide.data, 3, 1));
    }
    assert.deepEqual(inheritWeights(each, { matrices: part.matrices, tensors: taken }, full), full.tensors);
  }
});

test("silent new columns leave what a network fires as it was", () => {
  const plain = skipModel({ ...begin, matrices: ["00|0"] });
  const shared = { matrices: ["00|0"], tensors: plain.tensors };
  const grown = candidateModel(begin, shared, ["22|2"]);
  const request = { images: halves(20), profile, isCancelled };
  const [before, after] = [plain, grown].map((model) => measureSkips(kernels, model, request));
  assert.equal(after.firingRate, before.firingRate);
  assert.ok(after.products > before.products && after.operations > before.operations);
});

test("a layer does an addition for every spike of a sum, two where both of its parts fire", () => {
  const model = skipModel({ ...begin, matrices: ["10|0"] });
  const { pixels, labels, count } = halves(20);
  const request = { pixels, labels, count, firstImage: 0, seed: 0, trial: 0, isCancelled };
  const { layers } = createSimulator(kernels, model).run(request);
  const of = (id: string) => layers.find(({ layer }) => layer === id) ?? assert.fail(id);
  const spikes = of("stem-fires").spikes + of("block1-1-fires").spikes;
  assert.ok(of("stem-fires").spikes > 0 && of("block1-1-fires").spikes > 0);
  assert.equal(of("block1-2-weights").synapticAdditions, 6 * spikes);
});

test("candidates of a supernet tell the halves apart, with convolutions and batch norm, too", () => {
  for (const each of [spec, convSpec]) {
    const shared = trainSupernet(kernels, {
      ...training,
      begin: { ...begin, spec: each },
      rounds: 3,
      imagesOfRound: 30,
    });
    for (const matrix of ["00|0", "12|1"]) {
      const candidate = candidateModel({ ...begin, spec: each }, shared, [matrix]);
      const trained = trainSkips(kernels, candidate, training);
      const { correct } = measureSkips(kernels, trained, { images: halves(20), profile, isCancelled });
      assert.equal(correct, 20, matrix);
    }
  }
});

test("rounds of candidates give their slices back, and the projections they brought", () => {
  const narrow = { ...begin, spec: { ...spec, blocks: [{ kind: "dense", widths: [5, 6, 6] } as const] } };
  const once = {
    ...training,
    settings: { ...training.settings, epochs: 1 },
    begin: narrow,
    imagesOfRound: 30,
  };
  const [whole, shared] = [0, 6].map((rounds) => trainSupernet(kernels, { ...once, rounds }));
  const brought = Object.keys(shared.tensors).filter((name) => !(name in whole.tensors));
  assert.ok(brought.length > 0 && brought.every((name) => name.includes("-from")), String(brought));
  for (const [name, { shape, data }] of Object.entries(whole.tensors)) {
    assert.deepEqual(shared.tensors[name].shape, shape, name);
    if (name.endsWith(".weight")) assert.notDeepEqual(shared.tensors[name].data, data, name);
  }
});

test("the same seed trains the same weights", () => {
  const [a, b] = [0, 1].map(() => trainSkips(kernels, skipModel({ ...begin, matrices: ["21|0"] }), training));
  assert.deepEqual(a.tensors, b.tensors);
});
