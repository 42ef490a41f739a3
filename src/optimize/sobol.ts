// Sobol points (Sobol 1967) with the direction numbers of Joe & Kuo 2008, plain or scrambled in one of two ways:
//
//   digital shift   each dimension's bits are flipped by one random word; cheap, and keeps the points' pattern
//   Owen            nested uniform scrambling (Owen 1995): each bit is flipped by chance depending on all bits
//                   before it, which breaks the pattern up; by hashing, as in Burley (2020)

import { InvalidValueError } from "../base/errors.ts";
import { Random } from "../base/random.ts";
import { sobolDirections } from "./sobol-directions.ts";

export const sobolDimensions = sobolDirections.length + 1;
const bits = 32;

/**
 * Point `index` (from 0) of the sequence, each coordinate in [0, 1).
 *
 * @param shift - one word a dimension, from `sobolShift`; omitted: the plain sequence, whose first point is 0
 * @throws {InvalidValueError} for more dimensions than the table has
 */
export function sobolPoint(index: number, dimensions: number, shift?: Uint32Array): number[] {
  return sobolWords(index, dimensions).map((word, d) => ((word ^ (shift?.[d] ?? 0)) >>> 0) / 2 ** bits);
}

/**
 * As `sobolPoint`, by Owen's scrambling.
 *
 * @param seeds - one word a dimension, from `sobolShift`
 */
export function owenSobolPoint(index: number, dimensions: number, seeds: Uint32Array): number[] {
  return sobolWords(index, dimensions).map((word, d) => owenScrambled(word, seeds[d]) / 2 ** bits);
}

function sobolWords(index: number, dimensions: number): number[] {
  if (dimensions > sobolDimensions)
    throw new InvalidValueError("dimensions", `must be at most ${sobolDimensions}`, dimensions);
  return Array.from({ length: dimensions }, (_, d) => {
    const numbers = directionNumbers(d);
    let word = 0;
    for (let bit = 0, left = index; left > 0; bit++, left = Math.floor(left / 2)) {
      if (left % 2 === 1) word ^= numbers[bit];
    }
    return word;
  });
}

/**
 * Burley's hash (2020, listing 3, after Laine & Karras 2011): with the bits reversed, sums and even multiples
 * let each bit depend on the lower ones alone, which are the higher ones of the word.
 */
function owenScrambled(word: number, seed: number): number {
  let x = reversed(word);
  x ^= Math.imul(x, 0x3d20adea);
  x = (x + seed) | 0;
  x = Math.imul(x, (seed >>> 16) | 1);
  x ^= Math.imul(x, 0x05526c56);
  x ^= Math.imul(x, 0x53a22864);
  return reversed(x) >>> 0;
}

function reversed(word: number): number {
  let x = word;
  x = ((x >>> 1) & 0x55555555) | ((x & 0x55555555) << 1);
  x = ((x >>> 2) & 0x33333333) | ((x & 0x33333333) << 2);
  x = ((x >>> 4) & 0x0f0f0f0f) | ((x & 0x0f0f0f0f) << 4);
  x = ((x >>> 8) & 0x00ff00ff) | ((x & 0x00ff00ff) << 8);
  return (x >>> 16) | (x << 16);
}

/** Random words that scramble the sequence, keyed by the study's seed. */
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
    const [a, initial] = sobolDirections[dimension - 1];
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
