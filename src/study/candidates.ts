// Who stands for election: every confirmed network, and ANNs also on zero-skipping hardware.

import { energyOf } from "../energy/energy-of.ts";
import { accuracyObjective } from "../pipeline/accuracy-objective.ts";
import type { Evaluation } from "../pipeline/evaluation.ts";
import type { Evaluated } from "./finalists.ts";
import type { Candidate } from "./recommend.ts";
import type { StudyJudge } from "./study-judge.ts";

/** Candidates by their validation figures, in the order of the evaluations. */
export function candidatesOf(confirmed: readonly Evaluated[], judge: StudyJudge): readonly Candidate[] {
  return confirmed.flatMap(({ id, evaluation }) => {
    const candidate = (name: string, priced: Evaluation): Candidate => ({
      id: name,
      energyPj: energyOf(priced.counts, judge.context.profile, judge.context.accounting).energyPj,
      accuracy: accuracyObjective.score(priced, judge.context).value,
      margins: judge.margins(priced),
    });
    const { zeroSkippingCounts } = evaluation;
    const skipping =
      zeroSkippingCounts === null
        ? []
        : [candidate(`${id}-skip`, { ...evaluation, counts: zeroSkippingCounts })];
    return [candidate(id, evaluation), ...skipping];
  });
}
