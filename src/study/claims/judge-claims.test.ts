// Made measurements whose figures are known: what is judged of them must be what they are.

import assert from "node:assert/strict";
import { test } from "node:test";
import {
  arm,
  cell,
  claimsOf,
  design,
  type MadeArm,
  rate,
  robust,
  settings,
} from "../../../test/made-claims.ts";
import { cellFigures } from "./cell-figures.ts";
import { rhoOf } from "./cell-measures.ts";
import type { ClaimsSettings } from "./claims-settings.ts";
import { judgeClaims } from "./judge-claims.ts";

test("in float32 an SNN that only adds needs ρ · 0.9 / 4.6 of the ANN's energy", () => {
  const { figures } = cellFigures(cell("net", robust), settings);
  const [of] = figures[0].energy;
  assert.equal(of.profile, "horowitz-45nm-compute");
  assert.ok(Math.abs((of.ratio?.value ?? 0) - 4.6 / 0.9 / 0.2) < 1e-9);
  const [, all] = rhoOf(cell("net", robust).measured("snn", "int8", design));
  assert.deepEqual(all, { layer: null, rho: 0.2 });
});

test("drops and their ratios are those of the masks, and arms alike have ratio 1 and difference 0", () => {
  const [{ drop, accuracyDifference }] = cellFigures(cell("net", robust), settings).figures;
  assert.ok(Math.abs(accuracyDifference.value + 0.001) < 1e-9);
  const [{ drops, against, changed }] = drop;
  assert.ok(Math.abs(drops.ann.value - 0.3) < 1e-9 && Math.abs(drops.snn.value - 0.1) < 1e-9);
  assert.ok(Math.abs((against[0].ratio?.value ?? 0) - 3) < 1e-9);
  assert.deepEqual([against[1].ratio?.low, against[1].ratio?.high, against[1].difference.value], [1, 1, 0]);
  assert.equal(changed.snn, 0.05);
  assert.match(drops.snn.method, /6 networks × 20 masks × 2 blocks of 1000 images/);
});

const dropClaim = (margin: number, topologies: string): ClaimsSettings =>
  claimsOf(
    "ratio at least",
    "drop",
    `design: drop, margin: ${margin}, test: bootstrap, topologies: ${topologies}, stated: { bitErrorRate: ${rate} }`,
  );

test("a ratio of drops is supported below what it is, contradicted above, and by the control neither way", () => {
  const cells = [cell("net", robust)];
  const [supported] = judgeClaims(dropClaim(1.92, "every"), cells);
  assert.equal(supported.stated.verdict, "supported");
  const clip = supported.all.find(
    ({ condition }) => condition.against === "clip" && condition.format === "int8",
  );
  assert.equal(clip?.verdict, "contradicted");
  assert.equal(judgeClaims(dropClaim(4, "every"), cells)[0].stated.verdict, "contradicted");
});

test("where a drop may be 0 there is no ratio and the claim stays open", () => {
  const none: MadeArm = { ...arm(0.95, 0), drop: [0.01, -0.01, 0.005, -0.005, 0, 0] };
  const [{ stated }] = judgeClaims(dropClaim(1.92, "every"), [cell("net", { ...robust, snn: none })]);
  assert.equal(stated.verdict, "inconclusive");
  assert.equal(stated.byTopology[0].interval, null);
  assert.match(stated.byTopology[0].why, /includes 0/);
});

test("one topology is enough for some, and one against is enough where it must be every one", () => {
  const frail = { ...robust, snn: arm(0.949, 0.3, 0.2) };
  const cells = [cell("good", robust), cell("bad", frail)];
  assert.equal(judgeClaims(dropClaim(1.92, "some"), cells)[0].stated.verdict, "supported");
  assert.equal(judgeClaims(dropClaim(1.92, "every"), cells)[0].stated.verdict, "contradicted");
  assert.equal(judgeClaims(dropClaim(1.92, "some"), cells.slice(1))[0].stated.verdict, "contradicted");
});

test("accuracies a tenth of a point apart are comparable, two points apart are not", () => {
  const judged = (snn: MadeArm) => judgeClaims(settings, [cell("net", { ...robust, snn })])[0].stated.verdict;
  assert.equal(judged(arm(0.949, 0.1)), "supported");
  assert.equal(judged(arm(0.93, 0.1)), "contradicted");
});

test("energy under a profile that cannot price the ANN is not tested, and says why", () => {
  const energy = claimsOf("ratio at least", "energy", "margin: 20, test: fieller");
  const [{ stated, all }] = judgeClaims(energy, [cell("net", robust)]);
  assert.equal(stated.verdict, "supported");
  const loihi = all.find(({ condition }) => condition.profile === "loihi-keras-spiking");
  assert.equal(loihi?.verdict, "not tested");
  assert.match(loihi?.byTopology[0].why ?? "", /has no price for the ANN/);
});
