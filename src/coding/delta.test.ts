import assert from "node:assert/strict";
import { test } from "node:test";
import { InvalidValueError } from "../base/errors.ts";
import { type DeltaOptions, deltaSpikes } from "./delta.ts";
import { checkInputSpikes, type InputSpikes } from "./input-spikes.ts";

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
  refuse({ values: new Float32Array(7) }, /values must be whole samples of 5 × 1/);
  refuse({ values: Float32Array.of(0, 0, Number.NaN, 0, 0) }, /sample 0, step 2, feature 0 must be a finite/);
});
