// The search for the clipping against the same rule without any shortcut.

import assert from "node:assert/strict";
import { test } from "node:test";
import { Random } from "../base/random.ts";
import { quantiseTensor } from "./quantise-codes.ts";

/** Every share of the maximum, tried in turn on all weights. */
function exhaustiveScale(weights: Float32Array, bits: number): number {
  const limit = 2 ** (bits - 1) - 1;
  const maximum = weights.reduce((most, weight) => Math.max(most, Math.abs(weight)), 0);
  let [best, least] = [0, Number.POSITIVE_INFINITY];
  for (let percent = 100; percent >= 20; percent--) {
    const scale = Math.fround(percent === 100 ? maximum / limit : (maximum * percent) / 100 / limit);
    const error = weights.reduce((sum, weight) => {
      const code = Math.sign(weight) * Math.min(limit, Math.floor(Math.abs(weight) / scale + 0.5));
      return sum + (weight - scale * code) ** 2;
    }, 0);
    if (error < least) [best, least] = [scale, error];
  }
  return best;
}

const random = new Random({ seed: 1, trial: 0, purpose: "quantise-codes", index: 0 });
const normal = (): number =>
  Math.sqrt(-2 * Math.log(1 - random.uniform())) * Math.cos(2 * Math.PI * random.uniform());
const distributions: Record<string, () => number> = {
  "bell-shaped": normal,
  even: () => 2 * random.uniform() - 1,
  "long-tailed": () => normal() ** 3,
  // All but few weights on one code's place, and ties between shares.
  "two-valued": () => (random.integer(2) === 0 ? 0.25 : -0.5),
  "tiny, mostly zero": () => (random.integer(10) === 0 ? 1e-30 * normal() : 0),
};

for (const [name, draw] of Object.entries(distributions)) {
  test(`${name} weights get the scale that trying every share gives, many or few`, () => {
    for (const length of [300, 5000, 20_000]) {
      const weights = Float32Array.from({ length }, draw);
      for (const bits of [2, 3, 4])
        assert.equal(
          quantiseTensor(weights, 1, bits, "layer").scale[0],
          exhaustiveScale(weights, bits),
          `${length} weights, ${bits} bits`,
        );
    }
  });
}

test("by channel, every channel has the codes it would have alone", () => {
  const weights = Float32Array.from({ length: 3 * 5000 }, (_, i) => (1 + Math.floor(i / 5000)) * normal());
  const { codes, scale } = quantiseTensor(weights, 3, 3, "channel");
  for (let c = 0; c < 3; c++) {
    const own = quantiseTensor(weights.subarray(c * 5000, (c + 1) * 5000), 1, 3, "layer");
    assert.equal(scale[c], own.scale[0]);
    assert.deepEqual(codes.subarray(c * 5000, (c + 1) * 5000), own.codes);
  }
});

test("two shares that are nearly as good are told apart by the weights, not by the bins they fall in", () => {
  // At the scale 0.6 the edge to code 1 is 0.3. Weights just below it count as code 1 in the histogram, which
  // makes 0.6 look worse than 0.61; on the weights themselves it is better by 0.003.
  const weights = new Float32Array(8201).fill(0.604931875).fill(0.2999, 0, 200).fill(1, 200, 201);
  assert.equal(exhaustiveScale(weights, 2), Math.fround(0.6));
  assert.equal(quantiseTensor(weights, 1, 2, "layer").scale[0], Math.fround(0.6));
});
