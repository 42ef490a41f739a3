// What docs/export.md quotes is what was recorded.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import path from "node:path";
import { test } from "node:test";
import { exportTargets } from "../src/deploy/export-targets.ts";

const root = path.resolve(import.meta.dirname, "..");
const page = readFileSync(path.join(root, "docs/export.md"), "utf8");

interface Row {
  readonly case: string;
  readonly ours: number;
  readonly note?: string;
}

const { rows }: { readonly rows: readonly Row[] } = JSON.parse(
  readFileSync(path.join(root, "docs/results/c99.json"), "utf8"),
);

test("the page of exports tells of every target", () => {
  for (const name of Object.keys(exportTargets))
    assert.ok(page.includes(`| \`${name}\` |`) || page.includes(`| [\`${name}\`](`), name);
});

test("figures of C code on the page of exports are those recorded, and no spike was another", () => {
  const names = new Set(rows.map((row) => row.case.replace(/: [^:]*$/, "")));
  const shown = (name: string, what: string): string => {
    const row = rows.find((candidate) => candidate.case === `${name}: ${what}`);
    return (row?.ours ?? Number.NaN).toLocaleString("en-US", { maximumFractionDigits: 2 });
  };
  for (const name of names) {
    const cells = [
      name,
      `${shown(name, "accuracy in C")} %`,
      ...["additions and products an image", "RAM", "tables"].map((what) => shown(name, what)),
    ];
    assert.ok(page.includes(`| ${cells.join(" | ")} |`), cells.join(" | "));
  }
  const differing = rows.filter((row) => row.case.endsWith("than simulated"));
  assert.equal(differing.length, 2 * names.size);
  assert.ok(differing.every(({ ours }) => ours === 0));
  const spikes = rows.reduce(
    (sum, { note }) => sum + Number(/, (\d+) spikes$/.exec(note ?? "")?.[1] ?? 0),
    0,
  );
  assert.ok(page.includes(`${spikes.toLocaleString("en-US")} spikes`), String(spikes));
});
