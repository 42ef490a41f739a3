import assert from "node:assert/strict";
import { test } from "node:test";
import { Random } from "../base/random.ts";
import { type Columns, fromColumns, type Plain, toColumns } from "./columns.ts";

const again = (rows: readonly Plain[]): readonly Plain[] =>
  fromColumns(JSON.parse(JSON.stringify(toColumns(rows))) as Columns);

/** Records that nest, lack fields, and mix kinds. */
function anyRow(random: Random, depth = 0): Plain {
  const row: Record<string, Plain> = {};
  for (const name of ["a", "b", "c"]) {
    const kind = random.integer(7);
    if (kind === 0) continue;
    row[name] = [0, random.uniform(), `w${random.integer(3)}`, null, random.uniform() < 0.5, [1, "x"], 0][
      kind
    ];
    if (kind === 6) row[name] = depth < 2 ? anyRow(random, depth + 1) : {};
  }
  return row;
}

test("rows are the same after they were columns, whatever they lack or mix", () => {
  for (let trial = 0; trial < 60; trial++) {
    const random = new Random({ seed: 1, trial, purpose: "columns", index: 0 });
    const rows = Array.from({ length: random.integer(12) }, () => anyRow(random));
    assert.deepEqual(again(rows), rows);
  }
});

test("no rows, rows without fields, and rows that are no records come back", () => {
  for (const rows of [[], [{}, {}], [1, "a", null], [{ a: 1 }, null], [[1], [2]]])
    assert.deepEqual(again(rows), rows);
});

test("a table whose words repeat takes a fraction of the text", () => {
  const rows = Array.from({ length: 500 }, (_, number) => ({ number, state: "complete", coding: "rate" }));
  assert.ok(JSON.stringify(toColumns(rows)).length < JSON.stringify(rows).length / 4);
});
