import assert from "node:assert/strict";
import { test } from "node:test";
import { Random } from "../../base/random.ts";
import { choice, int } from "../../space/field.ts";
import { space } from "../../space/space.ts";
import type { LiveObjective, LiveProgress, LiveStudy, LiveTrial } from "../../study/live-study.ts";
import { isSame } from "./last-of.ts";
import { liveColumns } from "./live-columns.ts";
import { looks } from "./live-dots.ts";
import { readFilter } from "./live-filter.ts";
import { liveFront } from "./live-front.ts";
import { formatDuration, livePace } from "./live-pace.ts";
import { shadesOf } from "./live-shades.ts";
import { changed, firstChoices, keptTrials } from "./live-state.ts";
import { sortedTrials, trialsCsv } from "./live-table.ts";
import { liveViews } from "./live-views.ts";

const objectives: readonly LiveObjective[] = [
  { name: "accuracy", about: "", unit: "1", direction: "maximize", scale: "linear", limit: 0.9 },
  { name: "energy", about: "", unit: "pJ", direction: "minimize", scale: "log", limit: null },
];

const progress: LiveProgress = {
  status: "running",
  phase: "search",
  budgetTrials: 12,
  running: [],
  hypervolume: [],
  reference: null,
  anns: [],
  hasReport: false,
  nowMs: 0,
};

function trial(
  number: number,
  accuracy: number | null,
  energy: number,
  design: LiveTrial["design"] = {},
): LiveTrial {
  return {
    number,
    state: accuracy === null ? "failed" : "complete",
    design: { steps: number + 1, neuron: number % 2 === 0 ? "if" : "lif", fixed: 3, ...design },
    figures:
      accuracy === null
        ? {}
        : {
            accuracy: { value: accuracy, low: accuracy - 0.01, high: accuracy + 0.01 },
            energy: { value: energy, low: energy, high: energy },
          },
    fidelity: accuracy === null ? 0 : 1,
    startedMs: 1000 * number,
    finishedMs: 1000 * number + 500,
    error: accuracy === null ? "dead layer" : "",
  };
}

const trials = [
  trial(0, 0.9, 10),
  trial(1, 0.95, 100),
  trial(2, null, 0),
  trial(3, 0.94, 200),
  trial(4, 0.98, 1000),
];
const designs = space({
  steps: int({ about: "", unit: "1", low: 1, high: 16, default: 1 }),
  neuron: choice({ about: "", options: ["if", "lif"], default: "if" }),
});
const study: LiveStudy = {
  name: "made",
  objectives,
  training: "converted",
  space: designs,
  untested: [],
  trials,
  progress,
};
const columns = liveColumns(study);

function kept(filter: string): readonly number[] {
  return keptTrials(trials, columns, { filter, brushes: {} }).map(({ number }) => number);
}

test("columns are objectives, settings that vary, and the course of the trial", () => {
  assert.deepEqual(
    columns.map(({ name }) => name),
    ["accuracy", "energy", "steps", "neuron", "trial", "seconds", "state"],
  );
});

for (const [filter, numbers] of [
  ["", [0, 1, 2, 3, 4]],
  ["accuracy >= 0.95", [1, 4]],
  ["accuracy>=0.95 and energy<500", [1]],
  ["neuron = LIF or trial = 4", [1, 3, 4]],
  ["not (neuron = lif or trial = 4)", [0, 2]],
  ["trial = 4 or trial = 0 and neuron = lif", [4]],
  ["state != complete", [2]],
  ["accuracy != 0.9", [1, 2, 3, 4]],
  ['state ~ "fail"', [2]],
  ["steps <= 2.0", [0, 1]],
] as const) {
  test(`the filter “${filter}” keeps ${numbers.join(", ")}`, () => assert.deepEqual(kept(filter), numbers));
}

for (const [filter, problem] of [
  ["wrong > 1", /“wrong” is unknown; there are accuracy, energy/],
  ["accuracy", /one of < <= > >= = != ~ is missing/],
  ["accuracy >", /a value is missing/],
  ["accuracy > high", /needs a number/],
  ["neuron < 3", /needs a number/],
  ["(trial = 1", /“\)” is missing/],
  ["trial = 1 trial = 2", /one too many/],
  ["trial = 1 and", /a name/],
  ["constructor = 1", /unknown/],
  ["trial constructor 1", /not “constructor”/],
  ["(".repeat(3000), /too deep/],
  ["not ".repeat(3000), /too deep/],
] as const) {
  test(`the filter “${filter.slice(0, 24)}” is answered by what is wrong, and keeps all`, () => {
    assert.match(readFilter(filter, columns).problem ?? "", problem);
    assert.equal(kept(filter).length, trials.length);
  });
}

test("a range keeps what lies in it, ends included, and texts by their place", () => {
  const numbers = (brushes: Parameters<typeof keptTrials>[2]["brushes"]): readonly number[] =>
    keptTrials(trials, columns, { filter: "", brushes }).map(({ number }) => number);
  assert.deepEqual(numbers({ energy: { low: 100, high: 200 } }), [1, 3]);
  assert.deepEqual(numbers({ neuron: { low: 0.5, high: 1 } }), [1, 3]);
});

test("the front is what none dominates, however the trials are ordered", () => {
  assert.deepEqual([...liveFront(trials, objectives).numbers].sort(), [0, 1, 4]);
  assert.deepEqual([...liveFront([...trials].reverse(), objectives).numbers].sort(), [0, 1, 4]);
  assert.equal(liveFront(trials, objectives).knee, 1);
  assert.equal(liveFront(trials, []).numbers.size, 0);
});

for (const count of [1, 2, 3, 4]) {
  test(`the front of ${count} objectives holds the trials that none beats, equals included`, () => {
    const names = ["accuracy", "energy", "drop", "latency"].slice(0, count);
    const judged = names.map((name) => ({ ...objectives[name === "accuracy" ? 0 : 1], name }));
    const many = Array.from({ length: 400 }, (_, i) => {
      const random = new Random({ seed: 2, trial: i, purpose: "front", index: count });
      const values = names.map((name) => [name, { value: random.integer(40), low: 0, high: 40 }] as const);
      return { ...trial(i, 0, 0), figures: Object.fromEntries(values) };
    });
    const gains = (a: LiveTrial, b: LiveTrial): readonly number[] =>
      names.map((name) => {
        const gain = a.figures[name].value - b.figures[name].value;
        return name === "accuracy" ? gain : -gain;
      });
    const beats = (a: LiveTrial, b: LiveTrial): boolean =>
      gains(a, b).every((gain) => gain >= 0) && gains(a, b).some((gain) => gain > 0);
    assert.deepEqual(
      [...liveFront(many, judged).numbers].sort((a, b) => a - b),
      many.filter((one) => !many.some((other) => beats(other, one))).map(({ number }) => number),
    );
  });
}

test("a trial measured in part is on no front", () => {
  const part = { ...trial(5, 0.99, 1), fidelity: 0.3 };
  assert.ok(!liveFront([...trials, part], objectives).numbers.has(5));
});

test("a change replaces trials by number, and what runs no more waits", () => {
  const running = { ...trial(5, null, 0), state: "running" as const, error: "" };
  const before = { ...study, trials: [...trials, running] };
  const after = changed(before, { trials: [trial(2, 0.5, 5)], progress });
  assert.equal(after.trials.length, 6);
  assert.equal(after.trials[2].state, "complete");
  assert.equal(after.trials[5].state, "waiting");
  const again = changed(before, { trials: [], progress: { ...progress, running: [5] } });
  assert.equal(again.trials[5].state, "running");
});

test("the pace is of the latest trials, and says when the budget is spent", () => {
  const pace = livePace(study);
  assert.equal(pace.trialsPerMinute, 60);
  assert.equal(pace.secondsLeft, 7);
  assert.equal(livePace({ trials, progress: { ...progress, status: "stopped" } }).secondsLeft, null);
  assert.equal(livePace({ trials: trials.slice(0, 2), progress }).trialsPerMinute, null);
});

for (const [seconds, text] of [
  [45, "45 s"],
  [61, "2 min"],
  [7_260, "2 h 1 min"],
  [400_000, "5 days"],
] as const) {
  test(`${seconds} seconds read ${text}`, () => assert.equal(formatDuration(seconds), text));
}

test("missing values are last in both directions", () => {
  const order = (isDescending: boolean): readonly number[] =>
    sortedTrials(trials, columns, { column: "accuracy", isDescending }).map(({ number }) => number);
  assert.deepEqual(order(false), [0, 3, 1, 4, 2]);
  assert.deepEqual(order(true), [4, 1, 3, 0, 2]);
});

test("CSV holds bare values with the ends of intervals, and nothing that a spreadsheet would run", () => {
  const odd = [trial(0, 0.5, 10, { neuron: '=SUM("a",1)' }), trial(1, 0.75, 20)];
  const [head, first] = trialsCsv(odd, liveColumns({ objectives, trials: odd })).split("\n");
  assert.equal(
    head,
    "accuracy,accuracy_low,accuracy_high,energy,energy_low,energy_high,steps,neuron,trial,seconds,state",
  );
  assert.equal(first, `0.5,0.49,0.51,10,10,10,1,"'=SUM(""a"",1)",0,0.5,complete`);
});

test("shades hold as many trials each, in the order of the values", () => {
  const many = Array.from({ length: 100 }, (_, i) => trial(i, 0.5, 10 + i));
  const shades = shadesOf(liveColumns({ objectives, trials: many })[1], many);
  const counts = new Array(5).fill(0);
  for (const one of many) counts[shades.of(one) ?? 0]++;
  assert.deepEqual(counts, [20, 20, 20, 20, 20]);
  assert.deepEqual(
    many.map((one) => shades.of(one)),
    many.map((_, i) => Math.floor(i / 20)),
  );
});

test("every view is drawn for a study without a trial, with one, and with failed ones only", () => {
  for (const some of [[], [trials[0]], [trials[2]]]) {
    const views = liveViews({ ...study, trials: some }, firstChoices, 800);
    for (const { draw } of Object.values(views.places))
      assert.doesNotMatch(draw().markup, /NaN|undefined|Infinity/);
    for (const { whole } of [views.scatter(), views.parallel()])
      assert.doesNotMatch(whole().markup, /NaN|undefined|Infinity/);
  }
});

test("names and errors of a study are text, never markup", () => {
  const evil = { ...trial(0, null, 0, { neuron: "<img src=x onerror=alert(1)>" }), error: "<script>" };
  const views = liveViews({ ...study, trials: [evil, trials[1]] }, { ...firstChoices, selected: 0 }, 800);
  for (const { draw } of Object.values(views.places)) assert.doesNotMatch(draw().markup, /<img|<script/);
});

test("ten thousand dots are a few paths, and the drawing says how many lines it leaves out", () => {
  const many = Array.from({ length: 10_000 }, (_, i) =>
    trial(i, 0.5 + 0.4 * ((i * 7919) % 10_000) * 1e-4, 1e4 + i),
  );
  const views = liveViews(
    { ...study, trials: many },
    { ...firstChoices, colour: "steps", size: "energy" },
    1000,
  );
  const drawn = views.scatter().whole().markup;
  assert.ok((drawn.match(/<path/g) ?? []).length < 400);
  assert.equal(views.scatter().places.length, 10_000);
  assert.match(
    views.places["parallel-caption"].draw().markup,
    /10000 trials over .* 600 lines drawn|10000 trials.*lines drawn/,
  );
});

test("a view is drawn anew only where something it is made of is another", () => {
  const drawn = (choices: Partial<typeof firstChoices>): Readonly<Record<string, readonly unknown[]>> =>
    Object.fromEntries(
      Object.entries(liveViews(study, { ...firstChoices, ...choices }, 800).places).map(([id, { from }]) => [
        id,
        from,
      ]),
    );
  const others = (a: ReturnType<typeof drawn>, b: ReturnType<typeof drawn>): readonly string[] =>
    Object.keys(a).filter((id) => !isSame(a[id], b[id]));
  const { sort } = firstChoices;
  const brushes = {};
  const same = { brushes, sort };
  const first = drawn(same);
  assert.deepEqual(others(first, drawn({ ...same, filter: "accuracy >" })), [], "no filter yet");
  assert.deepEqual(others(first, drawn({ ...same, filter: "trial < 9" })), [], "it keeps all");
  const filtered = others(drawn(same), drawn({ ...same, filter: "trial < 3" }));
  for (const id of ["count", "scatter", "parallel-caption", "table"]) assert.ok(filtered.includes(id), id);
  for (const id of ["tiles", "hypervolume", "ranges", "scatter-table"]) assert.ok(!filtered.includes(id), id);
  const narrowed = others(drawn(same), drawn({ ...same, brushes: { trial: { low: 0, high: 9 } } }));
  assert.deepEqual(narrowed, ["scatter", "parallel-ranges", "ranges"], "a range that keeps all");
});

test("every trial is one dot or one spot, and dots outside the selection say so", () => {
  const views = liveViews(study, { ...firstChoices, filter: "trial < 4", colour: "neuron" }, 800);
  const { dots, markup } = views.scatter();
  assert.ok(dots !== null);
  const look = new Map(dots.placed.map(({ trial: { number } }, i) => [number, dots.shades[i]]));
  assert.equal(look.get(3), 1, "of the selection, in the second shade");
  assert.equal(look.get(4), looks.outside);
  assert.deepEqual([look.get(0), look.get(1)], [looks.hidden, looks.hidden]);
  assert.equal((markup.markup.match(/class="spot"/g) ?? []).length, 2);
});
