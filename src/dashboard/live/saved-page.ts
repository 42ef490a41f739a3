// The live page as one file that needs no server: its scripts, its style and the study's data are within. Of a study that
// has ended it is the report: the result stands above the views, and is there without a script, too.

import type { Front } from "../../study/front.ts";
import type { LiveStudy } from "../../study/live-study.ts";
import type { SavedPlay, SavedStudy } from "../../study/saved-study.ts";
import { type PageScripts, packedHead } from "../packed-head.ts";
import { playBody } from "../playground/play-page.ts";
import { playChartStyle, playPageStyle } from "../playground/play-style.ts";
import { liveFront } from "./live-front.ts";
import { livePageOf } from "./live-page.ts";

export interface SavedPage extends SavedStudy {
  /** SHA-256 of the networks that its playground has. */
  readonly playable: readonly string[];
}

export interface SavedPageOptions {
  readonly saved: SavedStudy;
  /** null: the study goes on. */
  readonly front: Front | null;
  readonly scripts: PageScripts;
  /** Networks and images to play with; null: there are none, or they are too large for a file. */
  readonly play: { readonly data: SavedPlay; readonly scripts: Omit<PageScripts, "unpack"> } | null;
}

/** Networks of more trials than this are not kept. */
const mostNetworks = 60;

/** Numbers of the trials whose networks are worth keeping: the knee, those no other beats, then the first others. */
export function trialsToSave({ trials, objectives }: LiveStudy): readonly number[] {
  const { numbers, knee } = liveFront(trials, objectives);
  const measured = trials.filter(({ state }) => state === "complete").map(({ number }) => number);
  const rank = (number: number): number => (number === knee ? 0 : numbers.has(number) ? 1 : 2);
  return [...measured].sort((a, b) => rank(a) - rank(b)).slice(0, mostNetworks);
}

export async function savedPage({ saved, front, scripts, play }: SavedPageOptions): Promise<string> {
  const playable = Object.keys(play?.data.networks ?? {}).map((id) =>
    id.slice(id.lastIndexOf("/") + 1).replace(/\.safetensors$/, ""),
  );
  const data: SavedPage = { ...saved, playable };
  const packedPlay = play && {
    ...play.scripts,
    data: play.data,
    style: playPageStyle + playChartStyle,
    body: playBody(),
  };
  return livePageOf(await packedHead(scripts, data, packedPlay), front);
}
