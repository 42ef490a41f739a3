import assert from "node:assert/strict";
import { test } from "node:test";
import { syntheticFront } from "../../test/fixtures/synthetic-front.ts";
import type { Front } from "../study/front.ts";
import { renderParetoSvg } from "./pareto-picture.ts";
import { renderReport } from "./report.ts";

const rendered = new Map([0, 1, 12].map((points) => [points, renderReport(syntheticFront(points))]));

/** Whether every tag is closed in order and every attribute is quoted; returns the names met. */
function requireWellFormed(text: string): ReadonlySet<string> {
  const names = new Set<string>();
  const open: string[] = [];
  const body = text
    .replace(/^<!DOCTYPE html>\n/, "")
    .replace(/<(style|script)([^>]*)>[\s\S]*?<\/\1>/g, "<$1$2></$1>");
  const tag = /<(\/?)([a-z][a-z0-9]*)((?:\s+[a-zA-Z][a-zA-Z0-9:-]*="[^"<]*")*)(\/?)>|</gi;
  for (const [whole, close, name, , selfClose] of body.matchAll(tag)) {
    assert.notEqual(whole, "<", "a < that opens no tag");
    names.add(name);
    if (close === "/") assert.equal(name, open.pop());
    else if (selfClose === "") open.push(name);
  }
  assert.deepEqual(open, []);
  assert.ok(!/&(?!(amp|lt|gt|quot|#39);)/.test(body), "a bare &");
  return names;
}

test("the report is well formed with no, one and many points", () => {
  for (const text of rendered.values()) {
    const names = requireWellFormed(text);
    for (const name of ["svg", "table", "figure", "details"]) assert.ok(names.has(name), name);
  }
});

test("no coordinate is NaN or undefined", () => {
  for (const text of rendered.values()) assert.ok(!/NaN|undefined|Infinity(?!\))/.test(text));
});

test("the report asks for nothing outside itself", () => {
  for (const text of rendered.values()) {
    assert.match(text, /default-src &#39;none&#39;/);
    const addresses = text.match(/[a-z]+:\/\/[^"' <)]*/g) ?? [];
    assert.deepEqual([...new Set(addresses)], ["http://www.w3.org/2000/svg"]);
    assert.ok(!/\ssrc=|@import|url\(/.test(text));
    for (const [, target] of text.matchAll(/href="([^"]*)"/g)) assert.match(target, /^(#|data:,$)/);
  }
});

test("every link of the contents has its section, and no id is given twice", () => {
  for (const text of rendered.values()) {
    const ids = [...text.matchAll(/\sid="([^"]+)"/g)].map(([, id]) => id);
    assert.equal(new Set(ids).size, ids.length);
    for (const [, target] of text.matchAll(/href="#([^"]*)"/g)) assert.ok(ids.includes(target), target);
  }
});

test("every point has its mark in the trade-off, its row, its datasheet and its command", () => {
  const front = syntheticFront(12);
  const text = rendered.get(12) ?? "";
  const tradeOff = text.slice(text.indexOf('id="figure-final-accuracy-against-energy"'));
  for (const { id } of front.points) {
    assert.ok(tradeOff.includes(`aria-label="${id}: `) || tradeOff.includes(`aria-label="SNN ${id}`), id);
    assert.ok(text.includes(`id="datasheet-${id}"`));
    assert.ok(text.includes(`spikefront reproduce ${id}<`));
  }
});

test("names from a study file stay text", () => {
  const hostile = '"><script>alert(1)</script><img src=x onerror="x">&';
  const front = syntheticFront(2);
  const spoilt: Front = {
    ...front,
    study: hostile,
    notes: [hostile],
    versions: { [hostile]: hostile },
    networks: front.networks.map((network) => ({
      ...network,
      id: `${hostile}${network.id}`,
      label: hostile,
    })),
    points: front.points.map((point) => ({
      ...point,
      id: `${hostile}${point.id}`,
      design: { [hostile]: hostile },
    })),
    profiles: front.profiles.map((profile) => ({ ...profile, about: hostile, source: hostile })),
    recommendation: { ...front.recommendation, why: hostile, bindingConstraint: hostile },
  };
  const text = renderReport(spoilt);
  requireWellFormed(text);
  assert.ok(!text.includes("<script"));
  assert.ok(!text.includes("<img"));
  requireWellFormed(renderParetoSvg(spoilt));
});

test("the same front gives the same text", () => {
  assert.equal(renderReport(syntheticFront(12)), rendered.get(12));
});

test("figures that are missing are told, not drawn as zero", () => {
  const front = syntheticFront(3);
  const none = { value: Number.NaN, low: Number.NaN, high: Number.NaN, confidence: 0.95, method: "none" };
  const bare = (network: Front["points"][number]): Front["points"][number] => ({
    ...network,
    accuracy: none,
    accuracyPerStep: [none, none],
    energy: network.energy.map((figure) => ({ ...figure, energyPj: null, byLayerPj: {} })),
    doses: [],
    margins: { minAccuracy: -Number.MAX_VALUE },
    evaluation: { ...network.evaluation, activity: [], faults: [] },
  });
  const text = renderReport(
    JSON.parse(JSON.stringify({ ...front, points: front.points.map(bare), networks: [] })),
  );
  requireWellFormed(text);
  assert.ok(!/NaN|undefined/.test(text));
  assert.match(text, /cannot be priced/);
  assert.match(text, /its figure cannot be told/);
  assert.match(text, /No network has both energy and accuracy/);
});

test("a study without anything still makes a page", () => {
  const front = syntheticFront(0, 0);
  const recommendation = {
    choice: null,
    runnerUp: null,
    bindingConstraint: "",
    nearestMiss: null,
    ranking: [],
    why: "No network was evaluated.",
  };
  const empty: Front = {
    ...front,
    networks: [],
    profiles: [],
    hypervolume: [],
    testUses: [],
    notes: [],
    recommendation,
  };
  const text = renderReport(empty);
  requireWellFormed(text);
  assert.match(text, /No network can be recommended/);
  assert.match(text, /No test image was looked at/);
});

test("both sides of every energy ratio stand beside the choice", () => {
  const text = rendered.get(12) ?? "";
  assert.match(text, /against 70\.6 nJ for ann-int8: [0-9.]+× less/);
  assert.match(text, /against 13\.8 nJ for ann-int8-skip: [0-9.]+× (less|more)/);
});

test("none qualifies: the nearest miss is shown with what it lacks", () => {
  const text = rendered.get(0) ?? "";
  assert.match(text, /None qualifies; nearest miss: /);
  assert.match(text, /What it lacks/);
});

test("a recommended ANN stands beside the best spiking network", () => {
  const front = syntheticFront(12);
  const [best] = front.recommendation.ranking;
  const recommendation = { ...front.recommendation, choice: "ann-int8-skip", runnerUp: "ann-levels-skip" };
  const text = renderReport({ ...front, recommendation });
  const answer = text.slice(text.indexOf('id="recommendation"'), text.indexOf('id="final-trade-offs"'));
  assert.match(answer, /Ship .*ANN int8, 8-bit activations, zero-skipping/);
  assert.ok(answer.includes(`SNN ${best}<`));
});

test("forty points fit in 1.5 MB", () => {
  assert.ok(new TextEncoder().encode(renderReport(syntheticFront(40))).length < 1.5e6);
});

test("the picture on its own needs no page: no custom property is left open", () => {
  const picture = renderParetoSvg(syntheticFront(12));
  requireWellFormed(picture);
  assert.match(picture, /^<svg xmlns="http:\/\/www.w3.org\/2000\/svg"/);
  assert.ok(!picture.includes("var("));
});
