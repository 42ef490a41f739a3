import assert from "node:assert/strict";
import { test } from "node:test";
import { encoderContract } from "../../test/contracts/encoder.ts";
import { codingFields } from "./coding-fields.ts";
import { heldValues } from "./constant.ts";
import { latency } from "./latency.ts";
import { poisson } from "./poisson.ts";
import { rate } from "./rate.ts";
import { firesAt } from "./spike-code.ts";
import { spikeCodes } from "./spike-codes.ts";
import { spikeDraw } from "./spike-draw.ts";

for (const code of Object.values(spikeCodes)) encoderContract(code);

test("the design space offers the constant code and spike codes; every code has its own name", () => {
  const codes = ["constant", ...Object.keys(spikeCodes)];
  for (const option of codingFields.coding.options) assert.ok(codes.includes(option), option);
  for (const [name, code] of Object.entries(spikeCodes)) assert.equal(code.name, name);
});

test("the rate code has fired round(t x) times after t steps", () => {
  for (let pixel = 0; pixel < 256; pixel++) {
    const x = pixel / 255;
    let spikes = 0;
    for (let step = 1; step <= 40; step++) {
      if (firesAt(rate, { x, step, steps: 40 }, 0)) spikes++;
      assert.equal(spikes, Math.floor(step * x + 0.5));
    }
  }
});

test("the latency code fires once, white at the first step, the faintest grey at the last", () => {
  const stepOf = (x: number, steps: number): number[] =>
    Array.from({ length: steps }, (_, t) => t + 1).filter((step) => firesAt(latency, { x, step, steps }, 0));
  for (let pixel = 1; pixel < 256; pixel++) assert.equal(stepOf(pixel / 255, 9).length, 1);
  assert.deepEqual([stepOf(1, 9), stepOf(1 / 255, 9), stepOf(0.5, 9), stepOf(0, 9)], [[1], [9], [5], []]);
  assert.deepEqual(stepOf(0.2, 1), [1]);
});

test("Poisson spikes come as often as x says, independent of step and neighbour, within five deviations", () => {
  const draws = 200 * 500;
  for (const x of [0.02, 0.5, 0.9]) {
    let spikes = 0;
    let pairs = 0;
    let before = false;
    for (let step = 1; step <= 200; step++) {
      for (let input = 0; input < 500; input++) {
        const isSpike = firesAt(poisson, { x, step, steps: 200 }, spikeDraw(12345, step, input));
        spikes += Number(isSpike);
        pairs += Number(isSpike && before);
        before = isSpike;
      }
    }
    assert.ok(Math.abs(spikes - draws * x) < 5 * Math.sqrt(draws * x * (1 - x)), `${spikes} at ${x}`);
    assert.ok(Math.abs(pairs - draws * x * x) < 5 * Math.sqrt(draws * x * x * 3), `${pairs} pairs at ${x}`);
  }
});

test("held values are pixel · scale + offset in float32", () => {
  const held = heldValues({ scale: 1 / 255, offset: -0.1307 });
  assert.equal(held[0], Math.fround(-0.1307));
  assert.equal(held[128], Math.fround(Math.fround(128 * Math.fround(1 / 255)) + Math.fround(-0.1307)));
});
