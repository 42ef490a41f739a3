// The Yin-Yang data set, made rather than loaded: points of a yin-yang sign, told apart as yin, yang and dot.
//
// Every sample draws a class, then points of the square until one lies in the sign and is of that class. The published
// splits are the streams of NumPy's RandomState with seeds 42, 41 and 40; bit for bit. Kriener, Göltz & Petrovici (2022),
// arXiv 2102.08211.

import { MersenneTwister } from "./mersenne-twister.ts";

const [bigRadius, smallRadius] = [0.5, 0.1];

export const yinYangClasses = ["yin", "yang", "dot"] as const;

/** Points as values of four inputs. */
export interface LabelledValues {
  /** In [0, 1]. Shape [samples, inputs]. */
  readonly values: Uint8Array | Float64Array;
  readonly inputs: number;
  /** Class of every sample. Shape [samples]. */
  readonly labels: Uint8Array;
}

export const yinYangSplits = {
  train: { samples: 5000, seed: 42 },
  validation: { samples: 1000, seed: 41 },
  test: { samples: 1000, seed: 40 },
} as const;

/** Samples x, y, 1 − x, 1 − y. Shape [samples, 4]. */
export function yinYang({
  samples,
  seed,
}: {
  readonly samples: number;
  readonly seed: number;
}): LabelledValues {
  const random = new MersenneTwister(seed);
  const values = new Float64Array(4 * samples);
  const labels = new Uint8Array(samples);
  for (let s = 0; s < samples; s++) {
    labels[s] = random.integer(yinYangClasses.length);
    let [x, y] = [0, 0];
    do {
      x = 2 * bigRadius * random.uniform();
      y = 2 * bigRadius * random.uniform();
    } while (distance(x - bigRadius, y - bigRadius) > bigRadius || classOf(x, y) !== labels[s]);
    values.set([x, y, 1 - x, 1 - y], 4 * s);
  }
  return { values, inputs: 4, labels };
}

function classOf(x: number, y: number): number {
  const right = distance(x - 1.5 * bigRadius, y - bigRadius);
  const left = distance(x - 0.5 * bigRadius, y - bigRadius);
  if (right < smallRadius || left < smallRadius) return 2;
  const isYin =
    right <= smallRadius ||
    (left > smallRadius && left <= 0.5 * bigRadius) ||
    (y > bigRadius && right > 0.5 * bigRadius);
  return isYin ? 1 : 0;
}

/** Not `Math.hypot`, whose last bit is every engine's own. */
function distance(x: number, y: number): number {
  return Math.sqrt(x * x + y * y);
}
