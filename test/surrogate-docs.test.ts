// Figures on the page about training through time are those that its benches recorded.

import assert from "node:assert/strict";
import { existsSync, readFileSync } from "node:fs";
import path from "node:path";
import { test } from "node:test";
import type { BenchReport } from "../bench/report.ts";

const docs = path.join(import.meta.dirname, "../docs");
const page = readFileSync(path.join(docs, "surrogate.md"), "utf8").replaceAll(/\s+/g, " ");
const recordedAt = (name: string): string => path.join(docs, "results", `${name}.json`);
const recorded = (name: string): BenchReport => JSON.parse(readFileSync(recordedAt(name), "utf8"));

test("accuracies are the recorded ones, above the bar", () => {
  const { rows, quick } = recorded("surrogate-training");
  assert.equal(quick, false);
  for (const { case: name, ours, pass, note = "" } of rows) {
    const [, low, high] = /([0-9.]+) to ([0-9.]+)$/.exec(note) ?? [];
    const told = `${ours.toFixed(2)} % (${low} to ${high})`;
    assert.ok(page.includes(told), `${name}: ${told}`);
    assert.equal(pass, true, name);
  }
});

test("times and memory of a step are the recorded ones", {
  skip: !existsSync(recordedAt("bptt")) && "no docs/results/bptt.json: npm run bench -- bptt",
}, () => {
  const { rows } = recorded("bptt");
  for (const coding of ["constant", "rate"]) {
    const of = (what: string): readonly string[] => {
      const row = rows.find(
        ({ case: name }) => name.includes(`${coding} input, ${what}`) && /784/.test(name),
      );
      return [row?.ours, row?.peer].map((value) => String(Math.round(value ?? Number.NaN)));
    };
    const told = `| ${coding} | ${[...of("processor time"), ...of("memory")].join(" | ")} |`;
    assert.ok(page.includes(told), told);
  }
});
