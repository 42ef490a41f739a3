import assert from "node:assert/strict";
import { test } from "node:test";
import { normalisedBy, type Preprocessing, pixelMaps } from "./preprocessing.ts";

test("numbers are one map for the whole image, lists one a channel, and mixtures too", () => {
  const shape = [3, 4, 5];
  assert.deepEqual(pixelMaps({ scale: 0.5, offset: 1 }, shape), {
    maps: [{ scale: 0.5, offset: 1 }],
    plane: 60,
  });
  assert.deepEqual(pixelMaps({ scale: 0.5, offset: [1, 2, 3] }, shape), {
    maps: [1, 2, 3].map((offset) => ({ scale: 0.5, offset })),
    plane: 20,
  });
  assert.equal(pixelMaps({ scale: [1, 2], offset: 0 }, [2]).plane, 1);
});

test("x is the pixel's distance from the mean in standard deviations", () => {
  const [mean, std] = [
    [0.485, 0.456, 0.406],
    [0.229, 0.224, 0.225],
  ];
  const { maps } = pixelMaps(normalisedBy(mean, std), [3, 32, 32]);
  for (const [c, { scale, offset }] of maps.entries()) {
    for (const pixel of [0, 17, 255]) {
      assert.ok(Math.abs(pixel * scale + offset - (pixel / 255 - mean[c]) / std[c]) < 1e-12);
    }
  }
});

const refused: Readonly<Record<string, [Preprocessing, RegExp]>> = {
  "two numbers for three channels": [
    { scale: [1, 2], offset: 0 },
    /preprocessing.scale must be one number or one for each of 3 channels, but got "2 numbers"/,
  ],
  "a number that is none": [{ scale: 1, offset: [0, Number.NaN, 0] }, /preprocessing.offset must be finite/],
  "a text": [{ scale: "1" as unknown as number, offset: 0 }, /preprocessing.scale must be finite/],
};
for (const [name, [preprocessing, message]] of Object.entries(refused)) {
  test(`${name} is refused`, () => {
    assert.throws(() => pixelMaps(preprocessing, [3, 2, 2]), { name: "InvalidValueError", message });
  });
}

test("a standard deviation of 0 and lists of different lengths are refused", () => {
  assert.throws(() => normalisedBy([0], [0]), /std\[0\] must be above 0/);
  assert.throws(() => normalisedBy([0, 0], [1]), /std must be as long as mean \(2\)/);
});
