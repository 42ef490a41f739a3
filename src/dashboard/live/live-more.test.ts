import assert from "node:assert/strict";
import { test } from "node:test";
import { syntheticFront } from "../../../test/fixtures/synthetic-front.ts";
import { choice, float } from "../../space/field.ts";
import { space } from "../../space/space.ts";
import type { LiveTrialNetwork } from "../../study/live-network.ts";
import type { LiveObjective, LiveTrial } from "../../study/live-study.ts";
import { adjacencyChart } from "../adjacency-chart.ts";
import { chartStyle } from "../chart-style.ts";
import { arms, mark, palette, roles } from "../colours.ts";
import { intervalRows } from "../interval-rows.ts";
import { layerChart } from "../layer-chart.ts";
import { rasterChart } from "../raster-chart.ts";
import { liveColumns } from "./live-columns.ts";
import { comparisonChart, differingSettings } from "./live-comparison.ts";
import { importanceChart, importanceOf, leastTrials } from "./live-importance.ts";
import { chosenDoses, layerFigures, networkMatrix } from "./live-networks.ts";

const objectives: readonly LiveObjective[] = [
  { name: "accuracy", about: "", unit: "1", direction: "maximize", scale: "linear", limit: 0.9 },
];
const dial = { about: "", unit: "1", low: 0, high: 1, scale: "linear", default: 0 } as const;
const designs = space({
  decides: float(dial),
  idle: float(dial),
  word: choice({ about: "", options: ["a", "b"], default: "a" }),
});

/** Accuracy follows one setting; the others are spread alike over it. */
function trialsOf(count: number): readonly LiveTrial[] {
  return Array.from({ length: count }, (_, number) => {
    const decides = ((number * 61) % count) / count;
    const value = 0.5 + 0.4 * decides;
    return {
      number,
      state: "complete",
      design: { decides, idle: ((number * 37) % count) / count, word: number % 2 === 0 ? "a" : "b" },
      figures: { accuracy: { value, low: value - 0.01, high: value + 0.01 } },
      fidelity: 1,
      startedMs: 0,
      finishedMs: 1,
      error: "",
    };
  });
}

test("the setting that decides matters most, by more than its interval, and the answer is the same again", () => {
  const question = { space: designs, objectives, trials: trialsOf(200) };
  const [settings] = importanceOf(question)?.settings ?? [];
  assert.deepEqual(settings.map(({ name }) => name)[0], "decides");
  const [first, second] = settings;
  assert.ok(first.low > second.high, JSON.stringify(settings));
  assert.deepEqual(importanceOf(question)?.settings[0], settings);
  assert.ok(Math.abs(settings.reduce((sum, { value }) => sum + value, 0) - 1) < 1e-9);
});

test("few trials, failed ones and parts of measurements say nothing about settings", () => {
  const trials = trialsOf(leastTrials);
  assert.notEqual(importanceOf({ space: designs, objectives, trials }), null);
  const parts = trials.map((trial) => ({ ...trial, fidelity: 0.5 }));
  assert.equal(importanceOf({ space: designs, objectives, trials: parts }), null);
  assert.equal(importanceOf({ space: designs, objectives, trials: trials.slice(1) }), null);
  assert.match(importanceChart(null, objectives).draw(800).markup, /told from 20 finished trials on/);
});

test("compared trials keep their intervals, and only settings that differ are listed", () => {
  const trials = trialsOf(40);
  const columns = liveColumns({ objectives, trials });
  const pinned = [trials[2], trials[4]];
  const chart = comparisonChart(pinned, columns, { training: "direct" });
  assert.equal((chart.draw(800).markup.match(/class="bar direct"/g) ?? []).length, 2);
  assert.match(chart.draw(800).markup, /required: at least 90.00 %/);
  assert.deepEqual(
    differingSettings(pinned, columns)?.rows.map(([{ text }]) => text),
    ["decides", "idle"],
  );
  assert.equal(differingSettings([trials[2]], columns), null);
});

const [point] = syntheticFront(3).points;
const graph: LiveTrialNetwork["graph"] = {
  inputShape: [1, 28, 28],
  layers: [
    { id: "dense1", kind: "dense", inputs: [{ from: "input", delay: 0 }], shape: [256] },
    { id: "dense2", kind: "dense", inputs: [{ from: "dense1", delay: 0 }], shape: [128] },
    {
      id: "readout",
      kind: "add",
      inputs: [
        { from: "dense2", delay: 0 },
        { from: "input", delay: 2 },
      ],
      shape: [10],
    },
  ],
  output: "readout",
};
const [energy] = point.energy;
const charged = {
  ...energy,
  energyPj: (energy.energyPj ?? 0) + 5,
  byLayerPj: { ...energy.byLayerPj, "(static)": 5 },
};
const network: LiveTrialNetwork = {
  trial: 3,
  figures: point,
  energy: charged,
  graph,
  explanation: point.explanation ?? null,
};

test("layers have the spikes and the energy of the evaluation, no more and no less", () => {
  const layers = layerFigures(network);
  const { activity, images } = point.evaluation;
  assert.deepEqual(
    layers.map(({ spikes }) => spikes).filter((spikes) => spikes !== null),
    activity.map(({ spikes }) => spikes / images),
  );
  const priced = layers.reduce((sum, { energyPj }) => sum + (energyPj ?? 0), 0);
  assert.ok(Math.abs(priced - charged.energyPj) < 1e-6);
  for (const widthPx of [300, 1000])
    assert.doesNotMatch(layerChart({ layers, about: "" }).draw(widthPx).markup, /NaN|undefined|Infinity/);
});

test("a chain has no matrix; a skip and a delay have one with a cell for every connection", () => {
  const chain = { ...network, graph: { ...graph, layers: graph.layers.slice(0, 2), output: "dense2" } };
  assert.equal(networkMatrix(chain), null);
  assert.equal(networkMatrix({ ...network, graph: null }), null);
  const chart = networkMatrix(network);
  assert.equal(chart?.table.rows.length, 4);
  assert.match(chart?.summary ?? "", /input to readout comes later/);
  const both = adjacencyChart([
    { id: "a", kind: "neuron", inputs: [] },
    { id: "b", kind: "neuron", inputs: [{ from: "a", delay: 0 }] },
    { id: "c", kind: "concat", inputs: ["a", "b"].map((from) => ({ from, delay: 0 })) },
  ]);
  assert.match(both.summary, /a to c concatenated/);
});

test("one dose is told as rows with intervals, several as lines with bands", () => {
  const at = (count: number) => ({
    ...network,
    figures: { ...point, doses: point.doses.slice(0, count), role: "snn" as const },
  });
  const one = chosenDoses([at(1)], []).draw(900).markup;
  assert.match(one, /class="bar snn"/);
  assert.doesNotMatch(one, /class="band/);
  assert.match(chosenDoses([at(3)], []).draw(900).markup, /class="band snn/);
});

test("a raster has a tick for every spike that is drawn", () => {
  const events = [[0, 3], [], [1, 2, 3]];
  const layers = [{ layer: "a", neurons: 4, stride: 1, spikes: 5, events }];
  const { markup } = rasterChart({ steps: 3, layers, about: "" }).draw(600);
  const [, d] = /class="spikes" d="([^"]*)"/.exec(markup) ?? [];
  assert.equal((d?.match(/M/g) ?? []).length, 5);
  assert.match(rasterChart(null).draw(600).markup, /No image was run/);
});

test("rows without a figure are told as unknown, and nothing at all as why", () => {
  const about = { id: "x", title: "x", caption: "", summary: "" };
  const panel = { title: "t", kind: "linear", format: String } as const;
  const known = { name: "a", role: "event", interval: { value: 1, low: 0, high: 2 } } as const;
  const unknown = { name: "b", role: null, interval: null } as const;
  const { markup } = intervalRows([{ ...panel, rows: [known, unknown] }], about, "nothing").draw(500);
  assert.match(markup, /class="bar event"/);
  assert.match(markup, /not known/);
  assert.match(intervalRows([{ ...panel, rows: [] }], about, "nothing").draw(500).markup, /nothing/);
});

for (const theme of ["light", "dark"] as const) {
  test(`every kind of network has a colour of its own, seen on the ${theme} page, a sign and a rule`, () => {
    const colours: Readonly<Record<string, string>> = palette[theme];
    const own = [...roles, ...arms].map((role) => colours[`--${role}`]);
    assert.equal(new Set(own).size, own.length, "arms of an experiment look like no kind of network");
    for (const colour of own) assert.ok(contrast(colour, colours["--page"]) >= 3, colour);
    const signs = new Set(roles.map((role) => mark(role, 5, 5, 4).markup.replace(role, "")));
    assert.equal(signs.size, roles.length);
    for (const role of roles) assert.ok(chartStyle.includes(`.mark.${role}{fill:var(--${role})}`));
  });
}

/** WCAG 2.2: ratio of relative luminances. */
function contrast(a: string, b: string): number {
  const luminance = (hex: string): number => {
    const [red, green, blue] = [1, 3, 5].map((at) => {
      const share = Number.parseInt(hex.slice(at, at + 2), 16) / 255;
      return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
    });
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
  };
  const [high, low] = [luminance(a), luminance(b)].sort((x, y) => y - x);
  return (high + 0.05) / (low + 0.05);
}
