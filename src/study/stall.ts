// The end of a search that no longer pays: `search.stopWhenStalled` trials in a row have not added more hypervolume
// than one standard error of what they added (growth-error.ts). The trials that start a search do not count.
//
// A stop is kept with the budget it was made under. The same budget again stops there again; a larger one asks for
// more on purpose, so the search goes on, and trials are counted anew from there.

import { hasStalled } from "../optimize/has-stalled.ts";
import { growthError } from "./growth-error.ts";
import { searchHistory } from "./search-history.ts";
import { scaledSearch, searchVolumes } from "./search-volumes.ts";
import type { Json, Storage, TrialRecord } from "./storage.ts";
import type { StudyJudge } from "./study-judge.ts";
import type { StudyPorts } from "./study-ports.ts";

/** A search that was stopped. */
export interface Stall {
  /** Trials it had. */
  readonly trials: number;
  /** Trials it might have had. */
  readonly budgetTrials: number;
}

const documentName = "stalls";

/**
 * Whether to stop before another trial is asked. Depends on these trials and on earlier stops alone.
 *
 * @param history - the finished trials that the next ones are asked by
 * @param onNote - told when the search is stopped
 */
export async function stopsHere(
  storage: Storage,
  judge: StudyJudge,
  history: readonly TrialRecord[],
  onNote?: StudyPorts["onNote"],
): Promise<boolean> {
  const { stopWhenStalled: window = 0, trials: budgetTrials, startTrials } = judge.settings.search;
  const search = window === 0 ? null : scaledSearch(judge, searchHistory(history, judge.judge(history)));
  if (search === null) return false;
  const key = judge.settings.name;
  const stalls = await keptStalls(storage, key);
  const last = stalls.at(-1);
  if (last?.budgetTrials === budgetTrials) return true;
  // The volume after the last trial that does not count is where growth begins.
  const since = Math.max(0, startTrials - 1, (last?.trials ?? 0) - 1);
  const volumes = searchVolumes(search).slice(since);
  if (volumes.length <= window) return false;
  const end = volumes[volumes.length - 1].hypervolume;
  const leastGain = end > 0 ? growthError(search, window, judge.settings.seed) / end : 0;
  const reached = volumes.map(({ hypervolume }) => hypervolume);
  if (!hasStalled(reached, { trials: window, leastGain })) return false;
  const stall: Stall = { trials: history.length, budgetTrials };
  await storage.putDocument(key, documentName, [...stalls, stall] as unknown as Json);
  await storage.appendEvent(key, "search-stalled", { ...stall, window });
  onNote?.(
    `search: ended after ${stall.trials} of ${budgetTrials} trials, for the last ${window} brought no more hypervolume than its error`,
  );
  return true;
}

/** The stop that ended the search; null: it was its budget. */
export async function stallOf(storage: Storage, { settings }: StudyJudge): Promise<Stall | null> {
  const last = (await keptStalls(storage, settings.name)).at(-1);
  return last?.budgetTrials === settings.search.trials ? last : null;
}

async function keptStalls(storage: Storage, key: string): Promise<readonly Stall[]> {
  return ((await storage.getDocument(key, documentName)) ?? []) as unknown as readonly Stall[];
}
