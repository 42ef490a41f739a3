// The hypervolume of a running study, for those who watch: a document with all of it, and an event when there is more.

import { searchHistory } from "./search-history.ts";
import { scaledSearch, searchVolumes } from "./search-volumes.ts";
import type { Json, Storage, TrialRecord } from "./storage.ts";
import type { StudyJudge } from "./study-judge.ts";

const documentName = "hypervolume";

/** @param history - finished trials; nothing is written where there are no more than last time */
export async function journalVolumes(
  storage: Storage,
  judge: StudyJudge,
  history: readonly TrialRecord[],
): Promise<void> {
  const search = scaledSearch(judge, searchHistory(history, judge.judge(history)));
  if (search === null) return;
  const key = judge.settings.name;
  const kept = (await storage.getDocument(key, documentName)) as readonly Json[] | undefined;
  if (history.length <= (kept?.length ?? 0)) return;
  const volumes = searchVolumes(search).map(({ number, hypervolume }) => ({ trial: number, hypervolume }));
  await storage.putDocument(key, documentName, volumes);
  await storage.appendEvent(key, "hypervolume", volumes[volumes.length - 1]);
}
