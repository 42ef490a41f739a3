import assert from "node:assert/strict";
import { test } from "node:test";
import { Random } from "../base/random.ts";
import { rSquared, type SeriesLoss, seriesLosses } from "./series-losses.ts";

const [steps, images, outputs] = [5, 3, 4];
const random = new Random({ seed: 0, trial: -1, purpose: "series-losses", index: 0 });
const drawn = (): Float32Array =>
  Float32Array.from({ length: steps * images * outputs }, () => Math.fround(3 * random.uniform() - 1));
const labels = Uint8Array.of(1, 3, 0);

function evaluate(
  loss: SeriesLoss,
  values: Float32Array,
  more: { readonly smoothing?: number; readonly targets?: Float32Array } = {},
): { readonly loss: number; readonly correct: number; readonly gradient: Float32Array } {
  const gradient = new Float32Array(values.length);
  const shape = { steps, images, outputs };
  const rest = { smoothing: 0, gradientScale: 1, ...more };
  return { ...loss.of({ values, labels, gradient, ...shape, ...rest }), gradient };
}

const differentiable = Object.entries(seriesLosses).filter(([name]) => name !== "firstSpike");
for (const [name, loss] of differentiable) {
  test(`${name}: derivatives are difference quotients, with smoothed targets, too`, () => {
    for (const smoothing of [0, 0.2]) {
      const [values, targets] = [drawn(), drawn()];
      const { gradient } = evaluate(loss, values, { smoothing, targets });
      for (let i = 0; i < values.length; i += 7) {
        const step = 2 ** -9;
        const at = (x: number): number => evaluate(loss, values.with(i, x), { smoothing, targets }).loss;
        const quotient = (at(values[i] + step) - at(values[i] - step)) / (2 * step);
        assert.ok(Math.abs(quotient - gradient[i]) < 1e-4, `${gradient[i]} for ${quotient} at ${i}`);
      }
    }
  });
}

test("the earliest first spike decides, and only first spikes are moved, or the last step of the silent", () => {
  const values = new Float32Array(steps * images * outputs);
  const at = (step: number, output: number): number => step * images * outputs + output;
  values[at(1, 1)] = 1;
  values[at(3, 1)] = 1;
  values[at(2, 0)] = 1;
  const { gradient, correct } = evaluate(seriesLosses.firstSpike, values);
  const own = Array.from({ length: steps }, (_, t) =>
    Array.from({ length: outputs }, (_, j) => gradient[at(t, j)]),
  );
  const moved = own.map((row) => row.map((d) => d !== 0));
  assert.deepEqual(moved, [
    [false, false, false, false],
    [false, true, false, false],
    [true, false, false, false],
    [false, false, false, false],
    [false, false, true, true],
  ]);
  // Image 0 fires for its class first; of the silent ones the first class wins, which is image 2's.
  assert.equal(correct, 2);
});

test("what decides is the highest score of the loss's own kind", () => {
  const values = new Float32Array(steps * images * outputs);
  // Image 0: class 1 is high once, class 2 is a little high always.
  values[1] = 10;
  for (let t = 0; t < steps; t++) values[t * images * outputs + 2] = 4;
  assert.equal(evaluate(seriesLosses.highestPotential, values).correct, 2);
  assert.equal(evaluate(seriesLosses.meanPotential, values).correct, 1);
  assert.equal(evaluate(seriesLosses.lastPotential, values).correct, 1);
});

test("R² is 1 for the targets, 0 for their mean, and as far below as errors are larger", () => {
  const targets = Float32Array.of(1, 10, 2, 20, 3, 60);
  assert.deepEqual([...rSquared(targets, targets, 2)], [1, 1]);
  assert.deepEqual([...rSquared(Float32Array.of(2, 30, 2, 30, 2, 30), targets, 2)], [0, 0]);
  const [low] = rSquared(Float32Array.of(3, 30, 2, 30, 1, 30), targets, 2);
  assert.equal(low, 1 - 8 / 2);
});
