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

test("what shorter ways back cost and save is told as recorded", () => {
  const { rows, quick } = recorded("surrogate-ways");
  assert.equal(quick, false);
  const numbered = /^(.*), seed \d+$/;
  const names = new Set(rows.flatMap(({ case: name }) => numbered.exec(name)?.[1] ?? []));
  assert.equal(names.size, 6);
  for (const name of names) {
    const of = (data: string): string =>
      rows
        .filter((row) => numbered.exec(row.case)?.[1] === name && row.unit.startsWith(`% of ${data}`))
        .map(({ ours }) => ours.toFixed(1))
        .join(", ");
    const told = `| ${name} | ${of("MNIST")} | ${of("Fashion")} | ${cost(rows, name, "trained weights")} |`;
    assert.ok(page.includes(told), told);
  }
  const again = cost(rows, "784-512-512-10 LIF, 2 steps in memory", "untrained weights");
  const begun = cost(rows, "784-512-512-10 LIF", "untrained weights");
  const [[againMs, againMib], [ms, mib]] = [again, begun].map((told) => told.split(" | "));
  const told = `takes ${againMs} ms and ${againMib} MiB in place of ${ms} and ${mib}`;
  assert.ok(page.includes(told), told);
});

function cost(rows: BenchReport["rows"], name: string, weights: string): string {
  const at = rows.findIndex(
    (row) => row.case === `${name}: a step, batch 128` && row.note?.startsWith(weights),
  );
  return `${rows[at]?.ours.toFixed(0)} | ${rows[at + 1]?.ours.toFixed(0)}`;
}
