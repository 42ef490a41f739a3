// A whole study as it is told to a page: its trials as columns.

import { type Columns, fromColumns, type Plain, toColumns } from "./columns.ts";
import type { LiveStudy, LiveTrial } from "./live-study.ts";

export function liveStudyText({ trials, ...study }: LiveStudy): string {
  return JSON.stringify({ ...study, trials: toColumns(trials as unknown as readonly Plain[]) });
}

export function readLiveStudy(text: string): LiveStudy {
  const { trials, ...study } = JSON.parse(text) as Omit<LiveStudy, "trials"> & { readonly trials: Columns };
  return { ...study, trials: fromColumns(trials) as unknown as readonly LiveTrial[] };
}
