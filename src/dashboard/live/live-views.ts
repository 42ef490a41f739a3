// All that the page shows, from the study and the reader's choices: markup by the id of its place, and where trials
// lie. What costs much is kept while what it is made of stays the same.

import type { LiveStudy, LiveTrial } from "../../study/live-study.ts";
import type { Table } from "../chart.ts";
import { textCell } from "../chart.ts";
import { formatCount, formatNumber } from "../format.ts";
import { element, fragment, type Markup } from "../markup.ts";
import { tableMarkup } from "../table-markup.ts";
import { columnOf, type LiveColumn, liveColumns, scaleOf } from "./live-columns.ts";
import { trialLines } from "./live-detail.ts";
import { readFilter } from "./live-filter.ts";
import { type LiveFront, liveFront } from "./live-front.ts";
import { liveHypervolumeChart, overviewTiles } from "./live-overview.ts";
import { liveParallel, type ParallelOptions } from "./live-parallel.ts";
import { rangesForm } from "./live-ranges.ts";
import { liveScatter, type Scatter } from "./live-scatter.ts";
import { keptTrials, type LiveChoices, trialRole } from "./live-state.ts";
import { liveTable, sortedTrials, tableCsv, trialsCsv } from "./live-table.ts";

export interface LiveViews {
  readonly columns: readonly LiveColumn[];
  readonly kept: readonly LiveTrial[];
  /** By the id of the element it belongs into. */
  readonly markup: Readonly<Record<string, Markup>>;
  readonly scatter: Scatter;
  /** The trial whose network is shown: the chosen one, else the knee, else one of the best; null: there is none. */
  readonly shown: number | null;
  readonly parallel: ParallelOptions;
  /** What is wrong with the filter, null: nothing. */
  readonly problem: string | null;
  /** By figure: what its CSV holds. */
  readonly csv: Readonly<Record<string, () => string>>;
}

/** Axes beyond this stand too close. */
const mostAxes = 14;

export function liveViews(study: LiveStudy, chosen: LiveChoices, widthPx: number): LiveViews {
  const columns = remembered(study.trials, () => liveColumns(study));
  const choices = withAxes(chosen, columns, study);
  const kept = keptTrials(study.trials, columns, choices);
  const numbers = new Set(kept.map(({ number }) => number));
  const [x, y] = [columnOf(columns, choices.x), columnOf(columns, choices.y)];
  const named = (name: string): LiveColumn | null => (name === "" ? null : columnOf(columns, name));
  const whole = liveFront(study.trials, study.objectives);
  const pair = pairFront(study, x, y);
  const scatter = liveScatter({
    trials: study.trials,
    kept: numbers,
    columns,
    x,
    y,
    colour: named(choices.colour),
    size: named(choices.size),
    xKind: scaleOf(x, choices.otherScale),
    yKind: scaleOf(y, choices.otherScale),
    front: pair.numbers,
    knee: pair.knee,
    anns: study.progress.anns,
    role: trialRole(study),
    selected: choices.selected,
    pinned: choices.pinned,
    brushes: choices.brushes,
    widthPx,
  });
  const axes = coordinateColumns(columns);
  const parallelOptions: ParallelOptions = {
    trials: study.trials,
    kept: numbers,
    columns: axes,
    colour: named(choices.colour) ?? columnOf(columns, choices.y),
    kindOf: (column) => scaleOf(column, choices.otherScale),
    flipped: choices.flipped,
    brushes: choices.brushes,
    selected: choices.selected,
    widthPx: Math.max(widthPx, 74 * axes.length),
  };
  const parallel = liveParallel(parallelOptions);
  const hypervolume = liveHypervolumeChart(study);
  const best = study.trials.filter(({ number }) => pair.numbers.has(number));
  return {
    columns,
    kept,
    scatter,
    shown: choices.selected ?? pair.knee ?? best[0]?.number ?? null,
    parallel: parallelOptions,
    problem: readFilter(choices.filter, columns).problem,
    markup: {
      tiles: overviewTiles(study, columns),
      hypervolume: hypervolume.draw(widthPx),
      "hypervolume-caption": fragment(hypervolume.caption),
      "hypervolume-table": tableMarkup(hypervolume.table, { caption: hypervolume.title, isSortable: false }),
      scatter: scatter.markup,
      "scatter-caption": fragment(captionOf(study, pair)),
      "scatter-table": tableMarkup(trialsTable(best, columns), {
        caption: "Trials that are best in both figures",
        isSortable: false,
      }),
      parallel: element(
        "div",
        { class: "scroll", tabindex: 0, role: "region", "aria-label": "Parallel coordinates" },
        parallel.markup,
      ),
      "parallel-caption": fragment(
        `${parallel.summary} Draw a range on an axis to keep the trials within it; a click on the axis takes it back. Every other view follows.`,
      ),
      "parallel-table": tableMarkup(trialsTable(kept.slice(0, 50), axes), {
        caption: "The first 50 trials of the selection",
        isSortable: false,
      }),
      ranges: fragment(rangesForm(axes, choices)),
      table: liveTable({ kept, trials: study.trials, columns, front: whole.numbers, choices }),
      detail: detailOf(study, columns, choices),
      count: fragment(`${formatNumber(kept.length, 15)} of ${formatCount(study.trials.length, "trial")}`),
    },
    csv: {
      hypervolume: () => tableCsv(hypervolume.table),
      scatter: () => trialsCsv(kept, columns),
      parallel: () => trialsCsv(kept, columns),
      trials: () => trialsCsv(sortedTrials(kept, columns, choices.sort), columns),
    },
  };
}

/** Choices with axes there are: the first two objectives until the reader says otherwise. */
export function withAxes(
  choices: LiveChoices,
  columns: readonly LiveColumn[],
  { objectives }: LiveStudy,
): LiveChoices {
  const has = (name: string): boolean => columns.some((column) => column.name === name);
  return {
    ...choices,
    x: has(choices.x) ? choices.x : (objectives[1]?.name ?? "trial"),
    y: has(choices.y) ? choices.y : objectives[0].name,
    colour: has(choices.colour) ? choices.colour : "",
    size: has(choices.size) ? choices.size : "",
  };
}

function coordinateColumns(columns: readonly LiveColumn[]): readonly LiveColumn[] {
  const others = columns.filter(({ name }) => !["trial", "seconds", "state"].includes(name));
  const isObjective = ({ isBetterHigher }: LiveColumn): boolean => isBetterHigher !== null;
  const objectives = others.filter(isObjective);
  const settings = others.filter((column) => !isObjective(column)).slice(0, mostAxes - objectives.length);
  return [...settings, ...objectives];
}

function pairFront(study: LiveStudy, x: LiveColumn, y: LiveColumn): LiveFront {
  if (x === y) return liveFront(study.trials, []);
  const pair = [x, y].flatMap(({ name }) => study.objectives.filter((objective) => objective.name === name));
  return liveFront(study.trials, pair.length === 2 ? pair : []);
}

function captionOf({ untested, objectives }: LiveStudy, { numbers }: LiveFront): string {
  const best = numbers.size === 0 ? "" : ` ${formatCount(numbers.size, "trial")} no other beats in both.`;
  const limits = objectives.some(({ limit }) => limit !== null)
    ? " Dotted lines are the study's requirements; what lies in the tint misses one."
    : "";
  const others =
    untested.length === 0
      ? ""
      : ` Requirements that are no axis here, and are not looked at: ${untested.join(", ")}.`;
  return `The search's own figures on validation images, ±1.96 standard errors.${best}${limits}${others} Click a point to look at its trial everywhere; draw a box to keep the trials within it.`;
}

function detailOf(
  study: LiveStudy,
  columns: readonly LiveColumn[],
  { selected, pinned }: LiveChoices,
): Markup {
  const trial = study.trials.find(({ number }) => number === selected);
  if (trial === undefined) return fragment();
  const isPinned = pinned.has(trial.number);
  return element(
    "div",
    { class: "detail" },
    element(
      "h3",
      {},
      element("span", {}, `Trial ${trial.number}`),
      element(
        "span",
        { class: "tools" },
        element(
          "button",
          { type: "button", "data-toggle-pin": trial.number, "aria-pressed": isPinned ? "true" : "false" },
          isPinned ? "Pinned" : "Pin",
        ),
        element("button", { type: "button", "data-trial": "none" }, "Close"),
      ),
    ),
    trial.error === "" ? null : element("p", { class: "problem" }, trial.error),
    element(
      "dl",
      {},
      trialLines(trial, columns).map(([name, text]) =>
        element("div", {}, element("dt", {}, name), element("dd", {}, text)),
      ),
    ),
  );
}

function trialsTable(trials: readonly LiveTrial[], columns: readonly LiveColumn[]): Table {
  return {
    head: ["trial", ...columns.filter(({ name }) => name !== "trial").map(({ title }) => title)],
    rows: trials.map((trial) => [
      textCell(String(trial.number)),
      ...columns
        .filter(({ name }) => name !== "trial")
        .map((column) => {
          const value = column.of(trial);
          return { text: value === null ? "–" : column.format(value), value };
        }),
    ]),
  };
}

const memory = new WeakMap<object, readonly LiveColumn[]>();

/** Columns follow from the trials alone, so they are kept as long as the list of trials. */
function remembered(trials: object, make: () => readonly LiveColumn[]): readonly LiveColumn[] {
  const kept = memory.get(trials) ?? make();
  memory.set(trials, kept);
  return kept;
}
