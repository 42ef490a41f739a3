// Which trials count as good: the split of tree-structured Parzen estimators (Bergstra et al. 2011; for
// several objectives Ozaki et al. 2022), by the rules of Optuna 5.
//
//   good = ⌈n / 10⌉ of n finished trials, at most 25 with one objective; filled in this order:
//     full evaluations that meet the constraints, by objective or by rank of non-domination; the last rank
//       that does not fit whole is broken by greedy hypervolume subset selection
//     partial evaluations that meet the constraints, the further ones first, chosen in the same way
//     trials that miss constraints, the smallest violation first
//
// Trials without numbers to go by (failed, or an objective is NaN) are never good, and count as bad: what
// fails is not tried again nearby. Optuna leaves them out.

import { bestTrials, isFeasible, isMeasured } from "../best-trials.ts";
import type { Direction } from "../pareto.ts";
import type { PastTrial } from "../sampler.ts";

/** Both in the order of their numbers. */
export interface SplitTrials {
  readonly good: readonly PastTrial[];
  readonly bad: readonly PastTrial[];
}

export function splitTrials(history: readonly PastTrial[], directions: readonly Direction[]): SplitTrials {
  const trials = [...history].sort((a, b) => a.number - b.number);
  const finished = trials.filter(isMeasured);
  let room = goodCount(finished.length, directions.length);
  const good = new Set<PastTrial>();
  for (const group of inOrder(finished)) {
    const chosen = bestTrials(group, room, directions);
    for (const trial of chosen) good.add(trial);
    room -= chosen.length;
  }
  return {
    good: trials.filter((trial) => good.has(trial)),
    bad: trials.filter((trial) => !good.has(trial)),
  };
}

function goodCount(finished: number, objectives: number): number {
  const tenth = Math.ceil(0.1 * finished);
  return objectives === 1 ? Math.min(tenth, 25) : tenth;
}

/** Groups of trials from the best kind to the worst. */
function inOrder(trials: readonly PastTrial[]): readonly (readonly PastTrial[])[] {
  const feasible = trials.filter(isFeasible);
  const fidelities = [...new Set(feasible.map(({ fidelity = 1 }) => fidelity))].sort((a, b) => b - a);
  return [
    ...fidelities.map((share) => feasible.filter(({ fidelity = 1 }) => fidelity === share)),
    trials.filter((trial) => !isFeasible(trial)),
  ];
}
