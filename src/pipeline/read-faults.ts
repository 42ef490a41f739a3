// Which of an evaluation's fault results an objective reads.

import { InvalidValueError } from "../base/errors.ts";
import type { Evaluation, FaultResult } from "./evaluation.ts";
import type { ObjectiveContext } from "./objective.ts";

/** Results with the weights of every layer struck at once. */
export function networkFaults({ faults }: Pick<Evaluation, "faults">): readonly FaultResult[] {
  return faults.filter(({ layer, target }) => layer === undefined && target === undefined);
}

/**
 * Those at the rate that decides: the study's, or the highest where that was not evaluated.
 *
 * @throws {InvalidValueError} when there is none
 */
export function atDecidingRate(
  faults: readonly FaultResult[],
  { bitErrorRate }: Pick<ObjectiveContext, "bitErrorRate">,
  what = "fault result",
): readonly [FaultResult, ...FaultResult[]] {
  const rates = faults.map((fault) => fault.bitErrorRate);
  const rate = rates.find((known) => known === bitErrorRate) ?? Math.max(...rates);
  const [first, ...others] = faults.filter((fault) => fault.bitErrorRate === rate);
  if (first === undefined)
    throw new InvalidValueError("evaluation.faults", `must hold at least one ${what}`, "none");
  return [first, ...others];
}
