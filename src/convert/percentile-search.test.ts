// Percentiles of values shown in pieces, against those of the same values sorted.

import assert from "node:assert/strict";
import { test } from "node:test";
import { Random } from "../base/random.ts";
import { type PercentileRule, PercentileSearch, passCount } from "./percentile-search.ts";

const random = new Random({ seed: 2, trial: -1, purpose: "test-percentiles", index: 0 });

/** Show `batches` of [count, size] values; one search over all parts. */
function search(
  batches: readonly Float32Array[],
  count: number,
  parts: number,
  rule: PercentileRule,
): number[] {
  const own = new PercentileSearch(parts, rule);
  for (let pass = 0; pass < passCount; pass++) {
    for (const values of batches) own.take(values, { parts, count, size: values.length / count });
    own.endPass();
  }
  return Array.from(own.percentiles());
}

/** Linear interpolation between sorted ranks. */
function sorted(values: Float32Array, { percentile, population }: PercentileRule): number {
  const members = values.map((x) => Math.max(0, x)).filter((x) => population === "all" || x > 0);
  if (members.length === 0) return 0;
  members.sort();
  const rank = ((members.length - 1) * percentile) / 100;
  const low = members[Math.floor(rank)];
  return low + (members[Math.ceil(rank)] - low) * (rank - Math.floor(rank));
}

const sources: Readonly<Record<string, () => number>> = {
  "over many octaves": () => Math.exp(60 * random.uniform() - 30) * (random.uniform() < 0.7 ? 1 : -1),
  "next to each other": () => 1 + random.integer(9) * 2 ** -23,
  "many alike": () => random.integer(3) / 3,
  "too small to be normal": () => random.integer(2000) * 2 ** -149,
  "mostly zero or below": () => (random.uniform() < 0.05 ? random.uniform() : -random.integer(2)),
};

for (const [name, draw] of Object.entries(sources)) {
  for (const population of ["all", "positive"] as const) {
    test(`values ${name}: percentiles of ${population} are those of the sorted values, to the bit`, () => {
      for (const length of [1, 2, 3, 10, 501]) {
        const values = Float32Array.from({ length }, draw);
        for (const percentile of [0, 0.1, 33, 50, 90, 99, 99.9, 100]) {
          const rule = { percentile, population };
          assert.deepEqual(search([values], 1, 1, rule), [sorted(values, rule)], `${length} ${percentile}`);
        }
      }
    });
  }
}

test("parts are searched apart, whatever batches their values come in", () => {
  const parts = 3;
  const perPart = 4;
  const batches = [7, 1, 5].map((count) => ({
    count,
    values: Float32Array.from({ length: count * parts * perPart }, () => random.uniform() - 0.3),
  }));
  const rule = { percentile: 80, population: "positive" } as const;
  const own = new PercentileSearch(parts, rule);
  for (let pass = 0; pass < passCount; pass++) {
    for (const { count, values } of batches) own.take(values, { parts, count, size: parts * perPart });
    own.endPass();
  }
  const wanted = Array.from({ length: parts }, (_, part) => {
    const members = batches.flatMap(({ values }) =>
      Array.from(values).filter((_, i) => Math.floor(i / perPart) % parts === part),
    );
    return sorted(Float32Array.from(members), rule);
  });
  assert.deepEqual(Array.from(own.percentiles()), wanted);
});

test("a part without positive values has a percentile of 0", () => {
  for (const population of ["all", "positive"] as const) {
    const values = Float32Array.of(1, 2, -1, 0, 3, 4, -5, -0);
    assert.deepEqual(search([values], 2, 2, { percentile: 50, population }), [2.5, 0]);
  }
});
