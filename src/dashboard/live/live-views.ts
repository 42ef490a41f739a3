// All that the page shows, from the study and the reader's choices: what stands at which place, and what that is made of.
// Nothing is drawn before it is asked for; what costs much is kept while what it is made of stays the same.

import type { LiveStudy, LiveTrial } from "../../study/live-study.ts";
import type { Table } from "../chart.ts";
import { textCell } from "../chart.ts";
import { formatCount, formatNumber } from "../format.ts";
import { element, fragment, type Markup } from "../markup.ts";
import { tableMarkup } from "../table-markup.ts";
import { isSame, lastOf } from "./last-of.ts";
import { columnOf, type LiveColumn, liveColumns, scaleOf } from "./live-columns.ts";
import { trialLines } from "./live-detail.ts";
import { readFilter } from "./live-filter.ts";
import { type LiveFront, liveFront } from "./live-front.ts";
import { liveHypervolumeChart, overviewTiles } from "./live-overview.ts";
import { liveParallel, type Parallel, type ParallelOptions } from "./live-parallel.ts";
import { rangesForm } from "./live-ranges.ts";
import { liveScatter, type Scatter, type ScatterOptions } from "./live-scatter.ts";
import { keptTrials, type LiveChoices } from "./live-state.ts";
import { liveTable, sortedTrials, tableCsv, trialsCsv } from "./live-table.ts";

/** What stands at a place: drawn anew only where something it is made of is another. */
export interface LivePlace {
  readonly from: readonly unknown[];
  readonly draw: () => Markup;
  /** Many words to lay out: while one change follows another it may stay behind, even in sight. */
  readonly canWait?: boolean;
}

export interface LiveViews {
  readonly columns: readonly LiveColumn[];
  readonly kept: readonly LiveTrial[];
  /** By the id of the element it belongs into; one that lies within another stands behind it. */
  readonly places: Readonly<Record<string, LivePlace>>;
  readonly scatter: () => Scatter;
  readonly parallel: () => Parallel;
  /** What axes are drawn from: for the pointer. */
  readonly parallelOptions: ParallelOptions;
  /** The trial whose network is shown: the chosen one, else the knee, else one of the best; null: there is none. */
  readonly shown: number | null;
  /** What is wrong with the filter, null: nothing. */
  readonly problem: string | null;
  /** By figure: what its CSV holds. */
  readonly csv: Readonly<Record<string, () => string>>;
}

/** Axes beyond this stand too close. */
const mostAxes = 20;
/** Columns of a trial's course: neither settings nor objectives. */
const courseNames: readonly string[] = ["trial", "seconds", "state"];

const lastColumns = lastOf<readonly LiveColumn[]>();
const lastAxes = lastOf<readonly LiveColumn[]>();
const lastKept = lastOf<{ readonly trials: readonly LiveTrial[]; readonly numbers: ReadonlySet<number> }>();
const lastBest = lastOf<readonly LiveTrial[]>();
let keptBefore: readonly LiveTrial[] = [];

export function liveViews(study: LiveStudy, chosen: LiveChoices, widthPx: number): LiveViews {
  const { trials } = study;
  const columns = lastColumns([trials, study.objectives], () => liveColumns(study));
  const choices = withAxes(chosen, columns, study);
  const { trials: kept, numbers } = selectionOf(trials, columns, choices);
  const [x, y] = [columnOf(columns, choices.x), columnOf(columns, choices.y)];
  const named = (name: string): LiveColumn | null => (name === "" ? null : columnOf(columns, name));
  const pair = pairFront(study, x, y);
  const scatterOptions: ScatterOptions = {
    trials,
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
    training: study.training,
    selected: choices.selected,
    pinned: choices.pinned,
    brushes: choices.brushes,
    widthPx,
  };
  const axes = lastAxes([columns], () => coordinateColumns(columns));
  const parallelOptions: ParallelOptions = {
    trials,
    kept: numbers,
    columns: axes,
    colour: named(choices.colour) ?? columnOf(columns, choices.y),
    otherScale: choices.otherScale,
    flipped: choices.flipped,
    brushes: choices.brushes,
    selected: choices.selected,
    widthPx: Math.max(widthPx, 74 * axes.length),
  };
  const best = lastBest([trials, pair], () => trials.filter(({ number }) => pair.numbers.has(number)));
  const scatter = once(() => liveScatter(scatterOptions));
  const parallel = once(() => liveParallel(parallelOptions));
  return {
    columns,
    kept,
    scatter,
    parallel,
    parallelOptions,
    shown: choices.selected ?? pair.knee ?? best[0]?.number ?? null,
    problem: readFilter(choices.filter, columns).problem,
    places: {
      count: {
        from: [kept.length, trials.length],
        draw: () => fragment(`${formatNumber(kept.length, 15)} of ${formatCount(trials.length, "trial")}`),
      },
      ...studyPlaces(study, columns, widthPx),
      detail: {
        from: [study, choices.selected, choices.pinned],
        draw: () => detailOf(study, columns, choices),
      },
      ...scatterPlaces(study, { options: scatterOptions, scatter, pair, best }),
      ...parallelPlaces(parallelOptions, parallel, kept, columns.length - courseNames.length - axes.length),
      ranges: {
        from: [axes, choices.brushes, choices.otherScale, choices.flipped],
        draw: () => fragment(rangesForm(axes, choices)),
      },
      table: {
        from: [kept, trials, columns, choices.sort, choices.page, choices.pinned, choices.selected],
        draw: () => {
          const front = liveFront(trials, study.objectives).numbers;
          return liveTable({ kept, trials, columns, front, choices });
        },
        canWait: true,
      },
    },
    csv: csvOf(study, kept, columns, choices),
  };
}

function csvOf(
  study: LiveStudy,
  kept: readonly LiveTrial[],
  columns: readonly LiveColumn[],
  { sort }: LiveChoices,
): LiveViews["csv"] {
  return {
    hypervolume: () => tableCsv(liveHypervolumeChart(study).table),
    scatter: () => trialsCsv(kept, columns),
    parallel: () => trialsCsv(kept, columns),
    trials: () => trialsCsv(sortedTrials(kept, columns, sort), columns),
  };
}

/** The same as before where it holds the same trials: letters of a filter often change nothing. */
function selectionOf(
  trials: readonly LiveTrial[],
  columns: readonly LiveColumn[],
  choices: LiveChoices,
): { readonly trials: readonly LiveTrial[]; readonly numbers: ReadonlySet<number> } {
  const kept = keptTrials(trials, columns, choices);
  if (!isSame(kept, keptBefore)) keptBefore = kept;
  return lastKept([keptBefore], () => ({
    trials: keptBefore,
    numbers: new Set(keptBefore.map(({ number }) => number)),
  }));
}

/** What the reader's choices have no part in. */
function studyPlaces(
  study: LiveStudy,
  columns: readonly LiveColumn[],
  widthPx: number,
): Readonly<Record<string, LivePlace>> {
  const chart = once(() => liveHypervolumeChart(study));
  return {
    tiles: { from: [study], draw: () => overviewTiles(study, columns) },
    hypervolume: { from: [study, widthPx], draw: () => chart().draw(widthPx) },
    "hypervolume-caption": { from: [study], draw: () => fragment(chart().caption) },
    "hypervolume-table": {
      from: [study],
      draw: () => tableMarkup(chart().table, { caption: chart().title, isSortable: false }),
    },
  };
}

function scatterPlaces(
  study: LiveStudy,
  {
    options,
    scatter,
    pair,
    best,
  }: {
    readonly options: ScatterOptions;
    readonly scatter: () => Scatter;
    readonly pair: LiveFront;
    /** The trials of that front. */
    readonly best: readonly LiveTrial[];
  },
): Readonly<Record<string, LivePlace>> {
  return {
    scatter: { from: Object.values(options), draw: () => scatter().markup },
    "scatter-caption": { from: [study, pair], draw: () => fragment(captionOf(study, pair)) },
    "scatter-table": {
      from: [best, options.columns],
      draw: () =>
        tableMarkup(trialsTable(best, options.columns), {
          caption: "Trials that are best in both figures",
          isSortable: false,
        }),
    },
  };
}

function parallelPlaces(
  options: ParallelOptions,
  parallel: () => Parallel,
  kept: readonly LiveTrial[],
  undrawn: number,
): Readonly<Record<string, LivePlace>> {
  const { brushes, ...others } = options;
  const more = undrawn <= 0 ? "" : ` ${formatCount(undrawn, "more setting")} can be filtered by name.`;
  return {
    parallel: {
      from: Object.values(others),
      draw: () =>
        element(
          "div",
          { class: "scroll", tabindex: 0, role: "region", "aria-label": "Parallel coordinates" },
          parallel().markup,
        ),
    },
    "parallel-ranges": { from: [...Object.values(others), brushes], draw: () => parallel().ranges },
    "parallel-caption": {
      from: Object.values(others),
      draw: () =>
        fragment(
          `${parallel().summary} Draw a range on an axis to keep the trials within it; a click on the axis takes it back. Every other view follows.${more}`,
        ),
      canWait: true,
    },
    "parallel-table": {
      from: [kept, options.columns],
      draw: () =>
        tableMarkup(trialsTable(kept.slice(0, 50), options.columns), {
          caption: "The first 50 trials of the selection",
          isSortable: false,
        }),
    },
  };
}

function once<T>(make: () => T): () => T {
  const last = lastOf<T>();
  return () => last([], make);
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
  const others = columns.filter(({ name }) => !courseNames.includes(name));
  const isObjective = ({ isBetterHigher }: LiveColumn): boolean => isBetterHigher !== null;
  const objectives = others.filter(isObjective);
  const settings = others
    .filter((column) => !isObjective(column))
    .slice(0, Math.max(0, mostAxes - objectives.length));
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
