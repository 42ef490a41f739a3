// The page on the third paper's observations says what its recorded run found.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import path from "node:path";
import { test } from "node:test";
import { skipAnswersTable, skipClaimsTable } from "../src/cli/skip-claims-report.ts";
import { openClaims } from "../src/study/claims/claims-document.ts";
import { readSkipClaims } from "../src/study/claims/skips/skip-claims-file.ts";
import type { SkipClaimsResult } from "../src/study/claims/skips/skip-claims-result.ts";

const root = path.resolve(import.meta.dirname, "..");
const read = (name: string): string => readFileSync(path.join(root, name), "utf8");
const page = read("docs/benmeziane.md");
const result: SkipClaimsResult = JSON.parse(read("docs/results/benmeziane.json"));

test("every verdict on the page is that of the recorded run, which was a whole one", () => {
  assert.ok(!result.isQuick);
  for (const line of [...skipClaimsTable(result), ...skipAnswersTable(result)])
    assert.ok(page.includes(`${line}\n`), line);
});

test("the recorded run was of the study that comes along", () => {
  const study = readSkipClaims(openClaims(read("studies/benmeziane.yaml"), "studies/benmeziane.yaml"));
  assert.deepEqual(result.settings, JSON.parse(JSON.stringify(study)));
});
