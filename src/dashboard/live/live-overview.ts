// The state of a study at a glance: how far, how fast, how good, and what went wrong.

import type { LiveStudy, LiveTrial } from "../../study/live-study.ts";
import type { Chart } from "../chart.ts";
import { formatCount, formatEnergy, formatNumber, formatShare, wordsOf } from "../format.ts";
import { hypervolumeChart } from "../hypervolume-chart.ts";
import { element, type Markup } from "../markup.ts";
import { tile } from "../tile.ts";
import { columnOf, type LiveColumn } from "./live-columns.ts";
import { formatDuration, livePace } from "./live-pace.ts";

/** What a run does in each phase, as a reader would say it. */
const phases: Readonly<Record<string, string>> = {
  train: "training the networks",
  search: "searching designs",
  race: "racing the best designs",
  confirm: "confirming the front under fresh faults",
  final: "measuring the front on test images",
};

/** One line: status and phase. */
export function statusLine({ progress: { status, phase } }: LiveStudy): string {
  if (status === "finished") return "finished";
  const doing = phases[phase] ?? phase;
  return status === "running" ? doing : `stopped while ${doing}; run the same explore again to go on`;
}

export function overviewTiles(study: LiveStudy, columns: readonly LiveColumn[]): Markup {
  const { progress, trials, objectives } = study;
  const pace = livePace(study);
  const done = pace.complete + pace.failed;
  const volume = progress.hypervolume.at(-1)?.hypervolume;
  const failed = trials.filter(({ state }) => state === "failed");
  return element(
    "div",
    { class: "tiles" },
    tile("Trials done", `${formatNumber(done, 15)} of ${formatNumber(progress.budgetTrials, 15)}`, [
      element("progress", {
        value: done,
        max: Math.max(1, progress.budgetTrials),
        "aria-label": "Share of the budget",
      }),
      `${formatCount(pace.running, "trial")} running, ${formatNumber(pace.waiting)} waiting`,
    ]),
    objectives.map(({ name, direction }) => bestTile(columnOf(columns, name), direction, trials)),
    tile("Hypervolume", volume === undefined ? "–" : formatNumber(volume, 4), [
      progress.reference === null
        ? "its reference point is not declared yet"
        : "from the reference point below",
    ]),
    tile("Throughput", pace.trialsPerMinute === null ? "–" : `${formatNumber(pace.trialsPerMinute)}/min`, [
      pace.secondsLeft === null
        ? "by the latest 50 trials"
        : `about ${formatDuration(pace.secondsLeft)} left`,
    ]),
    tile("Failed", formatNumber(pace.failed, 15), [
      failed.length === 0
        ? "no trial failed"
        : `latest, trial ${failed[failed.length - 1].number}: ${failed[failed.length - 1].error}`,
    ]),
  );
}

/** The search's hypervolume with what it is measured from. */
export function liveHypervolumeChart({ progress, objectives, trials }: LiveStudy): Chart {
  const { hypervolume, reference } = progress;
  const values = (reference ?? []).map(({ objective, value, source }) => {
    const unit = objectives.find(({ name }) => name === objective)?.unit;
    const text =
      unit === "pJ" ? formatEnergy(value) : unit === "1" ? formatShare(value) : formatNumber(value);
    return `${wordsOf(objective)} ${text} (${sources[source]})`;
  });
  const from = values.length === 0 ? "not declared yet" : values.join(", ");
  return {
    ...hypervolumeChart({ hypervolume: upToNow(hypervolume, trials) }),
    caption: `Dominated hypervolume of all trials so far, on validation figures; higher is better, flat says that the search finds no more. Reference point: ${from}.`,
  };
}

/** The store tells where it grew; from there to the latest trial it is as it was. */
function upToNow(
  steps: LiveStudy["progress"]["hypervolume"],
  trials: readonly LiveTrial[],
): LiveStudy["progress"]["hypervolume"] {
  const last = steps.at(-1);
  const latest = trials.findLast(({ state }) => state === "complete" || state === "failed");
  if (last === undefined || latest === undefined || latest.number <= last.trial) return steps;
  return [...steps, { trial: latest.number, hypervolume: last.hypervolume }];
}

const sources = {
  given: "as the study says",
  requirement: "the requirement's limit",
  ann: "the int8 ANN's, made worse",
} as const;

function bestTile(
  column: LiveColumn,
  direction: "maximize" | "minimize",
  trials: readonly LiveTrial[],
): Markup {
  let best: LiveTrial | null = null;
  for (const trial of trials) {
    const [value, other] = [column.of(trial), best === null ? null : column.of(best)];
    if (trial.state !== "complete" || trial.fidelity < 1 || typeof value !== "number") continue;
    if (typeof other !== "number" || (direction === "maximize" ? value > other : value < other)) best = trial;
  }
  const title = `${direction === "maximize" ? "Highest" : "Lowest"} ${column.title}`;
  if (best === null) return tile(title, "–", ["no trial is measured yet"]);
  const interval = column.interval(best);
  return tile(title, column.format(column.of(best)), [
    element("button", { type: "button", class: "link", "data-trial": best.number }, `trial ${best.number}`),
    interval === null || interval.low === interval.high
      ? "no interval"
      : `95 %: ${column.format(interval.low)} to ${column.format(interval.high)}`,
  ]);
}
