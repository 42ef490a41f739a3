import assert from "node:assert/strict";
import { test } from "node:test";
import { Random } from "../base/random.ts";
import { drawsInterval } from "./draws-interval.ts";
import { type HierarchicalSample, hierarchicalMeans } from "./hierarchical-means.ts";
import { meanInterval } from "./mean-interval.ts";
import { resampledRatio } from "./paired-ratio.ts";

const key = { seed: 9, trial: -1, purpose: "hierarchical-test", index: 0 };

function varianceOf(draws: Float64Array): number {
  const mean = draws.reduce((sum, x) => sum + x, 0) / draws.length;
  return draws.reduce((sum, x) => sum + (x - mean) ** 2, 0) / draws.length;
}

function filled(shape: readonly [number, number, number], of: (i: number, j: number, k: number) => number) {
  const [networks, masks, images] = shape;
  const values = new Float64Array(networks * masks * images);
  for (let at = 0; at < values.length; at++) {
    values[at] = of(Math.floor(at / (masks * images)), Math.floor(at / images) % masks, at % images);
  }
  return values;
}

test("what differs between networks only spreads as means of networks do, whatever the masks and images", () => {
  const arm = filled([5, 7, 11], (network) => [0, 1, 2, 3, 4][network]);
  const { values, draws } = hierarchicalMeans({ arms: [arm], networks: 5, masks: 7, images: 11, key });
  assert.equal(values[0], 2);
  assert.ok(Math.abs(varianceOf(draws[0]) / (2 / 5) - 1) < 0.06); // population variance 2, of means of 5
});

test("what differs between images only spreads as means of images do: networks share their images", () => {
  const arm = filled([5, 7, 2], (_i, _j, image) => image);
  const { draws } = hierarchicalMeans({ arms: [arm], networks: 5, masks: 7, images: 2, key });
  assert.ok(Math.abs(varianceOf(draws[0]) / (0.25 / 2) - 1) < 0.06);
});

test("masks of their own spread less than masks shared by all networks", () => {
  const arm = filled([6, 4, 1], (_i, mask) => mask);
  const sample: HierarchicalSample = { arms: [arm], networks: 6, masks: 4, images: 1, key };
  const [own] = hierarchicalMeans(sample).draws;
  const [shared] = hierarchicalMeans({ ...sample, hasSharedMasks: true }).draws;
  assert.ok(Math.abs(varianceOf(own) / (1.25 / 24) - 1) < 0.06);
  assert.ok(Math.abs(varianceOf(shared) / (1.25 / 4) - 1) < 0.06);
});

test("arms are drawn together: a difference that is the same everywhere has no spread", () => {
  const random = new Random({ ...key, index: 1 });
  const a = filled([3, 4, 5], () => random.uniform());
  const b = a.map((x) => x - 0.25);
  const means = hierarchicalMeans({ arms: [a, b], networks: 3, masks: 4, images: 5, key });
  const { difference } = resampledRatio(means, { numerator: 0, denominator: 1 });
  assert.ok(Math.abs(difference.low - 0.25) < 1e-9 && Math.abs(difference.high - 0.25) < 1e-9);
});

test("a ratio of drops far from 0 is bracketed, and one near 0 is refused with its reason", () => {
  const random = new Random({ ...key, index: 2 });
  const b = filled([6, 5, 4], () => 1 + 0.2 * random.uniform());
  const a = b.map((x) => 2 * x + 0.1 * random.uniform());
  const noise = b.map(() => random.uniform() - 0.5);
  const means = hierarchicalMeans({ arms: [a, b, noise], networks: 6, masks: 5, images: 4, key });
  const { ratio, reason } = resampledRatio(means, { numerator: 0, denominator: 1 });
  assert.ok(ratio !== null && reason === null && ratio.low > 2 && ratio.high < 2.1);
  const none = resampledRatio(means, { numerator: 0, denominator: 2 });
  assert.equal(none.ratio, null);
  assert.match(none.reason ?? "", /denominator includes 0 .*6 networks × 5 masks × 4 images/);
  assert.throws(() => resampledRatio(means, { numerator: 0, denominator: 3 }), /arms from 0 to 2/);
});

test("a ratio with a draw at or below 0 is refused, as it has no logarithm", () => {
  const draws = Float64Array.from({ length: 1000 }, (_, i) => (i === 0 ? 0 : 1));
  const means = { values: [1, 1], draws: [draws, draws.map((x) => x + 1)], units: 5, method: "by hand" };
  for (const [numerator, denominator] of [
    [0, 1],
    [1, 0],
  ]) {
    const { ratio, reason, denominator: made } = resampledRatio(means, { numerator, denominator });
    assert.ok(made.low > 0);
    assert.equal(ratio, null);
    assert.match(reason ?? "", /0 or below/);
  }
});

test("the interval covers the mean of all networks at least as often as it says", () => {
  const random = new Random({ ...key, index: 3 });
  const spread = (): number => random.uniform() + random.uniform() + random.uniform() - 1.5;
  const trials = 250;
  let [covered, naive] = [0, 0];
  for (let trial = 0; trial < trials; trial++) {
    const ofNetwork = Array.from({ length: 5 }, spread);
    const ofImage = Array.from({ length: 12 }, spread);
    let mask = 0;
    const arm = filled([5, 4, 12], (i, _j, k) => {
      if (k === 0) mask = spread();
      return ofNetwork[i] + mask + ofImage[k] + spread();
    });
    const means = hierarchicalMeans({
      arms: [arm],
      networks: 5,
      masks: 4,
      images: 12,
      draws: 1000,
      key: { ...key, index: trial },
    });
    const value = means.values[0];
    const { low, high } = drawsInterval(means.draws[0], { ...means, value, confidence: 0.95 });
    if (low <= 0 && 0 <= high) covered++;
    if (Math.abs(value) <= 1.96 * Math.sqrt(varianceOf(arm) / arm.length)) naive++;
  }
  assert.ok(covered / trials >= 0.94, `covers ${covered / trials}`);
  assert.ok(naive / trials < 0.7, `entries taken as independent cover ${naive / trials}`);
});

test("of networks without masks or images, the interval is Student's of the networks", () => {
  for (const of of [
    [0.1, 0.4, 0.2, 0.8, 0.3],
    [1, 2, 4],
  ]) {
    const means = hierarchicalMeans({
      arms: [of],
      networks: of.length,
      masks: 1,
      images: 1,
      draws: 40000,
      key,
    });
    const made = drawsInterval(means.draws[0], { ...means, value: means.values[0], confidence: 0.95 });
    const student = meanInterval(of, [-100, 100], "networks");
    assert.ok(Math.abs(made.value - student.value) < 1e-12);
    assert.ok(Math.abs((made.high - made.low) / (student.high - student.low) - 1) < 0.02);
  }
});

test("draws of one unit, of none, and a single draw have no interval", () => {
  const options = { value: 0, confidence: 0.95, units: 3, method: "" };
  assert.throws(() => drawsInterval(Float64Array.of(1), options), /draws must be at least 2/);
  const two = Float64Array.of(1, 2);
  assert.throws(() => drawsInterval(two, { ...options, units: 1 }), /units must be from 2/);
  assert.throws(() => drawsInterval(two, { ...options, units: Infinity }), /units must be from 2/);
  assert.throws(() => drawsInterval(Float64Array.of(1, NaN), options), /draws\[1\] must be a finite/);
});

test("units are those of the highest level with more than one", () => {
  const arms = [new Float64Array(12)];
  assert.equal(hierarchicalMeans({ arms, networks: 1, masks: 4, images: 3, key }).units, 4);
  assert.equal(hierarchicalMeans({ arms, networks: 1, masks: 1, images: 12, key }).units, 12);
});

test("a single measurement, a wrong length and a NaN are refused", () => {
  const sample = { arms: [new Float64Array(1)], networks: 1, masks: 1, images: 1, key };
  assert.throws(() => hierarchicalMeans(sample), /must be more than one measurement/);
  assert.throws(() => hierarchicalMeans({ ...sample, masks: 2 }), /arms\[0\] must hold .* = 2, but got 1/);
  const arms = [Float64Array.of(1, NaN)];
  assert.throws(() => hierarchicalMeans({ ...sample, masks: 2, arms }), /arms\[0\]\[1\] must be a finite/);
});
