// Damage measured on more images than before: right and changed decisions of every draw are added up.

import type { FaultResult } from "./evaluation.ts";
import type { EvaluationTally } from "./evaluation-tally.ts";

interface Damage {
  readonly seeds: readonly { readonly correct: number; readonly changed?: number }[];
}

/** What was counted before of the same fault, at the same rate, in the same place. */
export function faultsBefore(
  tally: EvaluationTally | undefined,
  { fault, target, bitErrorRate, layer }: Pick<FaultResult, "fault" | "target" | "bitErrorRate" | "layer">,
): FaultResult | undefined {
  return tally?.faults.find(
    (other) =>
      other.fault === fault &&
      other.target === target &&
      other.bitErrorRate === bitErrorRate &&
      other.layer === layer,
  );
}

/**
 * @param before - of the same draws on the first images; undefined: there was nothing
 * @param now - of all images, but for `seeds`, which speak of the others
 */
export function goneOn<Result extends Damage>(before: Result | undefined, now: Result): Result {
  if (before === undefined) return now;
  const seeds = now.seeds.map((seed, k) => {
    const { correct, changed = 0 } = before.seeds[k];
    const sum = { ...seed, correct: seed.correct + correct };
    return seed.changed === undefined ? sum : { ...sum, changed: seed.changed + changed };
  });
  return { ...now, seeds };
}
