// What the page asks for besides events: networks of a study, campaigns, rasters. Every question is bounded, nothing
// of it is a path, and nothing is written.

import { InvalidValueError, StateError } from "../base/errors.ts";
import type { LiveTrialNetworks } from "../study/live-network.ts";
import type { RasterDesk } from "./raster-desk.ts";
import { campaignsIn } from "./serve-campaigns.ts";
import { finalists, referenceNetworks, trialNetworks } from "./serve-networks.ts";
import type { ServedFolderStudies } from "./served-folder.ts";

export interface ViewOptions {
  /** That is served. */
  readonly folder: string;
  readonly studies: ServedFolderStudies;
  readonly desk: RasterDesk;
}

/** Trials asked for at once. */
const mostTrials = 12;

/** Addresses of the views. */
export const viewPaths: readonly string[] = [
  "/studies",
  "/view/trials",
  "/view/finalists",
  "/view/campaigns",
  "/view/raster",
];

/**
 * @param url - with its query
 * @returns data for JSON; null where a study has nothing of the kind yet
 * @throws {InvalidValueError} for a question that is none
 * @throws {StateError} when it cannot be answered from what the folder holds
 */
export async function viewOf(url: string, { folder, studies, desk }: ViewOptions): Promise<unknown> {
  const [path, query] = url.split("?");
  const given = new URLSearchParams(query);
  if (path === "/studies") return studies.list().map(({ id, name }) => ({ id, name }));
  const id = given.get("study") ?? "";
  const found = studies.of(id);
  if (found === null) throw new StateError(`study ${id} must be in the folder that is served.`);
  const open = found.study.reach();
  if (path === "/view/campaigns") return campaignsIn([...(open === null ? [] : [open.folder]), folder]);
  if (open === null) return null;
  if (path === "/view/trials") {
    const trials = trialNetworks(open, numbersOf(given.get("numbers") ?? ""));
    return { trials, anns: referenceNetworks(open) } satisfies LiveTrialNetworks;
  }
  if (path === "/view/finalists") return finalists(open);
  return desk.raster(open, numberOf("trial", given.get("trial")), numberOf("image", given.get("image")));
}

/** By name, as errors of threads have no class of ours. */
const statuses: Readonly<Record<string, number>> = {
  InvalidValueError: 400,
  StateError: 404,
  ResourceError: 503,
};

/** HTTP status of what went wrong. */
export function statusOf(error: unknown): number {
  return (error instanceof Error ? statuses[error.name] : undefined) ?? 500;
}

function numbersOf(list: string): readonly number[] {
  const numbers = list === "" ? [] : list.split(",").map((text) => numberOf("numbers", text));
  if (numbers.length > mostTrials)
    throw new InvalidValueError("numbers", `must be at most ${mostTrials}`, numbers.length);
  return numbers;
}

function numberOf(name: string, text: string | null): number {
  if (text === null || !/^\d{1,9}$/.test(text))
    throw new InvalidValueError(name, "must be a whole number of at least 0", text ?? "nothing");
  return Number(text);
}
