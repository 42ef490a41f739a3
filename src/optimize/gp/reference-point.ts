// The point beyond which nothing counts, where none was declared.
//
// Near the front, the middle of the front is refined; far away, its ends are sought: which is worth more depends
// on the measure a study is judged by, which is not known. So the trials take turns.

/** Shares of an objective's range between the worst value and the reference. */
const beyondWorst = 0.5;
const beyondFront = 0.1;
/** Least range, in standard deviations: a front of one point has none. */
const leastRange = 0.1;

/**
 * Even trials: beyond the worst of all points. Odd trials: just beyond the worst of the front.
 *
 * @param points - [points][objectives], minimised and standardised; at least one
 * @param front - those no other dominates
 */
export function referenceOfTurn(
  points: readonly (readonly number[])[],
  front: readonly (readonly number[])[],
  trial: number,
): number[] {
  const isFar = trial % 2 === 0;
  return points[0].map((_, j) => {
    const values = (isFar ? points : front).map((point) => point[j]);
    const worst = Math.max(...values);
    return worst + (isFar ? beyondWorst : beyondFront) * Math.max(worst - Math.min(...values), leastRange);
  });
}
