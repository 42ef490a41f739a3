// A study's folder as it is now, as one piece of data: what the server would tell about it, asked of nobody.

import { StateError } from "../base/errors.ts";
import type { LiveTrialNetworks } from "../study/live-network.ts";
import type { LiveStudy } from "../study/live-study.ts";
import type { SavedStudy } from "../study/saved-study.ts";
import { RasterDesk } from "./raster-desk.ts";
import { viewOf } from "./serve-views.ts";
import { ServedFolderStudies } from "./served-folder.ts";

/** Trials of one question. */
const atOnce = 10;

/**
 * @param chosen - numbers of the trials whose networks are kept; those that are not measured are passed over
 * @throws {StateError} when no study is there
 */
export async function saveStudy(
  folder: string,
  chosen: (study: LiveStudy) => readonly number[],
): Promise<SavedStudy> {
  const studies = new ServedFolderStudies(folder);
  const desk = new RasterDesk();
  const ask = async <T>(url: string): Promise<T> => (await viewOf(url, { folder, studies, desk })) as T;
  try {
    const study = studies.of("")?.study.read()?.study;
    if (study === undefined) throw new StateError(`${folder} must hold a study, but it has no store yet.`);
    const numbers = chosen(study);
    let networks = await ask<LiveTrialNetworks>("/view/trials?numbers=");
    for (let from = 0; from < numbers.length; from += atOnce) {
      const list = numbers.slice(from, from + atOnce).join();
      const { trials } = await ask<LiveTrialNetworks>(`/view/trials?numbers=${list}`);
      networks = { ...networks, trials: [...networks.trials, ...trials] };
    }
    return {
      savedMs: study.progress.nowMs,
      study,
      networks,
      finalists: await ask("/view/finalists"),
      campaigns: await ask("/view/campaigns"),
    };
  } finally {
    studies.close();
    await desk.close();
  }
}
