import assert from "node:assert/strict";
import { test } from "node:test";
import { randomAnn } from "../../test/scalar-networks.ts";
import { mnistTrainingImages, trainedMlp } from "../../test/small-mnist.ts";
import { classify } from "../ann/classify.ts";
import { Forward } from "../ann/forward.ts";
import { InputGradient } from "../ann/input-gradient.ts";
import { Random } from "../base/random.ts";
import type { ImageSet } from "../data/dataset.ts";
import { subset } from "../data/image-set.ts";
import { loadKernels } from "../kernels/load.ts";
import { dense, flatten, sequential } from "../model/build.ts";
import type { Model } from "../model/model.ts";
import { type Attack, attacked, attacks } from "./attacks.ts";

const kernels = await loadKernels({ build: "simd", memoryBytes: 2 ** 26 });
const isCancelled = () => false;
const key = { seed: 1, trial: 0, purpose: "attack-test" };

/** A linear classifier of two classes with weights ±w: its worst image is known. */
function linear(weights: readonly number[], preprocessing: Model["preprocessing"]): Model {
  const model = randomAnn(sequential("linear", [2, 1, 3], [flatten(), dense(2, false)]), 1);
  const { output } = model.network;
  const data = Float32Array.from([...weights, ...weights.map((w) => -w)]);
  return { ...model, preprocessing, tensors: { [`${output}.weight`]: { shape: [2, weights.length], data } } };
}

function randomImages(count: number): ImageSet {
  const random = new Random({ ...key, index: 0 });
  const pixels = Uint8Array.from({ length: 6 * count }, () => random.integer(256));
  return {
    pixels,
    labels: Uint8Array.from({ length: count }, (_, n) => n % 2),
    count,
    imageShape: [2, 1, 3],
  };
}

test("on a linear classifier both attacks find the worst image there is, whatever the sign of a channel's scale", () => {
  const mark = kernels.mark();
  const weights = [0.5, -0.25, 1, 2, -1, 0.125];
  const scale = [1 / 255, -1 / 100];
  const through = new InputGradient(kernels, linear(weights, { scale, offset: [0, 1] }), { maximumBatch: 3 });
  const images = randomImages(8);
  const most = 20; // ⌊255 · 0.08⌋
  const worst = images.pixels.map((pixel, i) => {
    const rises = weights[i % 6] * scale[Math.floor((i % 6) / 3)] > 0;
    const isFirst = images.labels[Math.floor(i / 6)] === 0;
    return Math.max(0, Math.min(255, rises === isFirst ? pixel - most : pixel + most));
  });
  for (const attack of Object.values(attacks) as Attack[]) {
    const settings = { epsilon: 0.08 };
    const { pixels } = attacked(images, { through, attack, settings, key, isCancelled });
    assert.deepEqual(pixels, worst, attack.name);
  }
  kernels.release(mark);
});

test("no pixel changes by more than epsilon, epsilon 0 changes nothing, and the given images stay", () => {
  const mark = kernels.mark();
  const through = new InputGradient(kernels, linear([1, 2, 3, -1, -2, -3], { scale: 1 / 255, offset: 0 }), {
    maximumBatch: 4,
  });
  const images = randomImages(10);
  const before = images.pixels.slice();
  for (const attack of Object.values(attacks) as Attack[]) {
    for (const epsilon of [0, 0.5 / 255, 1 / 255, 0.05, 1]) {
      const { pixels } = attacked(images, { through, attack, settings: { epsilon }, key, isCancelled });
      const most = Math.max(...pixels.map((pixel, i) => Math.abs(pixel - before[i])));
      assert.ok(most <= 255 * epsilon, `${attack.name} ${epsilon}: ${most}`);
      if (epsilon >= 1 / 255) assert.ok(most > 0);
    }
  }
  assert.deepEqual(images.pixels, before);
  kernels.release(mark);
});

test("random starts are named by the key and the image's place, not by batches", () => {
  const mark = kernels.mark();
  const model = linear([1, 2, 3, -1, -2, -3], { scale: 1 / 255, offset: 0 });
  const images = randomImages(9);
  const settings = { epsilon: 0.3, steps: 1, stepShare: 0.01 };
  const run = (maximumBatch: number, set: ImageSet, firstImage: number, seed: number): Uint8Array => {
    const through = new InputGradient(kernels, model, { maximumBatch });
    return attacked(set, {
      through,
      attack: attacks.pgd,
      settings,
      key: { ...key, seed },
      firstImage,
      isCancelled,
    }).pixels;
  };
  const whole = run(9, images, 0, 1);
  assert.deepEqual(run(2, images, 0, 1), whole);
  assert.deepEqual(run(4, subset(images, 5, 4), 5, 1), whole.subarray(30));
  assert.notDeepEqual(run(9, images, 0, 2), whole);
  kernels.release(mark);
});

test("an epsilon beyond full scale is refused, and cancelling ends the attack", () => {
  const mark = kernels.mark();
  const through = new InputGradient(kernels, linear([1, 2, 3, 1, 2, 3], { scale: 1, offset: 0 }), {
    maximumBatch: 4,
  });
  const options = { through, attack: attacks.fgsm, key, isCancelled };
  const images = randomImages(2);
  assert.throws(
    () => attacked(images, { ...options, settings: { epsilon: 1.5 } }),
    /fgsm.epsilon must be a number from 0 to 1/,
  );
  assert.throws(() => attacked(images, { ...options, settings: {}, isCancelled: () => true }), {
    name: "CancelledError",
  });
  kernels.release(mark);
});

test("a trained network loses accuracy with every larger epsilon, and never more to FGSM than to PGD", () => {
  const all = mnistTrainingImages();
  const mark = kernels.mark();
  const model = trainedMlp(kernels, all, 64);
  const through = new InputGradient(kernels, model, { maximumBatch: 100 });
  const forward = new Forward(kernels, model, { maximumBatch: 100 });
  const images = subset(all, 50_000, 500);
  const correctUnder = (attack: Attack, epsilon: number): number => {
    const set = attacked(images, { through, attack, settings: { epsilon }, key, isCancelled });
    return classify(forward, { ...set, isCancelled }).correct;
  };
  const epsilons = [0, 0.02, 0.05, 0.1, 0.2];
  const [fast, projected] = [attacks.fgsm, attacks.pgd].map((attack) =>
    epsilons.map((epsilon) => correctUnder(attack as Attack, epsilon)),
  );
  for (const [i, epsilon] of epsilons.entries()) {
    assert.ok(
      projected[i] <= fast[i],
      `epsilon ${epsilon}: ${projected[i]} under PGD, ${fast[i]} under FGSM`,
    );
    if (i > 0)
      assert.ok(fast[i] < fast[i - 1] && projected[i] < projected[i - 1] + 1, `${fast}; ${projected}`);
  }
  assert.ok(fast[0] > 400 && projected[4] < 50, `${fast}; ${projected}`);
  kernels.release(mark);
});
