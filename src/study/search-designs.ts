// The search of a study: which loop runs it, what it measures and what it tells on the way.

import type { Evaluation } from "../pipeline/evaluation.ts";
import type { Executor } from "../pipeline/evaluation-task.ts";
import { journalVolumes } from "./journal-volumes.ts";
import { runSearch } from "./run-search.ts";
import { stopsHere } from "./stall.ts";
import type { TrialRecord } from "./storage.ts";
import type { StudyDesign } from "./study-design.ts";
import type { StudyJudge } from "./study-judge.ts";
import type { StudyPorts } from "./study-ports.ts";
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
  const { trials: budgetTrials, batch } = settings.search;
  const key = settings.name;
  await completeFigures(ports.storage, judge);
  const measure = async ({ number, design }: TrialRecord): Promise<Evaluation> => {
    const task = judge.taskOf(number, design as unknown as StudyDesign);
    const { evaluation, file } = await executor.evaluate(task);
    await ports.blobs.put(file);
    return evaluation;
  };
  await runSearch(ports, {
    key,
    slots: executor.slots,
    budgetTrials,
    batch,
    isAsync,
    ask: (numbers, history, pending) => judge.ask(numbers, history, pending),
    isOver: async (history) => {
      await journalVolumes(ports.storage, judge, history);
      return stopsHere(ports.storage, judge, history);
    },
    measure,
    figuresOf: (evaluation) => trialFigures(judge, evaluation),
    onTrial: (trials) => {
      const done = trials.filter(({ state }) => state === "complete" || state === "failed").length;
      ports.onProgress({ phase: "search", done, total: budgetTrials, best: judge.best(trials) });
    },
  });
  const ended = await ports.storage.listTrials(key);
  await journalVolumes(
    ports.storage,
    judge,
    ended.filter(({ state }) => state === "complete" || state === "failed"),
  );
}
