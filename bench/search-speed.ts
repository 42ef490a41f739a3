// Time of one suggestion, ours beside Optuna's: both are told the same trials and asked in turn, on the same
// machine in the same minutes. The first is not counted, for neither has anything of an earlier one to start from.

import { Optimizer } from "../src/optimize/optimizer.ts";
import type { PastTrial } from "../src/optimize/sampler.ts";
import type { OptunaSampler, OptunaSearches } from "./search-optuna.ts";
import { initialTrials, type SearchProblem } from "./search-problems.ts";
import { directionsOf } from "./search-runs.ts";

export interface SuggestionTimes {
  readonly ours: Times;
  readonly theirs: Times;
}

export interface Times {
  /** Of the clock: medians of the suggestions of a problem, and over problems their mean. */
  readonly ms: number;
  /** Of the process on all cores, likewise. */
  readonly cpuMs: number;
}

export interface SpeedPlan {
  readonly problems: readonly SearchProblem[];
  /** Trials told before. */
  readonly histories: readonly number[];
  /** Suggestions of each. */
  readonly rounds: number;
}

export async function suggestionTimes(
  sampler: OptunaSampler,
  optuna: OptunaSearches,
  { problems, histories, rounds }: SpeedPlan,
): Promise<SuggestionTimes> {
  const medians: { ours: Times; theirs: Times }[] = [];
  for (const problem of problems) {
    for (const trials of histories) medians.push(await timesAfter(sampler, optuna, problem, trials, rounds));
  }
  const meanOf = (of: (entry: SuggestionTimes) => number): number =>
    medians.reduce((sum, entry) => sum + of(entry), 0) / medians.length;
  return {
    ours: { ms: meanOf(({ ours }) => ours.ms), cpuMs: meanOf(({ ours }) => ours.cpuMs) },
    theirs: { ms: meanOf(({ theirs }) => theirs.ms), cpuMs: meanOf(({ theirs }) => theirs.cpuMs) },
  };
}

async function timesAfter(
  sampler: OptunaSampler,
  optuna: OptunaSearches,
  problem: SearchProblem,
  trials: number,
  rounds: number,
): Promise<SuggestionTimes> {
  const known = searched(problem, trials);
  const directions = directionsOf(problem);
  const optimizer = new Optimizer({
    space: problem.space,
    directions,
    sampler,
    known,
    startTrials: initialTrials,
  });
  await optuna.start(sampler, problem, 0);
  for (const { design, objectives } of known) {
    await optuna.ask(design);
    await optuna.tell(objectives ?? []);
  }
  const ours: Times[] = [];
  const theirs: Times[] = [];
  for (let round = 0; round <= rounds; round++) {
    const [clock, cpu] = [performance.now(), process.cpuUsage()];
    const { number, design } = optimizer.ask();
    const used = process.cpuUsage(cpu);
    ours.push({ ms: performance.now() - clock, cpuMs: (used.user + used.system) / 1000 });
    optimizer.tell(number, problem.objectives(design));
    const asked = await optuna.ask();
    theirs.push({ ms: 1000 * asked.seconds, cpuMs: 1000 * asked.cpuSeconds });
    await optuna.tell(problem.objectives(asked.design));
  }
  return { ours: medianOf(ours.slice(1)), theirs: medianOf(theirs.slice(1)) };
}

/** Trials of a search, with a front such as searches have. */
function searched(problem: SearchProblem, trials: number): readonly PastTrial[] {
  const optimizer = new Optimizer({
    space: problem.space,
    directions: directionsOf(problem),
    sampler: "tpe",
  });
  for (let trial = 0; trial < trials; trial++) {
    const { number, design } = optimizer.ask();
    optimizer.tell(number, problem.objectives(design));
  }
  return optimizer.history();
}

function medianOf(times: readonly Times[]): Times {
  const middle = (values: number[]): number => values.sort((a, b) => a - b)[Math.floor(values.length / 2)];
  return { ms: middle(times.map(({ ms }) => ms)), cpuMs: middle(times.map(({ cpuMs }) => cpuMs)) };
}
