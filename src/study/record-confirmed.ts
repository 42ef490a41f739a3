// What confirmation measures of a trial stands in the store beside what the search measured: the same objectives
// again, under other seeds and on other images.

import type { Evaluated } from "./finalists.ts";
import type { Storage } from "./storage.ts";
import type { StudyJudge } from "./study-judge.ts";
import { trialFigures } from "./trial-figures.ts";

/** The search's own measurement is repeat 0. */
const confirmRepeat = 1;

/** Written once more where an earlier confirmation was on other images. */
export async function recordConfirmed(
  storage: Storage,
  judge: StudyJudge,
  confirmed: readonly Evaluated[],
): Promise<void> {
  const key = judge.settings.name;
  const details = new Map((await storage.listDetails(key)).map((trial) => [trial.number, trial]));
  for (const { trial, evaluation } of confirmed) {
    const kept = details.get(trial);
    if (kept === undefined) continue; // ANNs are no trials
    const { values, metrics, artefacts } = kept;
    const own = values.filter(({ repeat }) => repeat !== confirmRepeat);
    // Full, though on more images than a trial's.
    const again = trialFigures(judge, evaluation).values.map((value) => ({
      ...value,
      fidelity: 1,
      repeat: confirmRepeat,
    }));
    await storage.replaceFigures(key, trial, { values: [...own, ...again], metrics, artefacts });
  }
}
