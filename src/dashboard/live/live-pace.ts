// How fast trials finish, and when the last of the budget will have.

import type { LiveStudy } from "../../study/live-study.ts";

export interface LivePace {
  readonly complete: number;
  readonly failed: number;
  readonly running: number;
  readonly waiting: number;
  /** By the latest trials; null: not known. */
  readonly trialsPerMinute: number | null;
  /** Until the budget is spent at this pace; null: not known, or nothing runs. */
  readonly secondsLeft: number | null;
}

/** So many of the latest trials tell the pace: old ones may have run on more workers. */
const recent = 50;

export function livePace({ trials, progress }: Pick<LiveStudy, "trials" | "progress">): LivePace {
  const count = (state: string): number => trials.filter((trial) => trial.state === state).length;
  const [complete, failed] = [count("complete"), count("failed")];
  const ends = trials
    .map(({ finishedMs }) => finishedMs)
    .filter((ms) => ms !== null)
    .sort((a, b) => a - b)
    .slice(-recent);
  const spanMs = ends.length < 3 ? 0 : ends[ends.length - 1] - ends[0];
  const trialsPerMinute = spanMs > 0 ? ((ends.length - 1) / spanMs) * 60_000 : null;
  const left = Math.max(0, progress.budgetTrials - complete - failed);
  const isSearching = progress.status === "running" && progress.phase === "search";
  return {
    complete,
    failed,
    running: progress.running.length,
    waiting: count("waiting"),
    trialsPerMinute,
    secondsLeft: isSearching && trialsPerMinute !== null ? (left / trialsPerMinute) * 60 : null,
  };
}

/** 45 s, 12 min, 3 h 20 min. */
export function formatDuration(seconds: number): string {
  if (seconds < 60) return `${Math.ceil(seconds)} s`;
  const minutes = Math.ceil(seconds / 60);
  if (minutes < 60) return `${minutes} min`;
  const hours = Math.floor(minutes / 60);
  return hours < 48 ? `${hours} h ${minutes % 60} min` : `${Math.round(hours / 24)} days`;
}
