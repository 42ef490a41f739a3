// What docs/bacho.md quotes is what was recorded, and what was recorded is the study that comes along.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import path from "node:path";
import { test } from "node:test";
import { fillBacho } from "../scripts/write-bacho.mjs";
import { openClaims } from "../src/study/claims/claims-document.ts";
import { readEventClaims } from "../src/study/claims/events/event-claims-file.ts";
import type { EventClaimsResult } from "../src/study/claims/events/event-claims-result.ts";

const read = (name: string): string => readFileSync(path.resolve(import.meta.dirname, "..", name), "utf8");
const page = read("docs/bacho.md");
const result: EventClaimsResult = JSON.parse(read("docs/results/bacho.json"));

test("the tables on the page of Bacho & Chu's claims are those of the recorded run", () => {
  assert.equal(page, fillBacho(page, result), "run: node scripts/write-bacho.mjs");
  assert.equal(result.isQuick, false);
});

test("the recorded run is of the study file as it stands", () => {
  assert.deepEqual(result.settings, readEventClaims(openClaims(read("studies/bacho.yaml"), "bacho.yaml")));
});

test("the page of figures shows every pair and toy", () => {
  const figures = read("docs/bacho.svg");
  for (const { name } of [...result.pairs, ...result.toys]) assert.ok(figures.includes(`${name}: `), name);
});
