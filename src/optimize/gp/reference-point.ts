// The point beyond which nothing counts, where none was declared.
//
// Far away, the ends of the front are sought; at its worst values, all of it is refined; within it, its middle is
// drawn closer. Which is worth most depends on the measure a study is judged by, which is not known, and one
// alone does badly by some measure (far: DTLZ2, near: VehicleSafety). So the trials take turns.

/** Shares of an objective's range between the worst value and the reference. */
const beyondWorst = 1;
const beyondFront = 0.1;
/** Share of the front's values at or below the reference within it. */
const middleShare = 0.75;
/** Points a front must have for its middle to mean something. */
const leastFront = 4;
/** Least range, in standard deviations: a front of one point has none. */
const leastRange = 0.1;

/**
 * Trials 0, 3, 6 …: far beyond the worst of all points. The next ones: just beyond the worst of the front. The third
 * ones: within the front.
 *
 * @param points - [points][objectives], minimised and standardised; at least one
 * @param front - those no other dominates
 */
export function referenceOfTurn(
  points: readonly (readonly number[])[],
  front: readonly (readonly number[])[],
  trial: number,
): number[] {
  const turn = trial % 3;
  return points[0].map((_, j) => {
    const values = (turn === 0 ? points : front).map((point) => point[j]).sort((a, b) => a - b);
    const last = values.length - 1;
    if (turn === 2 && front.length >= leastFront) return values[Math.ceil(middleShare * last)];
    const share = turn === 0 ? beyondWorst : beyondFront;
    return values[last] + share * Math.max(values[last] - values[0], leastRange);
  });
}
