// A study's folder as it is now, as one piece of data: what the server would tell about it, asked of nobody.

import { StateError } from "../base/errors.ts";
import type { LiveRaster, LiveTrialNetworks } from "../study/live-network.ts";
import type { LiveStudy } from "../study/live-study.ts";
import type { PlayFolder } from "../study/play-folder.ts";
import type { SavedPlay, SavedStudy } from "../study/saved-study.ts";
import { RasterDesk } from "./raster-desk.ts";
import { ServedPlay } from "./serve-play.ts";
import { viewOf } from "./serve-views.ts";
import { ServedFolderStudies } from "./served-folder.ts";

/** Trials of one question. */
const atOnce = 10;
/** Spikes of these images of the validation split, the first one of all trials before the second one of any. */
const rasterImages = [0, 1, 2] as const;
/** As JSON, of all rasters. */
const mostRasterCharacters = 600_000;
/** Of network files together. */
const mostNetworkBytes = 500_000;
/** The sample that the playground begins with, and the most that its pixels may take. */
const playImages = 200;
const mostPixels = 256 * 1024;

export interface WholeStudy {
  readonly saved: SavedStudy;
  /** null: no network is small enough, or there is none. */
  readonly play: SavedPlay | null;
}

/**
 * @param chosen - numbers of the trials whose networks are kept; those that are not measured are passed over
 * @throws {StateError} when no study is there
 */
export async function saveStudy(
  folder: string,
  chosen: (study: LiveStudy) => readonly number[],
): Promise<WholeStudy> {
  const studies = new ServedFolderStudies(folder);
  const desk = new RasterDesk();
  const ask: Ask = async (url) => (await viewOf(url, { folder, studies, desk })) as never;
  try {
    const study = studies.of("")?.study.read()?.study;
    if (study === undefined) throw new StateError(`${folder} must hold a study, but it has no store yet.`);
    const networks = await networksOf(chosen(study), ask);
    const saved = {
      savedMs: study.progress.nowMs,
      study,
      networks,
      finalists: await ask<SavedStudy["finalists"]>("/view/finalists"),
      campaigns: await ask<SavedStudy["campaigns"]>("/view/campaigns"),
      rasters: await rastersOf(networks, ask),
    };
    return { saved, play: await playOf(new ServedPlay({ folder, data: "", studies })) };
  } finally {
    studies.close();
    await desk.close();
  }
}

type Ask = <T>(url: string) => Promise<T>;

async function networksOf(numbers: readonly number[], ask: Ask): Promise<LiveTrialNetworks> {
  let networks = await ask<LiveTrialNetworks>("/view/trials?numbers=");
  for (let from = 0; from < numbers.length; from += atOnce) {
    const list = numbers.slice(from, from + atOnce).join();
    const { trials } = await ask<LiveTrialNetworks>(`/view/trials?numbers=${list}`);
    networks = { ...networks, trials: [...networks.trials, ...trials] };
  }
  return networks;
}

/** None where networks or data are not there. */
async function rastersOf({ trials }: LiveTrialNetworks, ask: Ask): Promise<readonly LiveRaster[]> {
  const rasters: LiveRaster[] = [];
  const withFile = trials.filter(({ graph }) => graph !== null);
  let left = mostRasterCharacters;
  for (const image of rasterImages) {
    for (const { trial } of withFile) {
      const raster = await ask<LiveRaster>(`/view/raster?trial=${trial}&image=${image}`).catch(() => null);
      if (raster === null) return rasters;
      left -= JSON.stringify(raster).length;
      if (left < 0) return rasters;
      rasters.push(raster);
    }
  }
  return rasters;
}

/** The first networks of the folder's list, which are those of the front, and the first images. */
async function playOf(served: ServedPlay): Promise<SavedPlay | null> {
  const ask = async (path: string, query: Readonly<Record<string, string>> = {}): Promise<Uint8Array> =>
    Buffer.from((await served.answer(path, new URLSearchParams(query)))?.body ?? "");
  const folder = JSON.parse(Buffer.from(await ask("/play/study.json")).toString()) as PlayFolder;
  const networks: Record<string, string> = {};
  let left = mostNetworkBytes;
  for (const { id } of folder.networks) {
    const bytes = await ask("/play/network", { id });
    left -= bytes.length;
    if (left < 0) break;
    networks[id] = Buffer.from(bytes).toString("base64");
  }
  const kept = folder.networks.filter(({ id }) => id in networks);
  if (kept.length === 0) return null;
  const size = folder.data?.imageShape.reduce((product, side) => product * side, 1) ?? 1;
  const count = Math.min(playImages, folder.data?.images ?? 0, Math.floor(mostPixels / size));
  const images = count === 0 ? "" : await ask("/play/images", { from: "0", count: String(count) });
  return {
    folder: { ...folder, networks: kept, data: folder.data && { ...folder.data, images: count } },
    networks,
    images: Buffer.from(images).toString("base64"),
  };
}
