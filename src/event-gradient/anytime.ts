// Accuracy as a function of the time at which one must answer, and the time from which an answer stays.
//
// The second is hindsight: that a decision will not change any more is known only when the window has ended. It
// says how early a network was right to be sure, not when anyone could have stopped; for that see decision-rule.ts.

import { InvalidValueError } from "../base/errors.ts";
import { type DecisionPath, decisionAt } from "./decision-path.ts";

/**
 * Right decisions on spikes at or before each time.
 *
 * @param labels - shape [samples]
 * @param timesS - seconds from the start of the window; shape [times]
 * @returns shape [times]
 * @throws {InvalidValueError} when there is not a label for every path
 */
export function anytimeCorrect(
  paths: readonly DecisionPath[],
  labels: ArrayLike<number>,
  timesS: ArrayLike<number>,
): Uint32Array {
  requireLabels(paths, labels);
  const correct = new Uint32Array(timesS.length);
  for (const [s, path] of paths.entries()) {
    for (let t = 0; t < timesS.length; t++) {
      if (decisionAt(path, timesS[t]) === labels[s]) correct[t]++;
    }
  }
  return correct;
}

/**
 * The time from which the decision equals the final one and stays so. Known in hindsight only.
 *
 * @returns null where nothing is ever decided
 */
export function hindsightStabilisationS({ timeS, decision }: DecisionPath): number | null {
  if (timeS.length === 0) return null;
  const final = decision[decision.length - 1];
  let first = decision.length - 1;
  while (first > 0 && decision[first - 1] === final) first--;
  return timeS[first];
}

/** @throws {InvalidValueError} */
export function requireLabels(paths: readonly DecisionPath[], labels: ArrayLike<number>): void {
  if (labels.length === paths.length) return;
  throw new InvalidValueError("labels", `must be those of ${paths.length} samples`, labels.length);
}
