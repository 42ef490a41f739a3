// What docs/bacho.md quotes is what was recorded, and what was recorded is the study that comes along.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import path from "node:path";
import { test } from "node:test";
import { fillBacho, recordedBacho } from "../scripts/write-bacho.mjs";
import { openClaims } from "../src/study/claims/claims-document.ts";
import { readEventClaims } from "../src/study/claims/events/event-claims-file.ts";
import type { EventClaimsResult } from "../src/study/claims/events/event-claims-result.ts";

const read = (name: string): string => readFileSync(path.resolve(import.meta.dirname, "..", name), "utf8");
const page = read("docs/bacho.md");
const result: EventClaimsResult = recordedBacho();

test("the tables on the page of Bacho & Chu's claims are those of the recorded run", () => {
  assert.equal(page, fillBacho(page, result), "run: node scripts/write-bacho.mjs");
});

for (const name of ["bacho", "bacho-exact", "bacho-fashion"]) {
  test(`the recorded run of ${name} is of the study file as it stands`, () => {
    const recorded: EventClaimsResult = JSON.parse(read(`docs/results/${name}.json`));
    const study = readEventClaims(openClaims(read(`studies/${name}.yaml`), `${name}.yaml`));
    assert.deepEqual(recorded.settings, study);
    assert.equal(recorded.isQuick, false);
  });
}

test("the page of figures shows every pair and toy", () => {
  const figures = read("docs/bacho.svg");
  for (const { name } of [...result.pairs, ...result.toys]) assert.ok(figures.includes(`${name}: `), name);
});
