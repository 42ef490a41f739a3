import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { Random } from "../base/random.ts";
import type { ImageSet } from "../data/dataset.ts";
import { subset } from "../data/image-set.ts";
import type { Fields } from "../space/field.ts";
import { type InputNoise, inputNoises, withNoise } from "./input-noise.ts";

const [channels, height, width] = [2, 9, 8];
const size = channels * height * width;
const key = { seed: 1, trial: 0, purpose: "noise-test" };

function randomImages(count: number): ImageSet {
  const random = new Random({ ...key, index: 0 });
  const pixels = Uint8Array.from({ length: count * size }, () => random.integer(256));
  return { pixels, labels: new Uint8Array(count), count, imageShape: [channels, height, width] };
}

const grey = (count: number, level: number): ImageSet => ({
  ...randomImages(count),
  pixels: new Uint8Array(count * size).fill(level),
});

for (const [name, given] of Object.entries(inputNoises)) {
  const noise = given as InputNoise<Fields>;
  describe(name, () => {
    test("is listed under its name, and its dose is one of its fields", () => {
      assert.equal(noise.name, name);
      assert.ok(noise.dose in noise.fields);
    });

    test("dose 0 changes nothing, the default dose something, the given images never", () => {
      const images = randomImages(5);
      const before = images.pixels.slice();
      assert.deepEqual(withNoise(images, noise, { [noise.dose]: 0 }, key).pixels, before);
      const noisy = withNoise(images, noise, {}, key);
      assert.notDeepEqual(noisy.pixels, before);
      assert.deepEqual(images.pixels, before);
      assert.equal(noisy.labels, images.labels);
    });

    test("a set cut into pieces gets the same noise; other keys give other noise", () => {
      const images = randomImages(7);
      const whole = withNoise(images, noise, {}, key).pixels;
      const tail = withNoise(subset(images, 3, 4), noise, {}, key, 3).pixels;
      assert.deepEqual(tail, whole.subarray(3 * size));
      assert.deepEqual(withNoise(images, noise, {}, key).pixels, whole);
      assert.notDeepEqual(withNoise(images, noise, {}, { ...key, seed: 2 }).pixels, whole);
      assert.notDeepEqual(withNoise(images, noise, {}, { ...key, purpose: "other" }).pixels, whole);
    });

    test("a dose out of range is refused", () => {
      assert.throws(
        () => withNoise(grey(1, 0), noise, { [noise.dose]: -1 }, key),
        /must be a .*number from 0/,
      );
    });
  });
}

test("Gaussian noise has the mean and deviation asked, within five standard errors", () => {
  const images = grey(200, 128);
  const { pixels } = withNoise(images, inputNoises.gaussian, { sigma: 0.05 }, key);
  const [n, sigma] = [pixels.length, 0.05 * 255];
  let [sum, squares] = [0, 0];
  for (const pixel of pixels) {
    sum += pixel - 128;
    squares += (pixel - 128) ** 2;
  }
  assert.ok(Math.abs(sum / n) < (5 * sigma) / Math.sqrt(n), `mean ${sum / n}`);
  // Rounding to whole pixels adds 1/12 to the variance.
  const variance = sigma ** 2 + 1 / 12;
  assert.ok(Math.abs(squares / n - variance) < 5 * variance * Math.sqrt(2 / n), `variance ${squares / n}`);
});

test("Gaussian noise is clipped to full scale", () => {
  const white = withNoise(grey(50, 255), inputNoises.gaussian, { sigma: 0.5 }, key).pixels;
  const full = white.filter((pixel) => pixel === 255).length / white.length;
  assert.ok(Math.abs(full - 0.5) < 0.05, `${full} at full scale`);
});

test("salt and pepper hits exactly its share of places, in all channels, half of them white", () => {
  const plane = height * width;
  const { pixels } = withNoise(grey(300, 100), inputNoises["salt-and-pepper"], { share: 0.25 }, key);
  let white = 0;
  for (let n = 0; n < 300; n++) {
    const image = pixels.subarray(n * size, (n + 1) * size);
    const hit = Array.from({ length: plane }, (_, i) => i).filter((i) => image[i] !== 100);
    assert.equal(hit.length, plane / 4);
    for (const i of hit) {
      assert.equal(image[i], image[plane + i]);
      if (image[i] === 255) white++;
      else assert.equal(image[i], 0);
    }
  }
  const hits = (300 * plane) / 4;
  assert.ok(Math.abs(white - hits / 2) < 2.5 * Math.sqrt(hits), `${white} of ${hits}`);
});

test("the covered square is whole, of its side, and reaches every corner of the image", () => {
  const side = 5;
  const seen = new Set<number>();
  for (let seed = 0; seed < 40; seed++) {
    const noisy = withNoise(
      grey(5, 200),
      inputNoises.occlusion,
      { sidePixels: side, level: 9 },
      { ...key, seed },
    );
    for (let n = 0; n < 5; n++) {
      const image = noisy.pixels.subarray(n * size, n * size + height * width);
      const first = image.indexOf(9);
      seen.add(first);
      const [top, left] = [Math.floor(first / width), first % width];
      for (let row = 0; row < height; row++) {
        for (let column = 0; column < width; column++) {
          const within = row >= top && row < top + side && column >= left && column < left + side;
          assert.equal(image[row * width + column], within ? 9 : 200);
        }
      }
    }
  }
  assert.equal(seen.size, (height - side + 1) * (width - side + 1));
});

test("a square larger than the image is refused with what fits", () => {
  assert.throws(
    () => withNoise(grey(1, 0), inputNoises.occlusion, { sidePixels: 9 }, key),
    /sidePixels must be at most 8 to fit into the image, but got 9/,
  );
});
