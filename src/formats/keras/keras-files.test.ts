// Networks saved by Keras itself, with the scores it gave: bench/peers/keras_fixtures.py wrote them.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import path from "node:path";
import { test } from "node:test";
import { runAnn } from "../../../test/scalar-networks.ts";
import type { Model } from "../../model/model.ts";
import { pixelMaps } from "../../model/preprocessing.ts";
import { sizeOf } from "../../model/shapes.ts";
import { readKeras } from "../read-keras.ts";

const folder = path.join(import.meta.dirname, "../../../test/fixtures/keras");

interface Expected {
  /** Channels last. */
  readonly shape: readonly number[];
  readonly scale: number;
  readonly pixels: readonly (readonly number[])[];
  readonly scores: readonly (readonly number[])[];
}

const expected: Readonly<Record<string, Expected>> = JSON.parse(
  readFileSync(path.join(folder, "outputs.json"), "utf8"),
).networks;

function scoresOf(model: Model, pixels: readonly number[], shape: readonly number[]): readonly number[] {
  const channels = shape.at(-1) ?? 1;
  const plane = sizeOf(shape) / channels;
  const { maps, plane: perMap } = pixelMaps(model.preprocessing, model.network.inputShape);
  const input = Array.from(pixels, (_, i) => {
    const pixel = pixels[(i % plane) * channels + Math.floor(i / plane)];
    const { scale, offset } = maps[Math.floor(i / perMap)];
    return pixel * scale + offset;
  });
  return runAnn(model, input).get(model.network.output) ?? [];
}

for (const [name, { shape, scale, pixels, scores }] of Object.entries(expected)) {
  for (const ending of ["keras", "h5"]) {
    test(`${name}.${ending} gives the scores that Keras gave`, async () => {
      const bytes = new Uint8Array(readFileSync(path.join(folder, `${name}.${ending}`)));
      const model = await readKeras(bytes, `${name}.${ending}`, { preprocessing: { scale, offset: 0 } });
      pixels.forEach((image, which) => {
        const ours = scoresOf(model, image, shape);
        const largest = Math.max(...scores[which].map(Math.abs));
        assert.equal(ours.length, scores[which].length);
        scores[which].forEach((score, i) => {
          assert.ok(Math.abs(score - ours[i]) <= 1e-4 * largest, `${ours} here, ${scores[which]} there`);
        });
      });
    });
  }
}
