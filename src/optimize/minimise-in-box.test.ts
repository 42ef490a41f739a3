import assert from "node:assert/strict";
import { test } from "node:test";
import { minimiseInBox, type SmoothFunction } from "./minimise-in-box.ts";

const rosenbrock: SmoothFunction = (x, gradient) => {
  gradient.fill(0);
  let value = 0;
  for (let i = 0; i + 1 < x.length; i++) {
    const curve = x[i + 1] - x[i] ** 2;
    value += 100 * curve ** 2 + (1 - x[i]) ** 2;
    gradient[i] += -400 * curve * x[i] - 2 * (1 - x[i]);
    gradient[i + 1] += 200 * curve;
  }
  return value;
};

function within(low: number, high: number, d: number) {
  return { low: new Float64Array(d).fill(low), high: new Float64Array(d).fill(high) };
}

test("Rosenbrock's valley is followed to its end, in 2 and in 8 dimensions", () => {
  for (const d of [2, 8]) {
    const { x, calls } = minimiseInBox(rosenbrock, {
      start: new Float64Array(d).fill(-1),
      ...within(-5, 5, d),
      maxIterations: 200,
      tolerance: 1e-8,
    });
    for (const at of x) assert.ok(Math.abs(at - 1) < 1e-5, `${x}`);
    assert.ok(calls < 200, `${calls}`);
  }
});

test("where the least value lies outside, the answer is on the wall, and stationary along it", () => {
  const { x } = minimiseInBox(rosenbrock, {
    start: Float64Array.of(-0.5, 0.3),
    ...within(-1, 0.5, 2),
    maxIterations: 100,
    tolerance: 1e-9,
  });
  // On the wall x₀ = ½ the least is at x₁ = ¼.
  assert.ok(Math.abs(x[0] - 0.5) < 1e-9 && Math.abs(x[1] - 0.25) < 1e-6, `${x}`);
});

test("a start outside is moved inside, a value that is no number is not entered, a flat function is left", () => {
  const wall: SmoothFunction = (x, gradient) => {
    gradient[0] = 1 - 1 / x[0];
    return x[0] < 0.2 ? Number.NaN : x[0] - Math.log(x[0]);
  };
  const options = { ...within(0.1, 9, 1), maxIterations: 50, tolerance: 1e-8 };
  assert.ok(Math.abs(minimiseInBox(wall, { ...options, start: Float64Array.of(20) }).x[0] - 1) < 1e-6);
  const level: SmoothFunction = (_, gradient) => {
    gradient.fill(0);
    return 3;
  };
  const flat = minimiseInBox(level, {
    ...options,
    start: Float64Array.of(2),
  });
  assert.deepEqual(flat, { x: Float64Array.of(2), value: 3, calls: 1 });
});

test("at a wall that is the least already, one call is enough", () => {
  const slope: SmoothFunction = (x, gradient) => {
    gradient.set([1, 2 * x[1]]);
    return x[0] + x[1] ** 2;
  };
  const found = minimiseInBox(slope, {
    start: Float64Array.of(0, 0),
    ...within(0, 1, 2),
    maxIterations: 50,
    tolerance: 1e-8,
  });
  assert.deepEqual(found, { x: Float64Array.of(0, 0), value: 0, calls: 1 });
});
