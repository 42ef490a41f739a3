import assert from "node:assert/strict";
import { test } from "node:test";
import { Random } from "../../base/random.ts";
import { drawFantasies } from "./fantasies.ts";
import { conditioned, predict, predictionOf } from "./gaussian-process.ts";

const places = [0.1, 0.3, 0.35, 0.6, 0.95];
const inputs = { count: 5, dimensions: 1, values: Float64Array.from(places), isCategory: new Uint8Array(1) };
const values = Float64Array.of(0.4, -0.9, -0.7, 1.1, 0.2);
const kernel = { inverseSquares: Float64Array.of(16), scale: 1, noise: 1e-6 };
const pending = [Float64Array.of(0.45), Float64Array.of(0.8)];
const count = 4000;

function draw(isNoisy: boolean, variance: number) {
  const seen = { inputs, values, variances: new Float64Array(5).fill(variance) };
  const random = new Random({ seed: 3, trial: 0, purpose: "test-fantasies", index: 0 });
  const drawn = drawFantasies({ kernel, seen, pending, isNoisy, count, random });
  const plain = conditioned(
    kernel,
    inputs,
    values,
    seen.variances.map((v) => v + kernel.noise),
  );
  return { drawn, plain };
}

for (const [name, isNoisy, variance] of [
  ["unfinished", false, 0],
  ["noisy", true, 0.2],
] as const) {
  test(`draws of ${name} trials have the mean and variance of the process`, () => {
    const { drawn, plain } = draw(isNoisy, variance);
    const expected = predictionOf(plain);
    for (const [i, place] of [...places, 0.45, 0.8].entries()) {
      if (!isNoisy && i < 5) continue;
      predict(plain, Float64Array.of(place), expected);
      const mean = drawn.values.reduce((sum, value) => sum + value[i] / count, 0);
      const spread = drawn.values.reduce((sum, value) => sum + (value[i] - mean) ** 2 / count, 0);
      assert.ok(
        Math.abs(mean - expected.means[0]) < 4 * Math.sqrt(expected.variance / count) + 1e-4,
        `${place}`,
      );
      // The variance of 4,000 draws is known to 2.3 %, one standard deviation.
      assert.ok(Math.abs(spread / expected.variance - 1) < 0.1, `${place}: ${spread} ${expected.variance}`);
    }
  });

  test(`each fantasy of ${name} trials believes its own draw`, () => {
    const { drawn } = draw(isNoisy, variance);
    const found = predictionOf(drawn.process);
    for (const [i, place] of [...places, 0.45, 0.8].entries()) {
      predict(drawn.process, Float64Array.of(place), found);
      assert.ok(found.variance < 1e-5);
      for (let f = 0; f < 50; f++) assert.ok(Math.abs(found.means[f] - drawn.values[f][i]) < 5e-3);
    }
  });
}

test("exact values stay what they are in every fantasy", () => {
  for (const value of draw(false, 0).drawn.values.slice(0, 20)) assert.deepEqual(value.slice(0, 5), values);
});
