import assert from "node:assert/strict";
import { test } from "node:test";
import { Random } from "../base/random.ts";
import { dense, relu, sequential } from "../model/build.ts";
import { activationPercentile, StatisticsCollector } from "./activation-statistics.ts";

const network = sequential("x", [1], [dense(1), relu(), dense(1)]);

/** Skewed values over many octaves, more than half of them zero or negative. */
function sample(length: number, seed: number): Float32Array {
  const random = new Random({ seed, trial: -1, purpose: "test-activations", index: 0 });
  return Float32Array.from({ length }, () => {
    const value = Math.exp(4 * random.uniform() - 3);
    return random.uniform() < 0.4 ? value : -value * random.integer(2);
  });
}

function collect(values: Float32Array, pieces = 1): ReturnType<StatisticsCollector["finish"]> {
  const collector = new StatisticsCollector(network);
  const size = Math.ceil(values.length / pieces);
  for (let i = 0; i < values.length; i += size) collector.observe("relu1", values.subarray(i, i + size));
  return collector.finish(pieces);
}

/** Linear interpolation between sorted ranks. */
function exactPercentile(values: readonly number[], percent: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  const rank = ((sorted.length - 1) * percent) / 100;
  const low = sorted[Math.floor(rank)];
  return low + (sorted[Math.ceil(rank)] - low) * (rank - Math.floor(rank));
}

test("percentiles lie within 2^-10 above those of the sorted values", () => {
  for (const length of [1, 2, 7, 500, 3001]) {
    const values = sample(length, length);
    const { relu1 } = collect(values).layers;
    const rectified = Array.from(values, (value) => Math.max(0, value));
    const populations = { all: rectified, positive: rectified.filter((value) => value > 0) };
    for (const [population, members] of Object.entries(populations)) {
      if (members.length === 0) continue;
      for (const percent of [0, 1, 50, 90, 99, 99.9, 100]) {
        const exact = exactPercentile(members, percent);
        const got = activationPercentile(relu1, percent, population as "all" | "positive");
        assert.ok(got >= exact * (1 - 1e-12) && got <= exact * (1 + 2 ** -10), `${got} for ${exact}`);
      }
    }
  }
});

test("the 100th percentile is the exact maximum", () => {
  const values = sample(999, 3);
  const { relu1 } = collect(values).layers;
  assert.equal(relu1.maximum, Math.max(...values));
  assert.equal(activationPercentile(relu1, 100, "positive"), relu1.maximum);
});

test("batches of any size give the same statistics", () => {
  const values = sample(1000, 4);
  assert.deepEqual(collect(values, 7).layers, collect(values).layers);
});

test("twice the activations have twice the percentiles, to the bit", () => {
  const values = sample(1000, 5);
  const once = collect(values).layers["relu1"];
  const twice = collect(values.map((value) => 2 * value)).layers["relu1"];
  for (const percent of [10, 50, 99.9, 100]) {
    assert.equal(
      activationPercentile(twice, percent, "positive"),
      2 * activationPercentile(once, percent, "positive"),
    );
  }
});

test("zeros, negatives and minus zero are no positive activations", () => {
  const { relu1 } = collect(Float32Array.of(0, -0, -1, -1e-30, 2)).layers;
  assert.deepEqual([relu1.values, relu1.positive, relu1.maximum], [5, 1, 2]);
  assert.equal(activationPercentile(relu1, 50, "all"), 0);
  assert.equal(activationPercentile(relu1, 50, "positive"), 2);
});

test("a layer that was never active has percentile 0", () => {
  const { relu1 } = collect(Float32Array.of(0, -1)).layers;
  assert.equal(activationPercentile(relu1, 99.9, "positive"), 0);
});

test("activations that are not finite are refused with the layer's name", () => {
  for (const value of [Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY]) {
    assert.throws(() => collect(Float32Array.of(1, value)), /activation of layer "relu1" must be finite/);
  }
});

test("only relu layers and the output are taken in", () => {
  const collector = new StatisticsCollector(network);
  for (const id of ["input", "dense1", "relu1", "dense2"]) collector.observe(id, Float32Array.of(1));
  assert.deepEqual(Object.keys(collector.finish(1).layers), ["relu1", "dense2"]);
});
