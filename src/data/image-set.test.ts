import assert from "node:assert/strict";
import { test } from "node:test";
import type { Dataset, ImageSet } from "./dataset.ts";
import { countClasses, imageSetFromIdx, splitOf, subset } from "./image-set.ts";

function images(count: number): ImageSet {
  return {
    pixels: Uint8Array.from({ length: count * 4 }, (_, i) => i >> 2),
    labels: Uint8Array.from({ length: count }, (_, i) => i % 3),
    count,
    imageShape: [1, 2, 2],
  };
}
function dataset(trainCount: number): Dataset {
  return { name: "x", train: images(trainCount), test: images(5), classes: ["a", "b", "c"], sha256: "" };
}
const where = { images: "images", labels: "labels" };

test("train and validation are the training part, cut once, and share its bytes", () => {
  for (const count of [1, 5, 6, 599, 60_000, 70_000]) {
    const data = dataset(count);
    const train = splitOf(data, "train");
    const held = count - train.count;
    assert.equal(held, Math.min(10_000, Math.floor(count / 6)));
    assert.equal(train.pixels.buffer, data.train.pixels.buffer);
    assert.deepEqual(train.pixels, data.train.pixels.subarray(0, train.count * 4));
    if (held === 0) continue;
    const validation = splitOf(data, "validation");
    assert.equal(validation.count, held);
    assert.equal(validation.labels.byteOffset, train.count);
    assert.equal(validation.pixels.byteOffset, train.count * 4);
    assert.equal(validation.pixels.length, held * 4);
  }
});

test("a set too small to hold any validation images says so", () => {
  assert.throws(() => splitOf(dataset(5), "validation"), {
    name: "InvalidValueError",
    message: /at least 6 training images/,
  });
});

test("the test part is nobody else's", () => {
  const data = dataset(12);
  assert.equal(splitOf(data, "test"), data.test);
});

test("a subset outside the images is refused", () => {
  for (const [from, count] of [
    [0, 13],
    [12, 1],
    [-1, 2],
    [0, 0],
    [0, 1.5],
    [0.5, 1],
    [Number.NaN, 1],
  ]) {
    assert.throws(() => subset(images(12), from, count), { name: "InvalidValueError" });
  }
  assert.deepEqual([...subset(images(12), 2, 2).labels], [2, 0]);
});

test("classes are counted", () => {
  assert.deepEqual(countClasses(images(8), 4), [3, 3, 2, 0]);
});

test("images and labels that do not belong together are refused", () => {
  const pixels = { dimensions: [2, 2, 2], values: new Uint8Array(8) };
  const labels = (...values: number[]) => ({ dimensions: [values.length], values: Uint8Array.from(values) });
  assert.deepEqual(imageSetFromIdx(pixels, labels(0, 1), where, 2).imageShape, [1, 2, 2]);
  assert.throws(
    () => imageSetFromIdx(pixels, labels(0), where, 2),
    /^FormatError: labels must hold one label for each of 2 images, but got \[1\]/,
  );
  assert.throws(() => imageSetFromIdx(pixels, pixels, where, 2), /labels must hold one label/);
  assert.throws(() => imageSetFromIdx(labels(0, 1), labels(0, 1), where, 2), /images must hold images/);
  assert.throws(
    () => imageSetFromIdx(pixels, labels(0, 2), where, 2),
    /labels label 1 must be below 2, but got 2/,
  );
  const none = { dimensions: [0, 2, 2], values: new Uint8Array(0) };
  assert.throws(() => imageSetFromIdx(none, labels(), where, 2), /images must hold images/);
});
