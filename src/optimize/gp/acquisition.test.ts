import assert from "node:assert/strict";
import { test } from "node:test";
import { Random } from "../../base/random.ts";
import { Acquisition } from "./acquisition.ts";
import { nonDominatedBoxes } from "./box-decomposition.ts";
import { HypervolumeImprovement } from "./expected-hypervolume-improvement.ts";
import { drawFantasies } from "./fantasies.ts";
import { conditioned } from "./gaussian-process.ts";

const random = new Random({ seed: 9, trial: 0, purpose: "test-acquisition", index: 0 });
const [count, dimensions] = [10, 3];
const inputs = {
  count,
  dimensions,
  values: Float64Array.from({ length: count * dimensions }, () => random.uniform()),
  isCategory: Uint8Array.of(0, 0, 0),
};
const kernel = { inverseSquares: Float64Array.of(4, 2, 1), scale: 1, noise: 1e-4 };
const values = [0, 1, 2].map(() => Float64Array.from({ length: count }, () => 2 * random.uniform() - 1));
const fantasies = values.slice(0, 2).map((value, j) =>
  drawFantasies({
    kernel,
    seen: { inputs, values: value, variances: new Float64Array(count) },
    pending: [Float64Array.of(0.5, 0.5, 0.5)],
    isNoisy: false,
    count: 3,
    random: new Random({ seed: 9, trial: 1, purpose: "test-acquisition", index: j }),
  }),
);
const boxes = [0, 1, 2].map((f) =>
  nonDominatedBoxes(
    Array.from({ length: count + 1 }, (_, i) => fantasies.map((of) => of.values[f][i])),
    [1.2, 1.2],
  ),
);
const constraint = {
  process: conditioned(kernel, inputs, values[2], new Float64Array(count).fill(1e-4)),
  threshold: -0.5,
};
const processes = fantasies.map(({ process }) => process);

for (const [name, acquisition] of Object.entries({
  "improvement and constraint": new Acquisition(processes, new HypervolumeImprovement(boxes), [constraint]),
  "improvement alone": new Acquisition(processes, new HypervolumeImprovement(boxes), []),
  "constraint alone": new Acquisition([], null, [constraint]),
})) {
  test(`slopes of ${name} are those of finite differences`, () => {
    const gradient = new Float64Array(dimensions);
    for (let i = 0; i < 10; i++) {
      const x = Float64Array.from({ length: dimensions }, () => random.uniform());
      const value = acquisition.valueWithSlopes(x, gradient);
      assert.ok(Math.abs(value - acquisition.value(x)) < 1e-10);
      for (let c = 0; c < dimensions; c++) {
        const step = 1e-6;
        const difference =
          (acquisition.value(x.with(c, x[c] + step)) - acquisition.value(x.with(c, x[c] - step))) /
          (2 * step);
        assert.ok(
          Math.abs(gradient[c] - difference) < 1e-4 * (1 + Math.abs(difference)),
          `${gradient[c]} ${difference}`,
        );
      }
    }
  });
}

test("what breaks a constraint for certain is worth less than what meets it", () => {
  const strict = new Acquisition(processes, new HypervolumeImprovement(boxes), [
    { ...constraint, threshold: -9 },
  ]);
  const loose = new Acquisition(processes, new HypervolumeImprovement(boxes), [
    { ...constraint, threshold: 9 },
  ]);
  const free = new Acquisition(processes, new HypervolumeImprovement(boxes), []);
  const x = Float64Array.of(0.2, 0.4, 0.9);
  assert.ok(strict.value(x) < free.value(x) - 10);
  assert.ok(Math.abs(loose.value(x) - free.value(x)) < 1e-6);
});
