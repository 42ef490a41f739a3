// The decision behind a network's scores.

import { noClass } from "./simulation-result.ts";

/**
 * The class of the highest score: ties to the lowest index, NaN loses.
 *
 * @param start - place of the first score
 * @returns `noClass` if no score is a number
 */
export function decide(scores: ArrayLike<number>, start: number, classes: number): number {
  let best = noClass;
  let highest = Number.NEGATIVE_INFINITY;
  for (let i = 0; i < classes; i++) {
    const score = scores[start + i];
    if (score > highest || (best === noClass && score === highest)) {
      best = i;
      highest = score;
    }
  }
  return best;
}
