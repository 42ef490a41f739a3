// What docs/event-gradient.md quotes of trainings is what was recorded.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import path from "node:path";
import { test } from "node:test";
import { eventExperiments } from "../src/event-gradient/event-experiments.ts";

const root = path.resolve(import.meta.dirname, "..");
const page = readFileSync(path.join(root, "docs/event-gradient.md"), "utf8");

interface Training {
  readonly experiment: string;
  readonly seed: number;
  readonly samples: number;
  readonly correct: number;
  readonly bestEpoch: number;
  readonly processorHours: number;
  readonly log: readonly { readonly validationCorrect: number; readonly isCollapsed: boolean }[];
}

interface Row {
  readonly case: string;
  readonly goal: number | null;
  readonly pass: boolean | null;
}

const { trainings, rows }: { readonly trainings: readonly Training[]; readonly rows: readonly Row[] } =
  JSON.parse(readFileSync(path.join(root, "docs/results/event-training.json"), "utf8"));

test("the page's table of trainings is what was recorded, missed goals included", () => {
  for (const name of new Set(trainings.map(({ experiment }) => experiment))) {
    const runs = trainings.filter(({ experiment }) => experiment === name);
    const verdicts = rows.filter((row) => row.case.startsWith(`${name}, seed `));
    assert.equal(verdicts.length, runs.length);
    const [{ goal }] = verdicts;
    const minutes = runs.reduce((sum, { processorHours }) => sum + 60 * processorHours, 0) / runs.length;
    const cells = [
      `\`${name}\``,
      runs.map(({ correct, samples }) => ((100 * correct) / samples).toFixed(2)).join(", "),
      goal === null ? "–" : `${goal}, ${verdicts.every(({ pass }) => pass) ? "met" : "missed"}`,
      runs[0].log.length,
      minutes.toFixed(0),
    ];
    assert.ok(page.includes(`| ${cells.join(" | ")} |`), `| ${cells.join(" | ")} |`);
    assert.ok(Object.hasOwn(eventExperiments, name), name);
  }
});

test("no recorded training collapsed, and the epoch kept is the first of the best on validation", () => {
  for (const { experiment, seed, log, bestEpoch } of trainings) {
    const where = `${experiment}, seed ${seed}`;
    assert.ok(!log.some(({ isCollapsed }) => isCollapsed), where);
    const correct = log.map(({ validationCorrect }) => validationCorrect);
    assert.equal(bestEpoch, 1 + correct.indexOf(Math.max(...correct)), where);
  }
});
