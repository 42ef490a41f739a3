import assert from "node:assert/strict";
import { test } from "node:test";
import { Random } from "../../base/random.ts";
import { choice, float, int } from "../../space/field.ts";
import { space } from "../../space/space.ts";
import { Acquisition } from "./acquisition.ts";
import { nonDominatedBoxes } from "./box-decomposition.ts";
import { designEncoder } from "./encode-design.ts";
import { HypervolumeImprovement } from "./expected-hypervolume-improvement.ts";
import { conditioned } from "./gaussian-process.ts";
import { designKey, searchAcquisition } from "./search-acquisition.ts";

const about = "a setting";
const unit = () => float({ about, unit: "1", low: 0, high: 1, default: 0.5 });
const mixed = space({
  a: unit(),
  b: unit(),
  c: unit(),
  steps: int({ about, unit: "step", low: 1, high: 40, default: 8 }),
  coding: choice({ about, options: ["rate", "latency", "phase"], default: "rate" }),
});
const encoder = designEncoder(mixed);

/** The improvement of two objectives over what was seen at twelve random designs. */
function acquisitionOf(seed: number): Acquisition {
  const random = new Random({ seed, trial: -1, purpose: "test-search", index: 0 });
  const count = 12;
  const rows = Array.from(
    { length: count },
    () => encoder.fromPlaces(encoder.names.map(() => random.uniform())) ?? new Float64Array(),
  );
  const inputs = {
    count,
    dimensions: encoder.dimensions,
    values: Float64Array.from(rows.flatMap((row) => [...row])),
    isCategory: encoder.isCategory,
  };
  const kernel = {
    inverseSquares: Float64Array.from(encoder.isCategory, () => 6 * random.uniform()),
    scale: 1,
  };
  const values = [0, 1].map(() => Float64Array.from({ length: count }, () => 3 * random.uniform() - 1.5));
  const boxes = nonDominatedBoxes(
    Array.from({ length: count }, (_, i) => values.map((value) => value[i])),
    [1.5, 1.5],
  );
  const processes = values.map((value) =>
    conditioned(kernel, inputs, value, new Float64Array(count).fill(1e-6)),
  );
  return new Acquisition(processes, new HypervolumeImprovement([boxes]), []);
}

test("what is found is worth as much as the best of 20,000 random designs, or more", () => {
  for (const seed of [0, 1, 2]) {
    const acquisition = acquisitionOf(seed);
    const random = new Random({ seed, trial: -1, purpose: "test-search", index: 1 });
    let brute = -Infinity;
    for (let i = 0; i < 20_000; i++) {
      // A third of all coordinates at an end, where optima like to be.
      const places = encoder.names.map(() => Math.min(1 - 1e-12, Math.max(0, 1.5 * random.uniform() - 0.25)));
      brute = Math.max(brute, acquisition.value(encoder.fromPlaces(places) ?? new Float64Array()));
    }
    const options = { space: mixed, encoder, promising: [], tried: new Set<string>(), seed, trial: 20 };
    const found = searchAcquisition(acquisition, options);
    assert.ok(found !== null);
    const worth = acquisition.value(encoder.encode(found));
    assert.ok(worth > brute - 0.01, `${worth} ${brute}`);
    // What was tried is not found again, and the second best is not worth more.
    const second = searchAcquisition(acquisition, { ...options, tried: new Set([designKey(mixed, found)]) });
    assert.ok(second !== null && designKey(mixed, second) !== designKey(mixed, found));
    assert.ok(
      acquisition.value(encoder.encode(second)) < worth + 0.01,
      `${acquisition.value(encoder.encode(second)) - worth}`,
    );
  }
});

test("a small space is searched whole, what is forbidden left out, and nothing found when all was tried", () => {
  const small = space(
    {
      bits: int({ about, unit: "bit", low: 1, high: 4, default: 4 }),
      coding: choice({ about, options: ["rate", "latency"], default: "rate" }),
    },
    {},
    [{ bits: 1, coding: "latency" }],
  );
  const of = designEncoder(small);
  const inputs = {
    count: 1,
    dimensions: 2,
    values: of.encode({ bits: 4, coding: "rate" }),
    isCategory: of.isCategory,
  };
  const process = conditioned(
    { inverseSquares: Float64Array.of(1, 1), scale: 1 },
    inputs,
    Float64Array.of(0),
    Float64Array.of(1e-6),
  );
  const acquisition = new Acquisition(
    [process],
    new HypervolumeImprovement([nonDominatedBoxes([[0]], [1])]),
    [],
  );
  const tried = new Set<string>();
  const worths: number[] = [];
  for (;;) {
    const found = searchAcquisition(acquisition, {
      space: small,
      encoder: of,
      promising: [],
      tried,
      seed: 0,
      trial: 9,
    });
    if (found === null) break;
    tried.add(designKey(small, found));
    worths.push(acquisition.value(of.encode(found)));
  }
  assert.equal(tried.size, 7);
  assert.deepEqual(
    worths,
    worths.toSorted((a, b) => b - a),
  );
});
