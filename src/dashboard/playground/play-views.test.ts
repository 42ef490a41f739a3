import assert from "node:assert/strict";
import { test } from "node:test";
import { noCounts } from "../../energy/no-counts.ts";
import { profiles } from "../../energy/profiles.ts";
import { noClass } from "../../simulate/simulation-result.ts";
import { rasterChart } from "../raster-chart.ts";
import { centred, ink } from "./drawn-image.ts";
import { knobScales } from "./knob-scale.ts";
import type { SampleFigures } from "./sample-run.ts";
import { type Sample, sampleProgress, sampleTiles, wrongImages } from "./sample-views.ts";
import { decisionText, scoreChart } from "./score-chart.ts";
import type { WatchedImage } from "./watched-image.ts";
import { rasterStride, watchedRaster } from "./watched-raster.ts";

const size = { width: 28, height: 28 };

function massOf(pixels: Uint8Array): { readonly x: number; readonly y: number; readonly total: number } {
  const total = pixels.reduce((sum, value) => sum + value, 0);
  const mean = (of: (i: number) => number): number =>
    pixels.reduce((sum, value, i) => sum + value * of(i), 0) / total;
  return { x: mean((i) => i % 28), y: mean((i) => Math.floor(i / 28)), total };
}

test("a drawn picture is moved so that its mass is within half a pixel of the middle, and loses none", () => {
  const pixels = new Uint8Array(784);
  ink(pixels, size, { x: 4, y: 5 }, { x: 9, y: 14 });
  ink(pixels, size, { x: 9, y: 14 }, { x: 3, y: 14 });
  const [before, after] = [massOf(pixels), massOf(centred(pixels, size))];
  assert.ok(Math.abs(before.x - 13.5) > 3);
  assert.ok(Math.abs(after.x - 13.5) <= 0.5 && Math.abs(after.y - 13.5) <= 0.5, JSON.stringify(after));
  assert.equal(after.total, before.total);
  assert.deepEqual(centred(new Uint8Array(784), size), new Uint8Array(784));
});

test("ink is the same drawn there and back, and never fades", () => {
  const [there, back] = [new Uint8Array(784), new Uint8Array(784)];
  ink(there, size, { x: 5, y: 6 }, { x: 20, y: 17 });
  ink(back, size, { x: 20, y: 17 }, { x: 5, y: 6 });
  assert.deepEqual(there, back);
  const once = there.slice();
  ink(there, size, { x: 5, y: 6 }, { x: 20, y: 17 });
  assert.deepEqual(there, once);
  assert.equal(Math.max(...once), 255);
});

test("a slider's place and its setting are each other's inverse, and its end is no error at all", () => {
  for (const [name, value] of [
    ["steps", 9],
    ["thresholdFactor", 1.41],
    ["leak", 0.35],
    ["bitErrorRate", 0.001],
    ["bitErrorRate", 0],
    ["deadShare", 0.2],
  ] as const) {
    const { toSetting, toPlace } = knobScales[name];
    assert.equal(toSetting(toPlace(value)), value, name);
  }
});

const figuresOf = (predictions: readonly number[]): SampleFigures => ({
  images: predictions.length,
  correctPerStep: [0, predictions.filter((one, i) => one === i % 2).length],
  predictions: Uint8Array.from(predictions),
  counts: {
    images: predictions.length,
    steps: 2,
    layers: [{ ...noCounts("dense1"), additions: { float32: 10 * predictions.length } }],
    memories: { weightsBytes: 1, potentialsBytes: 1, activationsBytes: 1 },
  },
  layers: [{ layer: "neuron1", neurons: 5, spikes: 3 * predictions.length, silent: 1 }],
});

const sampleOf = (exported: readonly number[], altered: readonly number[] | null): Sample => ({
  exported: figuresOf(exported),
  altered: altered && figuresOf(altered),
  labels: Uint8Array.of(0, 1, 0, 1, 0, 1),
  total: 6,
  profile: Object.keys(profiles)[0],
  accounting: "mac-once",
});

test("images are told lost and won in pairs, of those that both have run", () => {
  // Right as exported: all but the last; now the first is lost, the last won, the others as before.
  const { markup } = sampleTiles(sampleOf([0, 1, 0, 1, 0, 0], [1, 1, 0, 1, 0, 1]));
  assert.match(markup, /1 lost, 1 won: 0.00 points/);
  assert.match(sampleTiles(sampleOf([0, 1, 0, 1, 0, 0], [1, 1])).markup, /1 lost, 0 won/);
  assert.match(sampleTiles(sampleOf([0, 1, 0], null)).markup, /nothing is moved/);
  assert.deepEqual(wrongImages(sampleOf([0, 1, 0, 1, 0, 0], [1, 1, 0, 1, 0, 1])), [0]);
  assert.equal(sampleProgress(sampleOf([0, 1, 0], null)), "3 of 6 images as exported");
  assert.equal(sampleProgress(sampleOf([0, 1, 0, 1, 0, 1], [1])), "1 of 6 images");
});

const watched: WatchedImage = {
  steps: 2,
  classes: ["zero", "one", "two"],
  readout: "count",
  scores: Float32Array.of(0, 0, 0, 1, 3, 3),
  decisions: Uint8Array.of(noClass, 1),
  layers: [
    { layer: "neuron1", neurons: 400, events: Int32Array.of(0, 3, 6, 399), ends: Int32Array.of(2, 4) },
  ],
  unseen: ["loop1"],
};

test("a decision is told with its ties, and none as none", () => {
  assert.equal(decisionText(watched, 1), "No class is decided after 1 step.");
  assert.equal(decisionText(watched, 2), "After 2 steps it says one, the first of equals.");
  const { caption, table } = scoreChart({ watched, label: 2, step: 1 });
  assert.match(caption, /Blue: what it is, two/);
  assert.deepEqual(
    table.rows[1].map(({ value }) => value),
    [2, "one", 1, 3, 3],
  );
});

test("of a large layer every n-th neuron is drawn, its spikes and its dead with it", () => {
  assert.deepEqual([1, 160, 161, 400].map(rasterStride), [1, 1, 2, 3]);
  const figure = watchedRaster(watched, { neuron1: [6, 7] }, 2);
  assert.deepEqual(figure.layers[0].events, [
    [0, 1],
    [2, 133],
  ]);
  assert.deepEqual(figure.layers[0].dead, [2]);
  const { caption, draw } = rasterChart(figure);
  assert.match(caption, /of neuron1 every third neuron/i);
  assert.match(caption, /Not seen, as they feed back: loop1/);
  const { markup } = draw(600);
  assert.match(markup, /class="now-column"/);
  assert.match(markup, /class="dead"/);
});
