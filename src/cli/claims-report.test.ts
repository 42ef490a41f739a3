import assert from "node:assert/strict";
import { test } from "node:test";
import { arm, cell, claimsOf, rate, robust } from "../../test/made-claims.ts";
import { cellFigures } from "../study/claims/cell-figures.ts";
import type { ClaimsResult } from "../study/claims/claims-result.ts";
import type { ClaimsSettings } from "../study/claims/claims-settings.ts";
import { judgeClaims } from "../study/claims/judge-claims.ts";
import { claimsReport, claimsTable } from "./claims-report.ts";

const energy = claimsOf("ratio at least", "energy", "margin: 27.81, test: fieller, topologies: some");
const drop = claimsOf(
  "ratio at least",
  "drop",
  `design: drop, margin: 1.92, test: bootstrap, stated: { bitErrorRate: ${rate} }`,
);

function resultOf(settings: ClaimsSettings, isQuick = false): ClaimsResult {
  const frail = { ...robust, snn: { ...arm(0.949, 0, 0.2), drop: [0, 0, 0, 0, 0, 0] } };
  const cells = [cell("net-a", robust), cell("net-b", frail)];
  return {
    schema: "spikefront.claims-result",
    version: 1,
    name: settings.name,
    isQuick,
    settings,
    data: [],
    cells: cells.map((one) => cellFigures(one, settings)),
    claims: judgeClaims(settings, cells),
  };
}

test("the table tells of every claim its words, the condition that decides, the verdict and all figures", () => {
  const [, , row] = claimsTable(resultOf(drop));
  assert.match(row, /int8, weight bit flips at 0\.01, against ann/);
  assert.match(row, /\*\*inconclusive\*\*/);
  assert.match(
    row,
    /net-a: supported, 3 \(2\.\d+ to 3\.\d+\); net-b: inconclusive, no ratio: a drop may be 0/,
  );
});

test("the report shows no figure that is none, and every table has as many cells in each row", () => {
  for (const settings of [energy, drop]) {
    const report = claimsReport(resultOf(settings), ["made"]);
    assert.doesNotMatch(report, /NaN|undefined|null|Infinity|\[object/);
    let cells = 0;
    for (const line of report.split("\n")) {
      if (!line.startsWith("|")) cells = 0;
      else if (cells === 0) cells = line.split("|").length;
      else assert.equal(line.split("|").length, cells, line);
    }
  }
});

test("profiles without a price are named as not tested, and a quick run warns of its figures", () => {
  const report = claimsReport(resultOf(energy, true), ["made"]);
  assert.match(report, /Not tested, for want of a price: loihi-keras-spiking, spinnaker2-keras-spiking\./);
  assert.match(report, /not to be quoted/);
  assert.doesNotMatch(claimsReport(resultOf(energy), ["made"]), /not to be quoted/);
});
