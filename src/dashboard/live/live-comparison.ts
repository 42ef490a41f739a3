// Pinned trials beside each other: every objective with its interval, and the settings in which they differ.

import type { LiveStudy, LiveTrial } from "../../study/live-study.ts";
import { type Cell, type Chart, type Table, textCell } from "../chart.ts";
import { formatCount } from "../format.ts";
import { intervalRows } from "../interval-rows.ts";
import type { LiveColumn } from "./live-columns.ts";
import { trialRole } from "./live-state.ts";

const empty = "Pin two trials or more, in the table or beside a chosen one, to compare them.";

/** @param trials - pinned, in the order to be shown */
export function comparisonChart(
  trials: readonly LiveTrial[],
  columns: readonly LiveColumn[],
  study: Pick<LiveStudy, "training">,
): Chart {
  const measured = trials.filter(({ state }) => state === "complete");
  const objectives = columns.filter(({ isBetterHigher }) => isBetterHigher !== null);
  return intervalRows(
    measured.length === 0
      ? []
      : objectives.map((column) => ({
          title: `${column.title} (${wishOf(column)})`,
          kind: column.scale,
          ...(column.scale === "error" && { bounds: [0, 1] as const }),
          format: column.format,
          limit: column.limit,
          rows: measured.map((trial) => ({
            name: `trial ${trial.number}`,
            role: trialRole(study, trial),
            interval: column.interval(trial),
            data: { "data-trial": trial.number },
          })),
        })),
    {
      id: "comparison",
      title: "Pinned trials",
      caption:
        measured.length === 0
          ? ""
          : "The search's figures on validation images, ±1.96 standard errors; dotted: the study's requirement. Click a row to look at its trial.",
      summary:
        measured.length === 0
          ? empty
          : `${formatCount(measured.length, "pinned trial")}. ${objectives.map((column) => `${column.title}: ${measured.map((trial) => `trial ${trial.number} ${column.format(column.of(trial))}`).join(", ")}`).join("; ")}.`,
    },
    empty,
  );
}

function wishOf({ isBetterHigher, limit, format }: LiveColumn): string {
  const wish = `${isBetterHigher ? "higher" : "lower"} is better`;
  return limit === null
    ? wish
    : `${wish}, required: at ${isBetterHigher ? "least" : "most"} ${format(limit)}`;
}

/** A row for every setting in which pinned trials differ; null where there is nothing to tell apart. */
export function differingSettings(
  trials: readonly LiveTrial[],
  columns: readonly LiveColumn[],
): Table | null {
  if (trials.length < 2) return null;
  const settings = columns.filter(({ name }) => trials.some(({ design }) => Object.hasOwn(design, name)));
  const differing = settings.filter((column) => new Set(trials.map((trial) => column.of(trial))).size > 1);
  return {
    head: ["setting", ...trials.map(({ number }) => `trial ${number}`)],
    rows: differing.map((column) => [
      textCell(column.title),
      ...trials.map((trial): Cell => {
        const value = column.of(trial);
        return { text: value === null ? "–" : column.format(value), value };
      }),
    ]),
  };
}
