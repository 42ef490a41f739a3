// Simulated binary crossover (Deb & Agrawal 1995), bounded as in Deb's own programs: children lie about
// their parents as those of one-point crossover of binary strings do, so that near parents have near children.

import type { Random } from "../base/random.ts";

/**
 * One child of two numbers in [0, 1], in the same range; with either parent's side by equal chance.
 *
 * @param index - η, the larger the nearer to the parents; 20 is usual
 */
export function simulatedBinaryChild(a: number, b: number, index: number, random: Random): number {
  const [low, high] = [Math.min(a, b), Math.max(a, b)];
  const u = random.uniform();
  const isLow = random.uniform() < 0.5;
  const gap = high - low;
  if (gap < 1e-14) return a;
  const room = isLow ? low : 1 - high;
  const alpha = 2 - (1 + (2 * room) / gap) ** -(index + 1);
  const spread = (u <= 1 / alpha ? u * alpha : 1 / (2 - u * alpha)) ** (1 / (index + 1));
  const child = 0.5 * (low + high) + (isLow ? -0.5 : 0.5) * spread * gap;
  return Math.min(1, Math.max(0, child));
}
