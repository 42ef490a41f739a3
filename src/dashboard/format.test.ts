import assert from "node:assert/strict";
import { test } from "node:test";
import {
  formatBytes,
  formatEnergy,
  formatInterval,
  formatNumber,
  formatPoints,
  formatPower,
  formatRatio,
  formatShare,
  formatSi,
  missing,
  wordsOf,
} from "./format.ts";

test("energies read with three digits and the prefix their rounded value needs", () => {
  const cases: readonly (readonly [number, string])[] = [
    [0, "0 J"],
    [0.9, "900 fJ"],
    [12_345, "12.3 nJ"],
    [999.94, "1 nJ"],
    [999_950, "1 µJ"],
    [1e6, "1 µJ"],
    [4.56e9, "4.56 mJ"],
  ];
  for (const [energyPj, text] of cases) assert.equal(formatEnergy(energyPj), text);
});

test("a missing figure never reads as a number", () => {
  for (const value of [null, undefined, Number.NaN, Infinity, -Infinity]) {
    for (const format of [formatNumber, formatEnergy, formatShare, formatPoints, formatBytes, formatPower]) {
      assert.equal(format(value), missing);
    }
  }
  assert.equal(formatRatio(null, 3), "not comparable");
  assert.equal(formatRatio(0, 3), "not comparable");
});

test("a ratio and its inverse say the same from both sides", () => {
  assert.equal(formatRatio(12.3, 72.9), "5.93× less");
  assert.equal(formatRatio(72.9, 12.3), "5.93× more");
  assert.equal(formatRatio(5, 5.001), "the same");
});

test("differences carry a sign unless they round to nothing", () => {
  assert.equal(formatPoints(0.0021), "+0.21 points");
  assert.equal(formatPoints(-0.0021), "−0.21 points");
  assert.equal(formatPoints(-0.00001), "0.00 points");
});

test("numbers are grouped and keep small fractions", () => {
  assert.equal(formatNumber(1234567, 15), "1,234,567");
  assert.equal(formatNumber(-54321), "−54,321");
  assert.equal(formatNumber(0.012345), "0.0123");
  assert.equal(formatNumber(0.00001), "10⁻⁵");
  assert.equal(formatPower(3e-4), "3·10⁻⁴");
  assert.equal(formatSi(0.0021, "s"), "2.1 ms");
  assert.equal(formatBytes(240_640), "235 KiB");
});

test("an interval names its unit once", () => {
  const interval = { value: 0.98, low: 0.97, high: 0.99, confidence: 0.95, method: "" };
  assert.equal(
    formatInterval(interval, (value) => formatShare(value)),
    "98.00 % [97.00, 99.00]",
  );
  assert.equal(
    formatInterval({ ...interval, low: Number.NaN }, (value) => formatShare(value)),
    "98.00 % (no interval)",
  );
});

test("field names become words", () => {
  assert.equal(wordsOf("thresholdFactor"), "threshold factor");
});
