// The hypervolume of a running study, for those who watch: a document with all steps up, and an event when trials
// have finished.

import { searchHistory } from "./search-history.ts";
import { scaledSearch, searchVolumes } from "./search-volumes.ts";
import type { Json, Storage, TrialRecord } from "./storage.ts";
import type { StudyJudge } from "./study-judge.ts";

const documentName = "hypervolume";

/** What is kept. */
interface KeptVolumes {
  /** Finished trials looked at. */
  readonly trials: number;
  /** The trials after which there was more, from their numbers on. */
  readonly steps: readonly { readonly trial: number; readonly hypervolume: number }[];
}

/** @param history - finished trials; nothing is written where there are no more than last time */
export async function journalVolumes(
  storage: Storage,
  judge: StudyJudge,
  history: readonly TrialRecord[],
): Promise<void> {
  const search = scaledSearch(judge, searchHistory(history, judge.judge(history)));
  if (search === null) return;
  const key = judge.settings.name;
  const kept = (await storage.getDocument(key, documentName)) as unknown as KeptVolumes | undefined;
  const trials = history.length;
  if (trials <= (kept?.trials ?? 0)) return;
  const volumes = searchVolumes(search).map(({ number, hypervolume }) => ({ trial: number, hypervolume }));
  const steps = volumes.filter(({ hypervolume }, i) => hypervolume > (volumes[i - 1]?.hypervolume ?? 0));
  await storage.putDocument(key, documentName, { trials, steps } as unknown as Json);
  await storage.appendEvent(key, "hypervolume", { trials, hypervolume: volumes[trials - 1].hypervolume });
}
