import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { Random } from "../../base/random.ts";
import { rowStart } from "./cholesky.ts";
import { fitKernel, lossOf } from "./fit-kernel.ts";
import { conditioned, covariance, predict, predictionOf, predictWithSlopes } from "./gaussian-process.ts";

/** Made with SciPy by bench/peers/optimiser_oracles.py. */
const oracle = JSON.parse(
  readFileSync(new URL("../../../test/fixtures/optimiser-oracles.json", import.meta.url), "utf8"),
).gaussianProcess;
const [logScale, logNoise] = oracle.logTheta.slice(3);
const inputs = {
  count: 12,
  dimensions: 3,
  values: Float64Array.from(oracle.inputs.flat() as number[]),
  isCategory: Uint8Array.of(0, 0, 1),
};
const kernel = {
  inverseSquares: Float64Array.from(oracle.logTheta.slice(0, 3) as number[], Math.exp),
  scale: Math.exp(logScale),
};
const values = Float64Array.from(oracle.targets as number[]);
const extra = Float64Array.from(oracle.extra as number[]);
const process = conditioned(
  kernel,
  inputs,
  values,
  extra.map((variance) => variance + Math.exp(logNoise)),
);

test("means and variances are SciPy's", () => {
  const found = predictionOf(process);
  for (const [i, query] of (oracle.queries as number[][]).entries()) {
    predict(process, Float64Array.from(query), found);
    assert.ok(Math.abs(found.means[0] - oracle.mean[i]) < 1e-12);
    assert.ok(Math.abs(found.variance - oracle.covariance[i][i]) < 1e-12);
  }
});

test("the loss is SciPy's −log likelihood beside the prior", () => {
  const gradient = new Float64Array(5);
  const theta = Float64Array.from(oracle.logTheta as number[]);
  theta[4] = Math.log(Math.exp(logNoise) - 1e-6);
  let prior = kernel.scale - logScale + 30 * Math.exp(logNoise) - 0.1 * logNoise;
  for (const weight of kernel.inverseSquares) prior += 0.1 * (weight + 1 / weight);
  const loss = lossOf({ inputs, values, variances: extra })(theta, gradient);
  assert.ok(Math.abs(loss - (prior - oracle.logLikelihood)) < 1e-10, `${loss}`);
});

test("slopes are those of finite differences: of predictions, and of the loss under both priors", () => {
  const [a, b, slopes] = [predictionOf(process), predictionOf(process), predictionOf(process)];
  const x = Float64Array.of(0.31, 0.62, 1);
  const step = 1e-6;
  predictWithSlopes(process, x, slopes);
  for (const c of [0, 1]) {
    predict(process, x.with(c, x[c] - step), a);
    predict(process, x.with(c, x[c] + step), b);
    assert.ok(Math.abs(slopes.meanSlopes[0][c] - (b.means[0] - a.means[0]) / (2 * step)) < 1e-7);
    assert.ok(Math.abs(slopes.varianceSlopes[c] - (b.variance - a.variance) / (2 * step)) < 1e-7);
  }
  assert.equal(slopes.meanSlopes[0][2], 0);
  const random = new Random({ seed: 1, trial: -1, purpose: "test-gp", index: 0 });
  for (const dimensions of [3, 16]) {
    const wide = {
      count: 12,
      dimensions,
      values: Float64Array.from({ length: 12 * dimensions }, () => random.uniform()),
      isCategory: new Uint8Array(dimensions),
    };
    const loss = lossOf({ inputs: wide, values, variances: extra });
    const theta = Float64Array.from({ length: dimensions + 2 }, () => 2 * random.uniform() - 1.5);
    const gradient = new Float64Array(theta.length);
    const unused = new Float64Array(theta.length);
    loss(theta, gradient);
    for (let c = 0; c < theta.length; c++) {
      const difference =
        (loss(theta.with(c, theta[c] + 1e-5), unused) - loss(theta.with(c, theta[c] - 1e-5), unused)) / 2e-5;
      assert.ok(
        Math.abs(gradient[c] - difference) < 1e-6 * (1 + Math.abs(difference)),
        `${c}: ${gradient[c]} ${difference}`,
      );
    }
  }
});

test("exact values are met, and far away nothing is known but the scale", () => {
  const exact = conditioned(kernel, inputs, values, new Float64Array(12));
  const found = predictionOf(exact);
  for (let i = 0; i < 12; i++) {
    predict(exact, inputs.values.slice(3 * i, 3 * i + 3), found);
    assert.ok(Math.abs(found.means[0] - values[i]) < 1e-6 && found.variance < 1e-6);
  }
  predict(exact, Float64Array.of(1e3, -1e3, 1), found);
  assert.ok(Math.abs(found.means[0]) < 1e-12 && Math.abs(found.variance - kernel.scale) < 1e-12);
});

test("the same place seen twice without noise, and lengths without end, break no factor", () => {
  const twice = { ...inputs, values: inputs.values.slice().fill(0.5) };
  const flat = { inverseSquares: new Float64Array(3), scale: 1 };
  for (const [k, at] of [
    [kernel, twice],
    [flat, inputs],
  ] as const) {
    const found = predictionOf(conditioned(k, at, values, new Float64Array(12)));
    assert.ok(found.row.length === 12);
  }
});

test("the fit finds which coordinate matters, also of many points, and how noisy they are", () => {
  for (const count of [40, 120]) {
    const random = new Random({ seed: count, trial: -1, purpose: "test-gp", index: 1 });
    const places = Float64Array.from({ length: 3 * count }, () => random.uniform());
    const noise = 0.3;
    const seen = Float64Array.from(
      { length: count },
      // A sum of twelve uniforms has variance 1.
      (_, i) =>
        1.4 * Math.sin(7 * places[3 * i]) +
        noise * (Array.from({ length: 12 }, () => random.uniform()).reduce((sum, u) => sum + u, 0) - 6),
    );
    const fitted = fitKernel({
      inputs: { count, dimensions: 3, values: places, isCategory: new Uint8Array(3) },
      values: seen,
      variances: new Float64Array(count),
    });
    const [first, ...rest] = fitted.inverseSquares;
    for (const weight of rest) assert.ok(first > 4 * weight, `${fitted.inverseSquares}`);
    assert.ok(fitted.noise > 0.3 * noise ** 2 && fitted.noise < 2 * noise ** 2, `${fitted.noise}`);
  }
});

test("the kernel's matrix is 1 · scale on its diagonal and falls with distance", () => {
  const matrix = covariance(kernel, inputs);
  for (let i = 0; i < 12; i++) {
    assert.equal(matrix[rowStart(i) + i], kernel.scale);
    for (let j = 0; j < i; j++)
      assert.ok(matrix[rowStart(i) + j] < kernel.scale && matrix[rowStart(i) + j] > 0);
  }
});
