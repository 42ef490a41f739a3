import assert from "node:assert/strict";
import { test } from "node:test";
import { enumerateFaults } from "./enumerate.ts";
import type { FaultSites } from "./fault-sites.ts";
import { sampleIndices } from "./sample-indices.ts";
import { sampleStrata } from "./sample-strata.ts";

const sites: readonly FaultSites[] = [
  { target: "weight", layer: "a", elements: 7, bits: 8, format: "int8" },
  { target: "bias", layer: "a", elements: 2, bits: 32, format: "float32" },
  { target: "weight", layer: "b", elements: 3, bits: 8, format: "int8" },
];
const key = { seed: 1, trial: 2, purpose: "enumerate-test", index: 3 };

test("every fault of a population has one index, in the order of sites, elements, bits and steps", () => {
  for (const steps of [undefined, 3]) {
    const population = enumerateFaults({ sites, change: "flip", ...(steps !== undefined && { steps }) });
    assert.equal(population.size, (56 + 64 + 24) * (steps ?? 1));
    const expected: unknown[] = [];
    for (const { target, layer, elements, bits } of sites) {
      for (let element = 0; element < elements; element++) {
        for (let bit = 0; bit < bits; bit++) {
          for (let step = 0; step < (steps ?? 1); step++)
            expected.push({
              target,
              layer,
              element,
              change: { kind: "flip", bit },
              steps: steps === undefined ? null : [step],
            });
        }
      }
    }
    assert.deepEqual(
      Array.from({ length: population.size }, (_, index) => population.at(index)),
      expected,
    );
  }
});

test("single-bit faults of a 784-128-10 network of int8 are 813,056 and need no list", () => {
  const population = enumerateFaults({
    sites: [
      { target: "weight", layer: "dense1", elements: 784 * 128, bits: 8, format: "int8" },
      { target: "weight", layer: "dense2", elements: 128 * 10, bits: 8, format: "int8" },
    ],
    change: "flip",
  });
  assert.equal(population.size, 813_056);
  assert.deepEqual(population.at(813_055), {
    target: "weight",
    layer: "dense2",
    element: 1279,
    change: { kind: "flip", bit: 7 },
    steps: null,
  });
});

test("chosen bits, and changes of whole elements", () => {
  const top = enumerateFaults({ sites, change: "stuck1", bits: [7, 0, 7] });
  assert.equal(top.size, 2 * 12);
  assert.deepEqual(top.placeOf(1), { sites: sites[0], element: 0, bit: 7, step: null });
  const dead = enumerateFaults({ sites, change: { kind: "set", value: 0 } });
  assert.equal(dead.size, 12);
  assert.deepEqual(dead.at(8), {
    target: "bias",
    layer: "a",
    element: 1,
    change: { kind: "set", value: 0 },
    steps: null,
  });
});

test("indices, bits and steps that are not there are refused with what is", () => {
  const population = enumerateFaults({ sites, change: "flip" });
  for (const index of [-1, 144, 0.5, Number.NaN])
    assert.throws(() => population.at(index), /index must be from 0 to 143/);
  assert.throws(
    () => enumerateFaults({ sites, change: "flip", bits: [8] }),
    /bits must be from 0 to 7 for int8/,
  );
  assert.throws(() => enumerateFaults({ sites, change: "flip", steps: 0 }), /steps must be a whole number/);
  assert.throws(
    () => enumerateFaults({ sites, change: { kind: "set", value: 0 }, bits: [0] }),
    /only be given where bits/,
  );
  assert.throws(
    () => enumerateFaults({ sites, change: { kind: "scale", factor: Number.NaN } }),
    /change factor must be a finite number/,
  );
});

test("a sample has no index twice, and begins with the smaller sample of its key", () => {
  for (const [size, count] of [
    [1, 1],
    [10, 10],
    [813_056, 5_000],
    [2 ** 40, 5_000],
    [2 ** 53 - 1, 100],
  ]) {
    const sample = sampleIndices(size, count, key);
    assert.equal(new Set(sample).size, count);
    assert.ok(sample.every((index) => Number.isInteger(index) && index >= 0 && index < size));
    const few = Math.floor(count / 3);
    assert.deepEqual(sampleIndices(size, few, key), sample.slice(0, few));
  }
  assert.notDeepEqual(sampleIndices(100, 10, key), sampleIndices(100, 10, { ...key, index: 4 }));
});

test("every order of a small population is drawn as often, within five standard deviations", () => {
  const counts = new Map<string, number>();
  const draws = 6_000;
  for (let index = 0; index < draws; index++) {
    const order = sampleIndices(4, 2, { ...key, index }).join();
    counts.set(order, (counts.get(order) ?? 0) + 1);
  }
  assert.equal(counts.size, 12);
  for (const count of counts.values())
    assert.ok(Math.abs(count - draws / 12) < 5 * Math.sqrt(draws / 12), `${count}`);
});

test("counts beyond the population are refused", () => {
  const population = enumerateFaults({ sites, change: "flip" });
  const choice = { by: "layer", allocation: "equal", key } as const;
  for (const count of [-1, 145, 1.5]) {
    assert.throws(() => sampleIndices(144, count, key), /count must be a whole number from 0 to 144/);
    assert.throws(() => sampleStrata(population, { ...choice, count }), /from 0 to 144/);
  }
});

test("strata are disjoint, cover the population when all is drawn, and hold what they say", () => {
  for (const steps of [undefined, 4]) {
    const population = enumerateFaults({ sites, change: "flip", ...(steps !== undefined && { steps }) });
    for (const by of ["layer", "bit", "layerAndBit"] as const) {
      const strata = sampleStrata(population, {
        by,
        allocation: "proportional",
        count: population.size,
        key,
      });
      assert.equal(strata.length, { layer: 3, bit: 32, layerAndBit: 48 }[by]);
      const seen = strata.flatMap(({ indices }) => [...indices]).sort((a, b) => a - b);
      assert.deepEqual(
        seen,
        Array.from({ length: population.size }, (_, index) => index),
      );
      for (const { layer, target, bit, indices, size } of strata) {
        assert.equal(indices.length, size);
        for (const index of indices) {
          const place = population.placeOf(index);
          assert.ok(layer === null || (place.sites.layer === layer && place.sites.target === target));
          assert.ok(bit === null || place.bit === bit);
        }
      }
    }
  }
});

test("proportional samples follow sizes to one fault, equal ones are alike as far as strata last", () => {
  const population = enumerateFaults({ sites, change: "flip" });
  for (const count of [0, 1, 10, 77, 143]) {
    const strata = sampleStrata(population, { by: "layer", allocation: "proportional", count, key });
    for (const { indices, size } of strata) assert.ok(Math.abs(indices.length - (count * size) / 144) < 1);
    assert.equal(
      strata.reduce((sum, { indices }) => sum + indices.length, 0),
      count,
    );
  }
  // 10/144 of 56, 64 and 24 are 3.9, 4.4 and 1.7: the two largest remainders are rounded up.
  assert.deepEqual(
    sampleStrata(population, { by: "layer", allocation: "proportional", count: 10, key }).map(
      ({ indices }) => indices.length,
    ),
    [4, 4, 2],
  );
  const equal = (count: number): number[] =>
    sampleStrata(population, { by: "layer", allocation: "equal", count, key }).map(
      ({ indices }) => indices.length,
    );
  assert.deepEqual(equal(30), [10, 10, 10]);
  assert.deepEqual(equal(31), [11, 10, 10]);
  assert.deepEqual(equal(100), [38, 38, 24]);
  assert.deepEqual(equal(144), [56, 64, 24]);
});

test("enlarging a sample keeps what was drawn in every stratum", () => {
  const population = enumerateFaults({ sites, change: "flip" });
  const draw = (count: number) => sampleStrata(population, { by: "bit", allocation: "equal", count, key });
  const [few, more] = [draw(40), draw(90)];
  for (const [i, { indices }] of few.entries())
    assert.deepEqual(more[i].indices.slice(0, indices.length), indices);
});
