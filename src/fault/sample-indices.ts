// Some of the numbers from 0 to below a size, each once, in random order.
//
// The first steps of a Fisher–Yates shuffle, of which only the moved numbers are kept: exactly uniform, and
// cost and memory grow with the sample, not with the size. The first k numbers are the sample of k under the
// same key, so a sample can be enlarged without losing what was measured.

import { InvalidValueError } from "../base/errors.ts";
import { Random, type StreamKey } from "../base/random.ts";

/**
 * @param size - up to 2⁵³ − 1
 * @param count - from 0 to the size
 * @returns shape [count], in the order drawn
 * @throws {InvalidValueError} for a count that is no whole number from 0 to the size
 */
export function sampleIndices(size: number, count: number, key: StreamKey): Float64Array {
  if (!(Number.isInteger(count) && count >= 0 && count <= size))
    throw new InvalidValueError("count", `must be a whole number from 0 to ${size}`, count);
  const random = new Random(key);
  const moved = new Map<number, number>();
  const drawn = new Float64Array(count);
  for (let i = 0; i < count; i++) {
    const j = i + integerBelow(size - i, random);
    drawn[i] = moved.get(j) ?? j;
    moved.set(j, moved.get(i) ?? i);
    moved.delete(i);
  }
  return drawn;
}

/** Uniform in [0, bound), without bias beyond 2³², too. */
function integerBelow(bound: number, random: Random): number {
  if (bound <= 2 ** 32) return random.integer(bound);
  const limit = 2 ** 53 - (2 ** 53 % bound);
  for (;;) {
    const value = random.uniform() * 2 ** 53;
    if (value < limit) return value % bound;
  }
}
