// Bounds by channel and moving averages, against the definitions worked out on all activations at once.

import assert from "node:assert/strict";
import { test } from "node:test";
import { randomAnn } from "../../test/scalar-networks.ts";
import { Random } from "../base/random.ts";
import type { ImageSet } from "../data/dataset.ts";
import { loadKernels } from "../kernels/load.ts";
import { conv2d, dense, flatten, relu, sequential } from "../model/build.ts";
import { type CalibrationImages, watchAnn } from "./mean-activations.ts";
import { type BoundRule, watchBounds } from "./watched-bounds.ts";

const kernels = await loadKernels();
const ann = randomAnn(
  sequential(
    "net",
    [1, 6, 6],
    [conv2d({ channels: 3, kernel: 3 }), relu(), flatten(), dense(5), relu(), dense(4)],
  ),
  3,
);
const random = new Random({ seed: 5, trial: -1, purpose: "test-pixels", index: 0 });
const count = 25;
const set: ImageSet = {
  pixels: Uint8Array.from({ length: count * 36 }, () => random.integer(256)),
  labels: new Uint8Array(count),
  imageShape: [1, 6, 6],
  count,
};
const images: CalibrationImages = { kernels, images: set, count, seed: 0, isCancelled: () => false };
const batch = 10;

/** All values of a part of a layer, image by image. */
function valuesOf(layer: string, part: number, parts: number): number[][] {
  const found: number[][] = [];
  watchAnn(ann, images, (id, values, _first, some) => {
    if (id !== layer) return;
    const size = values.length / some;
    for (let n = 0; n < some; n++) {
      const own = Array.from(values.subarray(n * size, (n + 1) * size));
      found.push(own.slice((part * size) / parts, ((part + 1) * size) / parts));
    }
  });
  return found;
}

/** Linear interpolation between sorted ranks. */
function percentileOf(values: readonly number[], { percentile, population }: BoundRule): number {
  const members = values.map((x) => Math.max(0, x)).filter((x) => population === "all" || x > 0);
  if (members.length === 0) return 0;
  const sorted = members.sort((a, b) => a - b);
  const rank = ((sorted.length - 1) * percentile) / 100;
  const low = sorted[Math.floor(rank)];
  return low + (sorted[Math.ceil(rank)] - low) * (rank - Math.floor(rank));
}

const rule: BoundRule = {
  normalisation: "percentile",
  percentile: 99,
  population: "all",
  granularity: "layer",
  average: "moving",
};
const parts = { relu1: 3, relu2: 5, dense2: 4 };

for (const granularity of ["layer", "channel"] as const) {
  for (const population of ["all", "positive"] as const) {
    for (const normalisation of ["max", "percentile"] as const) {
      const own: BoundRule = { ...rule, granularity, population, normalisation };
      const statistic = (values: readonly number[]): number =>
        normalisation === "max" ? Math.max(0, ...values) : percentileOf(values, own);

      test(`a moving average of ${normalisation} of ${population} by ${granularity} is worked out batch by batch`, () => {
        const bounds = watchBounds(ann, own, images, batch);
        assert.deepEqual([...bounds.keys()], Object.keys(parts));
        for (const [id, channels] of Object.entries(parts)) {
          const several = granularity === "layer" ? 1 : channels;
          for (let part = 0; part < several; part++) {
            const values = valuesOf(id, part, several);
            let wanted = Number.NaN;
            for (let first = 0; first < count; first += batch) {
              const s = statistic(values.slice(first, first + batch).flat());
              wanted = first === 0 ? s : 0.9 * wanted + 0.1 * s;
            }
            const got = bounds.get(id)?.[part] ?? Number.NaN;
            assert.ok(Math.abs(got - wanted) <= 1e-12 * wanted, `${id} ${part}: ${got} for ${wanted}`);
          }
        }
      });

      test(`over all images, ${normalisation} of ${population} by ${granularity} is that of all values at once`, () => {
        const bounds = watchBounds(ann, { ...own, average: "global" }, images, batch);
        for (const [id, channels] of Object.entries(parts)) {
          const several = granularity === "layer" ? 1 : channels;
          const wanted = Array.from({ length: several }, (_, part) =>
            statistic(valuesOf(id, part, several).flat()),
          );
          assert.deepEqual(Array.from(bounds.get(id) ?? []), wanted);
        }
      });
    }
  }
}

test("batches of any size give the same bounds over all images", () => {
  const own = { ...rule, granularity: "channel", average: "global" } as const;
  assert.deepEqual(watchBounds(ann, own, images, 3), watchBounds(ann, own, images, 25));
});
