import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import {
  erfcx,
  inverseLogNormalCdf,
  logNormalCdf,
  logNormalDensity,
  logNormalMass,
  normalCdf,
  normalQuantile,
  truncatedNormalQuantile,
} from "./normal-distribution.ts";

type Rows = readonly (readonly (number | string)[])[];

/** Made with SciPy and mpmath by bench/peers/optimiser_oracles.py. */
const oracles: Readonly<Record<string, Rows>> = JSON.parse(
  readFileSync(new URL("../../test/fixtures/optimiser-oracles.json", import.meta.url), "utf8"),
);

const cases: readonly [name: string, of: (...inputs: number[]) => number, tolerance: number][] = [
  // SciPy itself is off by 7e-15 at 8: there 1 − Φ is 6.220960574271784e-16.
  ["logNormalCdf", logNormalCdf, 1e-14],
  ["erfcx", erfcx, 1e-14],
  ["inverseLogNormalCdf", inverseLogNormalCdf, 1e-13],
  ["logNormalMass", logNormalMass, 1e-13],
  // SciPy's own truncated quantile is no better than this.
  ["truncatedNormalQuantile", truncatedNormalQuantile, 1e-10],
];
for (const [name, of, tolerance] of cases) {
  test(`${name} is SciPy's to ${tolerance} in every row of the oracle`, () => {
    for (const row of oracles[name]) {
      const numbers = row
        .map(Number)
        .map((value, i) => (row[i] === "-inf" ? -Infinity : row[i] === "inf" ? Infinity : value));
      const inputs = numbers.slice(0, -1);
      const expected = numbers[numbers.length - 1];
      const error =
        Math.abs(of(...inputs) - expected) /
        Math.max(name.endsWith("Quantile") ? 1e-3 : 1e-300, Math.abs(expected));
      assert.ok(
        of(...inputs) === expected || error < tolerance,
        `${name}(${inputs}) ${of(...inputs)} ${expected} ${error}`,
      );
    }
  });
}

test("quantiles undo shares, in the middle and in both tails", () => {
  for (const z of [-8, -3, -1, -1e-3, 0, 0.2, 1, 4]) {
    const error = Math.abs(normalQuantile(normalCdf(z)) - z);
    // Above 0 the share is near 1 and holds few digits of z.
    assert.ok(
      error < 1e-14 * Math.exp((z > 0 ? z * z : 0) / 2) + 1e-14 * Math.abs(z) + 1e-15,
      `${z} ${error}`,
    );
  }
  assert.equal(normalQuantile(0), -Infinity);
  assert.equal(normalQuantile(1), Infinity);
});

test("the mass of an interval is its mirror's, and does not jump where the formula changes", () => {
  for (const [a, b] of [
    [-9, -8.9],
    [-0.2, 0.7],
    [1, 1.001],
  ] as const)
    assert.equal(logNormalMass(a, b), logNormalMass(-b, -a));
  for (const middle of [0, -2, -30]) {
    const width = 0.02 / Math.max(1, -middle);
    const [below, above] = [1 - 1e-9, 1 + 1e-9].map((share) =>
      logNormalMass(middle - (share * width) / 2, middle + (share * width) / 2),
    );
    assert.ok(above > below && above - below < 1e-8, `${middle}: ${above - below}`);
  }
  assert.equal(logNormalMass(1, 1), -Infinity);
  assert.equal(Math.abs(logNormalMass(-Infinity, Infinity)), 0);
  assert.equal(logNormalMass(-Infinity, -3), logNormalCdf(-3));
});

test("the density is the slope of the share", () => {
  for (const z of [-3, -0.5, 0.1, 2]) {
    const slope = (normalCdf(z + 1e-5) - normalCdf(z - 1e-5)) / 2e-5;
    assert.ok(Math.abs(Math.exp(logNormalDensity(z)) - slope) < 1e-9);
  }
});
