import assert from "node:assert/strict";
import { test } from "node:test";
import { InvalidValueError } from "../base/errors.ts";
import { Random } from "../base/random.ts";
import { type DeltaOptions, deltaSpikes } from "./delta.ts";
import { checkInputSpikes, type InputSpikes } from "./input-spikes.ts";
import { joinInputSpikes } from "./join-input-spikes.ts";

const options: Omit<DeltaOptions, "values"> = { steps: 5, features: 1, threshold: 0.1, hasOffSpikes: false };

/** 1 for every step with a spike of an input. */
function stepsOf({ events, ends, steps }: InputSpikes, input: number, sample = 0): number[] {
  return Array.from({ length: steps }, (_, step) => {
    const s = sample * steps + step;
    return Number(Array.from(events.subarray(s === 0 ? 0 : ends[s - 1], ends[s])).includes(input));
  });
}

test("a series spikes where it rises by the threshold, as snnTorch's own test has it", () => {
  const spikes = deltaSpikes({ ...options, values: Float32Array.of(1, 2, 2.91, 3, 3.9) });
  assert.deepEqual(stepsOf(spikes, 0), [1, 1, 1, 0, 1]);
  checkInputSpikes(spikes, 1, 5);
});

test("rises, falls and first steps are those of the examples in snnTorch's documentation", () => {
  const rising = Float32Array.of(1, 2, 2.9, 3, 3.9);
  const falling = Float32Array.of(1, 2, 0, 2, 2.9);
  const whole = { ...options, threshold: 1 };
  assert.deepEqual(stepsOf(deltaSpikes({ ...whole, values: rising }), 0), [1, 1, 0, 0, 0]);
  const silent = { ...whole, before: "first" } as const;
  assert.deepEqual(stepsOf(deltaSpikes({ ...silent, values: rising }), 0), [0, 1, 0, 0, 0]);
  for (const [first, before] of [
    [1, "zero"],
    [0, "first"],
  ] as const) {
    const spikes = deltaSpikes({ ...whole, before, values: falling, hasOffSpikes: true });
    assert.deepEqual(stepsOf(spikes, 0), [first, 1, 0, 1, 0]);
    assert.deepEqual(stepsOf(spikes, 1), [0, 0, 1, 0, 0]);
  }
});

test("differences and threshold are compared in float32", () => {
  // In float64 the difference of float32's 0.13 and 0.02 is below 0.11, and below float32's 0.11.
  const values = Float32Array.of(0, 0.02, 0.13, 0.13, 0.13);
  assert.ok(values[2] - values[1] < 0.11 && values[2] - values[1] < Math.fround(0.11));
  assert.deepEqual(stepsOf(deltaSpikes({ ...options, values, threshold: 0.11 }), 0), [0, 0, 1, 0, 0]);
});

test("a series upside down has its on- and off-spikes exchanged", () => {
  const random = new Random({ seed: 3, trial: -1, purpose: "delta", index: 0 });
  // Quarters, so that many changes are exactly the threshold.
  const values = Float32Array.from({ length: 3 * 20 * 4 }, () => random.integer(9) / 4 - 1);
  const shape = { steps: 20, features: 4, threshold: 0.5, hasOffSpikes: true };
  const up = deltaSpikes({ ...shape, values });
  const down = deltaSpikes({ ...shape, values: values.map((x) => -x) });
  checkInputSpikes(up, 8, 20);
  checkInputSpikes(down, 8, 20);
  for (let sample = 0; sample < 3; sample++) {
    for (let input = 0; input < 8; input++) {
      assert.deepEqual(stepsOf(up, input, sample), stepsOf(down, (input + 4) % 8, sample));
    }
  }
});

test("samples encode the same one by one and together, and longer series the same as far as they go", () => {
  const random = new Random({ seed: 4, trial: -1, purpose: "delta", index: 0 });
  const values = Float32Array.from({ length: 4 * 10 * 3 }, () => random.uniform());
  const shape = { steps: 10, features: 3, threshold: 0.3, hasOffSpikes: true };
  const whole = deltaSpikes({ ...shape, values });
  const one = (sample: number): Float32Array => values.subarray(sample * 30, (sample + 1) * 30);
  const parts = [0, 1, 2, 3].map((sample) => deltaSpikes({ ...shape, values: one(sample) }));
  assert.deepEqual(joinInputSpikes(parts), whole);
  const half = deltaSpikes({ ...shape, steps: 5, values: one(0).subarray(0, 15) });
  assert.deepEqual(half.ends, parts[0].ends.slice(0, 5));
  assert.deepEqual(half.events, parts[0].events.slice(0, half.events.length));
});

test("falls are further inputs, and only if wanted", () => {
  const values = Float32Array.of(0, 0.5, 0.45, 0.3, 0.3);
  const spikes = deltaSpikes({ ...options, values, hasOffSpikes: true });
  assert.deepEqual(
    [stepsOf(spikes, 0), stepsOf(spikes, 1)],
    [
      [0, 1, 0, 0, 0],
      [0, 0, 0, 1, 0],
    ],
  );
  assert.equal(deltaSpikes({ ...options, values }).events.length, 1);
});

test("samples and features do not mix: each sample begins anew", () => {
  const values = Float32Array.of(1, 5, 1, 5, 1, 5, 1, 5);
  const spikes = deltaSpikes({ ...options, values, steps: 2, features: 2, threshold: 2 });
  assert.equal(spikes.samples, 2);
  assert.deepEqual(stepsOf(spikes, 1, 0), [1, 0]);
  assert.deepEqual(stepsOf(spikes, 1, 1), [1, 0]);
  assert.deepEqual(stepsOf(spikes, 0, 1), [0, 0]);
});

test("a still series is silent but for its first step, and mistakes are named", () => {
  const still = deltaSpikes({ ...options, values: new Float32Array(5).fill(0.7) });
  assert.deepEqual(stepsOf(still, 0), [1, 0, 0, 0, 0]);
  const refuse = (change: Partial<DeltaOptions>, rule: RegExp): void => {
    assert.throws(
      () => deltaSpikes({ ...options, values: new Float32Array(5), ...change }),
      InvalidValueError,
    );
    assert.throws(() => deltaSpikes({ ...options, values: new Float32Array(5), ...change }), rule);
  };
  refuse({ threshold: 0 }, /threshold must be above 0/);
  for (const threshold of [-1, Number.NaN, 1e-60]) refuse({ threshold }, /threshold must be above 0/);
  refuse({ steps: 0 }, /steps must be a whole number of at least 1, but got 0/);
  refuse({ features: 1.5 }, /features must be a whole number of at least 1, but got 1.5/);
  refuse({ values: new Float32Array(7) }, /values must be whole samples of 5 × 1/);
  refuse({ values: Float32Array.of(0, 0, Number.NaN, 0, 0) }, /sample 0, step 2, feature 0 must be a finite/);
});
