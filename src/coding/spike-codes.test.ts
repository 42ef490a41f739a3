import assert from "node:assert/strict";
import { test } from "node:test";
import { encoderContract } from "../../test/contracts/encoder.ts";
import type { Inference } from "../model/model.ts";
import { codingFields } from "./coding-fields.ts";
import { heldValues } from "./constant.ts";
import { type InputCoding, inputCodings } from "./input-codings.ts";
import { latency } from "./latency.ts";
import { latencyLog } from "./latency-log.ts";
import { phase } from "./phase.ts";
import { poisson } from "./poisson.ts";
import { rate } from "./rate.ts";
import { firesAt } from "./spike-code.ts";
import { spikeCodes } from "./spike-codes.ts";
import { spikeDraw } from "./spike-draw.ts";
import { ttfs } from "./ttfs.ts";

for (const code of Object.values(spikeCodes)) encoderContract(code);

test("the design space offers codings that there are; every code has its own name", () => {
  const codings: readonly string[] = inputCodings;
  for (const option of codingFields.coding.options) assert.ok(codings.includes(option), option);
  for (const [name, code] of Object.entries(spikeCodes)) assert.equal(code.name, name);
});

test("a model may name every coding there is, and no other", () => {
  // Both directions are checked by the types.
  const here: readonly InputCoding[] = [] as Inference["coding"][];
  const there: readonly Inference["coding"][] = inputCodings;
  assert.deepEqual([here.length, new Set(there).size], [0, 8]);
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

test("a ttfs spike has round(x T) steps left, its own included", () => {
  for (const steps of [1, 2, 7, 16, 255]) {
    for (let pixel = 0; pixel < 256; pixel++) {
      const x = pixel / 255;
      const left: number[] = [];
      for (let step = 1; step <= steps; step++)
        if (firesAt(ttfs, { x, step, steps }, 0)) left.push(steps - step + 1);
      const rounded = Math.round(x * steps);
      assert.deepEqual(left, rounded === 0 ? [] : [rounded]);
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

test("the logarithmic latency code fires once: white first, inputs of at most 2 θ last, θ never", () => {
  const stepsOf = (x: number, steps: number): number[] =>
    Array.from({ length: steps }, (_, t) => t + 1).filter((step) =>
      firesAt(latencyLog, { x, step, steps }, 0),
    );
  for (const steps of [1, 2, 9, 64]) {
    for (let pixel = 1; pixel < 256; pixel++) assert.equal(stepsOf(pixel / 255, steps).length, 1);
    assert.deepEqual(stepsOf(1, steps), [1]);
    for (const x of [1 / 255, 2 / 256]) assert.deepEqual(stepsOf(x, steps), [steps]);
    for (const x of [1 / 256, 1 / 1000, 0]) assert.deepEqual(stepsOf(x, steps), []);
  }
});

test("logarithmic latency is the step in which a leaky membrane driven by x reaches its threshold", () => {
  const steps = 41;
  const threshold = 1 / 256;
  /** Steps from white's crossing to that of 2 θ are steps − 1. */
  const tau = (steps - 1) / (Math.LN2 + Math.log1p(-threshold));
  const offset = -tau * Math.log1p(-threshold);
  for (let pixel = 3; pixel < 256; pixel++) {
    const x = pixel / 255;
    // Steps are rounded, so the membrane is below θ half a step before and at it half a step after.
    const potential = (time: number): number => x * (1 - Math.exp(-Math.max(0, time + offset) / tau));
    for (let step = 1; step <= steps; step++) {
      const reaches = potential(step - 0.5) >= threshold && (step === 1 || potential(step - 1.5) < threshold);
      assert.equal(firesAt(latencyLog, { x, step, steps }, 0), reaches, `pixel ${pixel}, step ${step}`);
    }
  }
});

test("eight phases bring eight times the pixel, as much as its held value does", () => {
  for (let pixel = 0; pixel < 256; pixel++) {
    const x = pixel / 255;
    for (const first of [1, 9, 57]) {
      let brought = 0;
      for (let step = first; step < first + 8; step++) {
        if (firesAt(phase, { x, step, steps: 64 }, 0)) brought += phase.worth?.(step) ?? 1;
      }
      assert.ok(Math.abs(brought - 8 * x) < 1e-12, `pixel ${pixel}: ${brought}`);
    }
  }
});

test("the weighted phase code sends the bits of Kim et al.'s table, each worth half of the one before", () => {
  const bitsOf = (pixel: number): string =>
    Array.from({ length: 8 }, (_, t) =>
      Number(firesAt(phase, { x: pixel / 255, step: t + 1, steps: 8 }, 0)),
    ).join("");
  assert.deepEqual([192, 1, 128, 255].map(bitsOf), ["11000000", "00000001", "10000000", "11111111"]);
  // Values between two pixels are rounded, not cut.
  assert.deepEqual([bitsOf(127.5), bitsOf(0.4)], ["10000000", "00000000"]);
  const { worth } = phase;
  assert.ok(worth);
  for (let step = 1; step < 8; step++) assert.equal(worth(step + 1), worth(step) / 2);
  assert.equal(worth(9), worth(1));
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
