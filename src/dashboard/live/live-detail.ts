// A trial in words, a line each: for read-outs and for the panel of the trial that is looked at.

import type { LiveTrial } from "../../study/live-study.ts";
import type { LiveColumn } from "./live-columns.ts";

/** Name and text of all that is known, intervals in brackets. */
export function trialLines(
  trial: LiveTrial,
  columns: readonly LiveColumn[],
): readonly (readonly [string, string])[] {
  return columns.flatMap((column): (readonly [string, string])[] => {
    const value = column.of(trial);
    if (value === null || column.name === "trial") return [];
    const interval = column.interval(trial);
    const ends =
      interval === null || interval.low === interval.high
        ? ""
        : ` [${column.format(interval.low)}, ${column.format(interval.high)}]`;
    return [[column.title, `${column.format(value)}${ends}`]];
  });
}

export function describeTrial(
  trial: LiveTrial,
  columns: readonly LiveColumn[],
  { isKnee, isOnFront }: { readonly isKnee: boolean; readonly isOnFront: boolean },
): string {
  const place = isKnee ? ", the knee" : isOnFront ? ", best in both figures" : "";
  return [
    `trial ${trial.number}${place}`,
    ...trialLines(trial, columns).map(([name, text]) => `${name}: ${text}`),
    ...(trial.error === "" ? [] : [`failed: ${trial.error}`]),
  ].join("\n");
}
