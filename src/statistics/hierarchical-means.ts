// Means over trained networks, fault masks and images, with the spread of all three.
//
// A campaign measures [networks, masks, images]. Treating every entry as independent claims certainty
// that is not there: networks differ, masks differ, and all are seen on the same images. One resample
// draws networks, within each its masks, and one set of images for all (Davison & Hinkley 1997, §3.8;
// Owen 2007 on crossed factors). Arms (ANN, clipped ANN, SNN) are drawn together, so differences and
// ratios of their means are paired. Their intervals (`drawsInterval`, `resampledRatio`) are widened for few
// networks by Student's t of `units`.

import { InvalidValueError } from "../base/errors.ts";
import { Random, type StreamKey } from "../base/random.ts";
import { type NumberList, requireCount, requireFinite } from "./input-rules.ts";

export interface HierarchicalSample {
  /** Of each arm [networks, masks, images]: e.g. 1 where faults cost the decision, −1 where they mended it. */
  readonly arms: readonly NumberList[];
  readonly networks: number;
  readonly masks: number;
  /** 1 where only sums over images are known; the spread of images is then not in the interval. */
  readonly images: number;
  /** Whether mask i is the same disturbance in every network, as noise on the images is. */
  readonly hasSharedMasks?: boolean;
  readonly draws?: number;
  readonly key: StreamKey;
}

export interface ResampledMeans {
  /** The plain mean of each arm. */
  readonly values: readonly number[];
  /** [arms][draws] */
  readonly draws: readonly Float64Array[];
  /** Independent units at the highest level that has more than one. */
  readonly units: number;
  readonly method: string;
}

/** @throws {InvalidValueError} for a single measurement, arms of the wrong length, or values not finite */
export function hierarchicalMeans(sample: HierarchicalSample): ResampledMeans {
  const { arms, networks, masks, images, hasSharedMasks = false, draws = 5000 } = sample;
  checkSample(sample, draws);
  const random = new Random(sample.key);
  const cells = networks * masks;
  const cellWeights = new Float64Array(cells);
  const imageWeights = new Float64Array(images);
  const order = new Int32Array(masks);
  const drawn = arms.map(() => new Float64Array(draws));
  for (let draw = 0; draw < draws; draw++) {
    countDraws(imageWeights.fill(0), random);
    if (hasSharedMasks) drawPlaces(order, random);
    cellWeights.fill(0);
    for (let i = 0; i < networks; i++) {
      const network = random.integer(networks);
      if (!hasSharedMasks) drawPlaces(order, random);
      for (let k = 0; k < masks; k++) cellWeights[network * masks + order[k]]++;
    }
    for (const [arm, values] of arms.entries()) {
      drawn[arm][draw] = weightedSum(values, cellWeights, imageWeights) / (cells * images);
    }
  }
  const ones = { cells: cellWeights.fill(1), images: imageWeights.fill(1) };
  const levels = [
    [networks, "networks"],
    [masks, "masks"],
    [images, "images"],
  ] as const;
  return {
    values: arms.map((values) => weightedSum(values, ones.cells, ones.images) / (cells * images)),
    draws: drawn,
    units: levels.find(([count]) => count > 1)?.[0] ?? 0,
    method: `hierarchical bootstrap, ${levels.map(([count, name]) => `${count} ${name}`).join(" × ")}`,
  };
}

function checkSample({ arms, networks, masks, images }: HierarchicalSample, draws: number): void {
  for (const [name, count] of Object.entries({ networks, masks, images })) {
    requireCount(name, count, 1, 2 ** 31 - 1);
  }
  requireCount("draws", draws, 100, 1e7);
  const size = networks * masks * images;
  if (size < 2) {
    throw new InvalidValueError("networks, masks and images", "must be more than one measurement", size);
  }
  for (const [i, values] of arms.entries()) {
    if (values.length !== size) {
      throw new InvalidValueError(
        `arms[${i}]`,
        `must hold networks × masks × images = ${size}`,
        values.length,
      );
    }
    requireFinite(`arms[${i}]`, values);
  }
}

/** How often each place comes up in as many draws as there are places; in place. */
function countDraws(counts: Float64Array, random: Random): void {
  for (let i = 0; i < counts.length; i++) counts[random.integer(counts.length)]++;
}

function drawPlaces(places: Int32Array, random: Random): void {
  for (let i = 0; i < places.length; i++) places[i] = random.integer(places.length);
}

function weightedSum(values: NumberList, cellWeights: Float64Array, imageWeights: Float64Array): number {
  const images = imageWeights.length;
  let total = 0;
  for (let cell = 0; cell < cellWeights.length; cell++) {
    if (cellWeights[cell] === 0) continue;
    let sum = 0;
    for (let image = 0, at = cell * images; image < images; image++, at++) {
      sum += imageWeights[image] * values[at];
    }
    total += cellWeights[cell] * sum;
  }
  return total;
}
