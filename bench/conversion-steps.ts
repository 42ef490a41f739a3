// The fewest steps, all of them charged, with which a converted network is as accurate as wanted.

import { InvalidValueError } from "../src/base/errors.ts";
import { sha256 } from "../src/base/hash.ts";
import type { ImageSet } from "../src/data/dataset.ts";
import { subset } from "../src/data/image-set.ts";
import { writeNetworkFile } from "../src/formats/network-file.ts";
import type { Model } from "../src/model/model.ts";
import { SimulationPool } from "../src/node/simulation-pool.ts";
import { kept } from "./kept.ts";

/** Steps that are tried, one after the other. */
export const stepCounts: readonly number[] = [1, 2, 3, 4, 6, 8, 10, 12, 16, 20, 24, 32, 40, 48, 64, 96, 128];

/** Networks that are far off on the first images are not run on the others. */
const firstImages = 1000;
/** Share of right decisions that is far off. */
const farOff = 0.01;

export interface StepsNeeded {
  /** All steps of an inference, warm-ups and windows included; null if none of those tried are enough. */
  readonly charged: number | null;
  /** Correct with these, or with the most that were tried, of so many images. */
  readonly correct: number;
  readonly count: number;
  /** Share of right decisions by charged steps, as far as tried. */
  readonly tried: readonly (readonly [charged: number, share: number])[];
}

/**
 * @param snnOf - the network for so many steps that count; undefined where the rule has none for so few
 * @param wanted - correct decisions
 */
export async function stepsNeeded(
  snnOf: (steps: number) => Model | undefined,
  images: ImageSet,
  wanted: number,
  most: number,
): Promise<StepsNeeded> {
  const tried: (readonly [number, number])[] = [];
  const few = subset(images, 0, Math.min(firstImages, images.count));
  let [correct, count] = [0, 0];
  for (const steps of stepCounts.filter((count) => count <= most)) {
    const snn = snnOf(steps);
    if (snn === undefined) continue;
    const charged = snn.inference?.steps ?? steps;
    const fewCorrect = await countCorrect(snn, few);
    const isFar = fewCorrect / few.count < wanted / images.count - farOff;
    correct = isFar ? fewCorrect : await countCorrect(snn, images);
    count = isFar ? few.count : images.count;
    tried.push([charged, correct / count]);
    if (!isFar && correct >= wanted) return { charged, correct, count, tried };
  }
  return { charged: null, correct, count, tried };
}

/** Correct decisions after the last step, two threads. */
export async function countCorrect(snn: Model, images: ImageSet): Promise<number> {
  return (await correctPerStep(snn, images)).at(-1) ?? 0;
}

export async function correctPerStep(snn: Model, images: ImageSet): Promise<readonly number[]> {
  const what = [await sha256(writeNetworkFile(snn)), images.count];
  return kept("correct", what, async () => {
    const pool = new SimulationPool({ model: snn, threads: 2 });
    const { pixels, labels, count } = images;
    try {
      const run = await pool.run({
        pixels,
        labels,
        firstImage: 0,
        count,
        seed: 0,
        trial: -1,
        boundsPotentials: false,
      });
      return run.correctPerStep;
    } finally {
      await pool.close();
    }
  });
}

/** undefined where the settings cannot be together, e.g. a warm-up as long as the run. */
export function unlessRefused(convert: () => Model): Model | undefined {
  try {
    return convert();
  } catch (error) {
    if (error instanceof InvalidValueError) return undefined;
    throw error;
  }
}
