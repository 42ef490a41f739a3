// Sobol points (Sobol 1967) with the direction numbers of Joe & Kuo 2008 (new-joe-kuo-6, the first 21
// dimensions), scrambled by a random digital shift: each dimension's bits are flipped by one random word.

import { InvalidValueError } from "../base/errors.ts";
import { Random } from "../base/random.ts";

/** Degree s, coefficients a and initial numbers m of each dimension from the second on. */
const table: readonly (readonly [a: number, m: readonly number[]])[] = [
  [0, [1]],
  [1, [1, 3]],
  [1, [1, 3, 1]],
  [2, [1, 1, 1]],
  [1, [1, 1, 3, 3]],
  [4, [1, 3, 5, 13]],
  [2, [1, 1, 5, 5, 17]],
  [4, [1, 1, 5, 5, 5]],
  [7, [1, 1, 7, 11, 19]],
  [11, [1, 1, 5, 1, 1]],
  [13, [1, 1, 1, 3, 11]],
  [14, [1, 3, 5, 5, 31]],
  [1, [1, 3, 3, 9, 7, 49]],
  [13, [1, 1, 1, 15, 21, 21]],
  [16, [1, 3, 1, 13, 27, 49]],
  [19, [1, 1, 1, 15, 7, 5]],
  [22, [1, 3, 1, 15, 13, 25]],
  [25, [1, 1, 5, 5, 19, 61]],
  [1, [1, 3, 7, 11, 23, 15, 103]],
  [4, [1, 3, 7, 13, 13, 15, 69]],
];

export const sobolDimensions = table.length + 1;
const bits = 32;

/**
 * Point `index` (from 0) of the sequence, each coordinate in [0, 1).
 *
 * @param shift - one word a dimension, from `sobolShift`; omitted: the plain sequence, whose first point is 0
 * @throws {InvalidValueError} for more dimensions than the table has
 */
export function sobolPoint(index: number, dimensions: number, shift?: Uint32Array): number[] {
  if (dimensions > sobolDimensions)
    throw new InvalidValueError("dimensions", `must be at most ${sobolDimensions}`, dimensions);
  return Array.from({ length: dimensions }, (_, d) => {
    const numbers = directionNumbers(d);
    let word = shift?.[d] ?? 0;
    for (let bit = 0, left = index; left > 0; bit++, left = Math.floor(left / 2)) {
      if (left % 2 === 1) word ^= numbers[bit];
    }
    return (word >>> 0) / 2 ** bits;
  });
}

/** Random words that shift the sequence, keyed by the study's seed. */
export function sobolShift(seed: number, dimensions: number): Uint32Array {
  const random = new Random({ seed, trial: -1, purpose: "sobol-shift", index: 0 });
  return Uint32Array.from({ length: dimensions }, () => random.uint32());
}

const known = new Map<number, Uint32Array>();

/** v_k = m_k / 2^k as 32-bit words; the recurrence of Bratley & Fox 1988. */
function directionNumbers(dimension: number): Uint32Array {
  let numbers = known.get(dimension);
  if (numbers !== undefined) return numbers;
  numbers = new Uint32Array(bits);
  if (dimension === 0) {
    for (let k = 0; k < bits; k++) numbers[k] = 2 ** (bits - 1 - k);
  } else {
    const [a, initial] = table[dimension - 1];
    const degree = initial.length;
    for (let k = 0; k < bits; k++) {
      if (k < degree) {
        numbers[k] = initial[k] * 2 ** (bits - 1 - k);
        continue;
      }
      let word = numbers[k - degree] ^ (numbers[k - degree] >>> degree);
      for (let i = 1; i < degree; i++) if (((a >> (degree - 1 - i)) & 1) === 1) word ^= numbers[k - i];
      numbers[k] = word >>> 0;
    }
  }
  known.set(dimension, numbers);
  return numbers;
}
