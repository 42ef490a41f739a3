// Create a study in its storage, or open it again if nothing but the budget has changed.

import { StateError } from "../base/errors.ts";
import type { Dataset } from "../data/dataset.ts";
import type { Json, Storage } from "./storage.ts";
import { describeDifference, type StudySettings } from "./study-settings.ts";

/** @throws {StateError} naming every setting that differs, or when the data or a smaller budget is given */
export async function openStudy(storage: Storage, settings: StudySettings, dataset: Dataset): Promise<void> {
  const key = settings.name;
  const given = { settings: settings as unknown as Json, data: dataset.sha256 };
  const budgetTrials = settings.search.trials;
  const kept = await storage.createStudy({ key, settings: given, budgetTrials });
  const { settings: keptSettings, data } = kept.settings as unknown as {
    settings: StudySettings;
    data: string;
  };
  const differences = describeDifference(keptSettings, settings);
  if (data !== dataset.sha256)
    differences.push(`data: SHA-256 ${data.slice(0, 12)}… before, ${dataset.sha256.slice(0, 12)}… now`);
  if (differences.length > 0) {
    throw new StateError(
      `study ${key} exists with other settings:\n  ${differences.join("\n  ")}\nOnly search.trials may grow. Use another name, folder (--out) or database (--store), or put the settings back.`,
    );
  }
  if (budgetTrials !== kept.budgetTrials) await storage.growBudget(key, budgetTrials);
}
