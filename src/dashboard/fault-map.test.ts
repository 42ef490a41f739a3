// The page of a campaign: every figure a number stands behind, whatever the network is called.

import assert from "node:assert/strict";
import { test } from "node:test";
import type { CampaignSummary, Vulnerability } from "../campaign/campaign-summary.ts";
import { type FaultMapPage, faultMapCharts, renderFaultMap } from "./fault-map.ts";
import { heatCells, heatColour, heatScale } from "./heat-scale.ts";
import { svgDocument } from "./svg-document.ts";

function interval(value: number) {
  return { value, low: value / 2, high: value * 2, confidence: 0.99, method: "made" };
}

function rates(value: number): Vulnerability {
  const outcomes = {
    masked: 1,
    drift5: 0,
    drift10: 0,
    drift20: 0,
    driftMore: 0,
    changed: 0,
    harmed: 0,
    healed: 0,
  };
  return {
    faults: 10,
    population: 40,
    critical: interval(value),
    accuracyLost: interval(value / 2),
    effective: interval(0.5),
    deciding: interval(0.25),
    outcomes,
  };
}

const place = { target: "weight", layer: "d<1>" } as const;
const summary: CampaignSummary = {
  images: 100,
  goldenCorrect: 90,
  overall: rates(0.001),
  byLayer: [{ ...place, ...rates(0.001) }],
  byBit: [0, 1].map((bit) => ({ bit, ...rates(0.001 * (bit + 1)) })),
  byLayerAndBit: [0, 1].map((bit) => ({ ...place, bit, ...rates(0.001 * (bit + 1)) })),
  byNeuron: [],
};
const shown: FaultMapPage = {
  name: "net <b>",
  about: ["made"],
  summary,
  maps: {
    neurons: [
      { ...place, bits: [0, 1], outputs: 3, critical: Float64Array.of(0, 0.01, Number.NaN, 0.02, 0.03, 0) },
    ],
    pixels: [
      {
        layer: "d<1>",
        height: 1,
        width: 2,
        bits: [0, 1],
        critical: Float64Array.of(0, 0.5, Number.NaN, 0.25),
      },
    ],
  },
};

test("every rate that is drawn stands in a table, and names are text", () => {
  const html = renderFaultMap(shown);
  for (const rate of ["0.01", "0.02", "0.03", "0.5", "0.25", "0.002"])
    assert.match(html, new RegExp(`data-value="${rate}"`));
  assert.ok(html.includes("net &lt;b&gt;") && html.includes("weight of d&lt;1&gt;"));
  assert.ok(!html.includes("net <b>") && !html.includes("d<1>"));
});

test("without single faults there are rates and no map", () => {
  const none = { ...summary, byLayer: [], byBit: [], byLayerAndBit: [] };
  const draws = { ...shown, summary: none, maps: { neurons: [], pixels: [] } };
  assert.deepEqual(faultMapCharts(draws), []);
  assert.doesNotMatch(renderFaultMap(draws), /<figure/);
});

test("pictures on their own need no page: every colour is in them", () => {
  for (const chart of faultMapCharts(shown)) {
    const svg = svgDocument(chart);
    assert.doesNotMatch(svg, /var\(/);
    assert.match(svg, /^<svg xmlns=.*<\/svg>\n$/s);
    assert.doesNotMatch(svg, /NaN|Infinity|undefined/);
  }
});

test("colours go up with rates, by decades; 0 and the unknown are none of them", () => {
  const scale = heatScale([0, 1e-6, 1e-3, 1e-2, Number.NaN]);
  assert.deepEqual([scale.low, scale.high], [1e-6, 1e-2]);
  const steps = [1e-6, 1e-5, 1e-4, 1e-3, 1e-2].map((rate) => scale.stepOf(rate) as number);
  assert.equal(steps[0], 0);
  assert.equal(steps[4], 31);
  const gaps = steps.slice(1).map((step, i) => step - steps[i]);
  assert.ok(Math.max(...gaps) - Math.min(...gaps) <= 1, String(steps));
  assert.equal(scale.stepOf(0), -1);
  assert.equal(scale.stepOf(Number.NaN), null);
  assert.notEqual(heatColour(0), heatColour(-1));
  assert.equal(heatScale([0, 0]).stepOf(0), -1);
});

test("cells of the unknown are left out, and equal neighbours are one shape", () => {
  const scale = heatScale([0.1, 1]);
  const cells = {
    values: [1, 1, Number.NaN, 0.1, 0.1, 0],
    columns: 3,
    left: 0,
    top: 0,
    cellWidth: 2,
    cellHeight: 2,
  };
  const { markup } = heatCells(scale, cells);
  assert.equal(markup.match(/M/g)?.length, 3);
  assert.equal(markup.match(/h4v2h-4z/g)?.length, 2);
});
