// The search of a study: which loop runs it, what it measures and what it tells on the way.

import type { Evaluation } from "../pipeline/evaluation.ts";
import type { Executor } from "../pipeline/evaluation-task.ts";
import { ladderOf } from "./halving/ladder.ts";
import { runHalving } from "./halving/run-halving.ts";
import { journalVolumes } from "./journal-volumes.ts";
import { measureWhole } from "./measure-trial.ts";
import { runSearch, type SearchOptions } from "./run-search.ts";
import { stopsHere } from "./stall.ts";
import type { TrialRecord } from "./storage.ts";
import type { StudyJudge } from "./study-judge.ts";
import { alone, type StudyPorts } from "./study-ports.ts";
import { completeFigures, trialFigures } from "./trial-figures.ts";

export interface DesignSearch {
  readonly executor: Executor;
  readonly judge: StudyJudge;
  /** Ask trials as workers get free. */
  readonly isAsync: boolean;
}

/** Search to the end of the budget, or until the signal is aborted. What is finished is never done twice. */
export async function searchDesigns(
  ports: StudyPorts,
  { executor, judge, isAsync }: DesignSearch,
): Promise<void> {
  const { settings } = judge;
  const key = settings.name;
  const { storage } = ports;
  await completeFigures(storage, judge);
  const isOver = async (history: readonly TrialRecord[]): Promise<boolean> => {
    await journalVolumes(storage, judge, history);
    return stopsHere(storage, judge, history, ports.onNote);
  };
  const common = {
    key,
    isAsync,
    isOver,
    figuresOf: (evaluation: Evaluation) => trialFigures(judge, evaluation),
  };
  const ladder = ladderOf(settings);
  await (ladder === null
    ? searchWhole(ports, executor, judge, common)
    : alone(ports, "search", (held) =>
        runHalving(held, {
          ...common,
          ladder,
          judge,
          executor,
          onTrial: (imagesSpent, full) =>
            report(ports, judge, imagesSpent / settings.evaluation.images, full),
        }),
      ));
}

type Common = Pick<SearchOptions, "key" | "isAsync" | "isOver" | "figuresOf">;

/** Every trial on all images. */
async function searchWhole(
  ports: StudyPorts,
  executor: Executor,
  judge: StudyJudge,
  common: Common,
): Promise<void> {
  const { storage } = ports;
  const { trials: budgetTrials, batch } = judge.settings.search;
  const { key } = common;
  const measure = (trial: TrialRecord): Promise<Evaluation> =>
    measureWhole(ports, { executor, judge }, trial);
  await runSearch(ports, {
    ...common,
    slots: (ports.remote ?? executor).slots,
    budgetTrials,
    batch,
    ask: (numbers, history, pending) => judge.ask(numbers, history, pending),
    measure,
    onTrial: (trials) => report(ports, judge, trials.filter(isEnded).length, trials),
  });
  await journalVolumes(storage, judge, (await storage.listTrials(key)).filter(isEnded));
}

function isEnded({ state }: TrialRecord): boolean {
  return state === "complete" || state === "failed";
}

/** @param spent - in full evaluations */
function report(ports: StudyPorts, judge: StudyJudge, spent: number, trials: readonly TrialRecord[]): void {
  const done = Math.round(100 * spent) / 100;
  ports.onProgress({
    phase: "search",
    done,
    total: judge.settings.search.trials,
    best: judge.best(trials),
  });
}
