import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { Random } from "../../base/random.ts";
import { hypervolume } from "../hypervolume.ts";
import { normalQuantile } from "../normal-distribution.ts";
import { type Boxes, nonDominatedBoxes } from "./box-decomposition.ts";
import { HypervolumeImprovement } from "./expected-hypervolume-improvement.ts";
import { logImprovement, logImprovementBetween } from "./expected-improvement.ts";

/** Made with mpmath by bench/peers/optimiser_oracles.py. */
const oracle = JSON.parse(
  readFileSync(new URL("../../../test/fixtures/optimiser-oracles.json", import.meta.url), "utf8"),
);

test("log expected improvement is right from −1,000 to 10 standard deviations", () => {
  for (const [z, expected] of oracle.logExpectedImprovement as [number, number][]) {
    const error = Math.abs(logImprovement(z) - expected) / Math.abs(expected);
    assert.ok(error < 2e-13, `${z}: ${logImprovement(z)} ${expected}`);
  }
  assert.equal(logImprovement(-Infinity), -Infinity);
});

test("improvements between thresholds add up, narrow ones too", () => {
  for (const [a, b, c] of [
    [-1, 0, 1],
    [-40, -39.99, -39],
    [5, 5.00005, 5.0002],
    [-30.00001, -30.000009, -30.000005],
  ]) {
    const between = (x: number, y: number): number =>
      logImprovementBetween(x, y, logImprovement(x), logImprovement(y));
    const whole = between(a, c);
    const sum = Math.exp(between(a, b) - whole) + Math.exp(between(b, c) - whole);
    assert.ok(Math.abs(sum - 1) < 1e-7, `${a} ${b} ${c}: ${sum}`);
  }
});

/** Volume of the part of the boxes that lies above z: what z adds. */
function added({ count, objectives, thresholds, low, high }: Boxes, z: readonly number[]): number {
  let sum = 0;
  for (let k = 0; k < count; k++) {
    let volume = 1;
    for (let j = 0; j < objectives; j++) {
      const top = thresholds[j][high[k * objectives + j]];
      volume *= Math.max(0, top - Math.max(z[j], thresholds[j][low[k * objectives + j]]));
    }
    sum += volume;
  }
  return sum;
}

const random = new Random({ seed: 5, trial: -1, purpose: "test-boxes", index: 0 });

function onSphere(count: number, m: number, power: number): number[][] {
  return Array.from({ length: count }, () => {
    const x = Array.from({ length: m }, () => random.uniform());
    const length = x.reduce((sum, value) => sum + value ** power, 0) ** (1 / power);
    return x.map((value) => value / length);
  });
}

test("boxes add up to what a point adds, on concave, linear, convex, degenerate and dominated fronts", () => {
  for (const m of [1, 2, 3, 4]) {
    const reference = new Array<number>(m).fill(1.1);
    const fronts = {
      concave: onSphere(12, m, 2),
      linear: onSphere(12, m, 1),
      convex: onSphere(12, m, 0.5),
      "on a coarse grid": onSphere(20, m, 1).map((point) => point.map((value) => Math.round(4 * value) / 4)),
      "with dominated points": Array.from({ length: 15 }, () => reference.map(() => 1.3 * random.uniform())),
      "one point, thrice": [1, 2, 3].map(() => new Array<number>(m).fill(0.4)),
      none: [],
    };
    for (const [name, front] of Object.entries(fronts)) {
      const boxes = nonDominatedBoxes(front, reference);
      assert.ok(
        boxes.low.every((low, i) => low < boxes.high[i]),
        `${name}, m = ${m}: an empty box`,
      );
      for (let i = 0; i < 20; i++) {
        const z = reference.map(() => 1.4 * random.uniform() - 0.2);
        const direct = hypervolume([...front, z], reference) - hypervolume(front, reference);
        assert.ok(Math.abs(added(boxes, z) - direct) < 1e-12, `${name}, m = ${m}`);
      }
    }
  }
});

test("n points in general position give n + 1 boxes for two objectives and 2n + 1 for three", () => {
  for (const n of [1, 5, 40]) {
    assert.equal(nonDominatedBoxes(onSphere(n, 2, 2), [1.1, 1.1]).count, n + 1);
    assert.equal(nonDominatedBoxes(onSphere(n, 3, 2), [1.1, 1.1, 1.1]).count, 2 * n + 1);
  }
});

test("with one objective it is the expected improvement", () => {
  const improvement = new HypervolumeImprovement([nonDominatedBoxes([[0.3], [0.7]], [2])]);
  for (const [mean, deviation] of [
    [0.5, 0.2],
    [9, 0.1],
    [-1, 3],
  ]) {
    const expected = Math.log(deviation) + logImprovement((0.3 - mean) / deviation);
    const found = improvement.log({ means: [Float64Array.of(mean)], deviations: Float64Array.of(deviation) });
    assert.ok(Math.abs(found - expected) < 1e-12);
  }
});

test("it is the mean of what samples add, over fantasies too", () => {
  const samples = 40_000;
  for (const m of [2, 3, 4]) {
    const reference = new Array<number>(m).fill(1.1);
    const fronts = [onSphere(8, m, 2), onSphere(8, m, 1)];
    const boxes = fronts.map((front) => nonDominatedBoxes(front, reference));
    const deviations = Float64Array.from(reference, (_, j) => 0.1 + 0.1 * j);
    const means = boxes.map((_, f) => Float64Array.from(reference, (_, j) => 0.5 + 0.05 * j + 0.1 * f));
    let sum = 0;
    let squares = 0;
    for (let i = 0; i < samples; i++) {
      const f = i % 2;
      const z = reference.map((_, j) => means[f][j] + deviations[j] * normalQuantile(random.uniform()));
      const volume = added(boxes[f], z);
      sum += volume;
      squares += volume ** 2;
    }
    const mean = sum / samples;
    const error = Math.sqrt((squares / samples - mean ** 2) / samples);
    const found = Math.exp(new HypervolumeImprovement(boxes).log({ means, deviations }));
    assert.ok(Math.abs(found - mean) < 4 * error, `m = ${m}: ${found} ${mean} ± ${error}`);
  }
});

test("slopes are those of finite differences, near the front and 60 deviations behind it", () => {
  const reference = [1.1, 1.1, 1.1];
  const improvement = new HypervolumeImprovement(
    [onSphere(6, 3, 2), onSphere(7, 3, 1)].map((front) => nonDominatedBoxes(front, reference)),
  );
  const zeros = (): Float64Array => new Float64Array(3);
  for (const [place, deviation] of [
    [0.5, 0.2],
    [1.05, 0.01],
    [1.6, 0.01],
  ]) {
    const means = [0, 0.03].map((shift) => Float64Array.of(place, place + shift, place - shift));
    const deviations = Float64Array.of(deviation, 1.5 * deviation, deviation);
    const slopes = { means: [zeros(), zeros()], deviations: zeros() };
    const value = improvement.log({ means, deviations }, slopes);
    assert.ok(Number.isFinite(value));
    const step = 1e-6 * deviation;
    for (let j = 0; j < 3; j++) {
      const difference = (change: (by: number) => Parameters<typeof improvement.log>[0]): number =>
        (improvement.log(change(step)) - improvement.log(change(-step))) / (2 * step);
      const close = (found: number, expected: number): void =>
        assert.ok(
          Math.abs(found - expected) < 1e-5 * (Math.abs(expected) + 1 / deviation),
          `${found} ${expected}`,
        );
      close(
        slopes.deviations[j],
        difference((by) => ({ means, deviations: deviations.with(j, deviations[j] + by) })),
      );
      for (const f of [0, 1])
        close(
          slopes.means[f][j],
          difference((by) => ({ means: means.with(f, means[f].with(j, means[f][j] + by)), deviations })),
        );
    }
  }
});

test("hypervolumes are those of inclusion and exclusion", () => {
  for (const { points, volume } of oracle.hypervolumes as { points: number[][]; volume: number }[])
    assert.ok(
      Math.abs(
        hypervolume(
          points,
          points[0].map(() => 1),
        ) - volume,
      ) < 1e-10,
    );
});
