import assert from "node:assert/strict";
import { test } from "node:test";
import { samplerContract } from "../../test/contracts/sampler.ts";
import { optunaCases } from "../../test/optuna-cases.ts";
import { Random } from "../base/random.ts";
import { flag, float, int } from "../space/field.ts";
import { space } from "../space/space.ts";
import { hypervolume } from "./hypervolume.ts";
import { randomSampler } from "./random-sampler.ts";
import type { PastTrial, PendingTrial, SampleRequest, Sampler } from "./sampler.ts";
import { braninCurrin, zdt1 } from "./test-functions.ts";
import { densityRatio } from "./tpe/density-ratio.ts";
import type { Dimension } from "./tpe/dimension.ts";
import { parzenEstimator } from "./tpe/parzen-estimator.ts";
import { splitTrials } from "./tpe/split-trials.ts";
import { ageWeights, hypervolumeWeights } from "./tpe/trial-weights.ts";
import { tpeEvidence, tpeSampler, tpeSamplerWith } from "./tpe-sampler.ts";

samplerContract(tpeSampler, { url: new URL("tpe-sampler.ts", import.meta.url), name: "tpeSampler" });

for (const { name, space: of, directions, history, pending, good, candidates, ratios } of optunaCases()) {
  test(`the good trials are Optuna 5's: ${name}`, () => {
    const split = splitTrials(history, directions);
    assert.deepEqual(
      split.good.map(({ number }) => number),
      good,
    );
    assert.equal(split.good.length + split.bad.length, history.length);
  });

  test(`log l − log g is Optuna 5's to 1e-9: ${name}`, () => {
    const evidence = tpeEvidence(
      { history, directions },
      { weights: "uniform", hasConstantLiar: true },
    )(pending);
    for (const { names, logRatios } of ratios) {
      const ratio = densityRatio(of, names, evidence.good, evidence.bad);
      for (const [i, candidate] of candidates.entries()) {
        const error = Math.abs(ratio.logRatio(candidate) - logRatios[i]);
        assert.ok(error < 1e-9, `${names} ${JSON.stringify(candidate)}: ${error}`);
      }
    }
  });
}

/** Every kind of dimension, log and grid. */
const dimensions: readonly Dimension[] = [
  { kind: "number", low: -1, high: 3, isLog: false, step: 0 },
  { kind: "number", low: 1, high: 100, isLog: true, step: 0 },
  { kind: "number", low: 1, high: 6, isLog: true, step: 1 },
  { kind: "number", low: 0, high: 2, isLog: false, step: 0.5 },
  { kind: "category", count: 4 },
];
const seen = [
  [0, 10, 1, 1.5, 3],
  [0.1, 12, 1, 2, 3],
  [2.5, 90, 5, 0, 0],
];

test("a Parzen estimator's densities sum to 1 over every kind of dimension", () => {
  for (const [d, dimension] of dimensions.entries()) {
    const estimator = parzenEstimator(
      [dimension],
      seen.map((coordinates) => [coordinates[d]]),
      [1, 0.5, 2],
    );
    const density = (value: number) => Math.exp(estimator.logDensity([value]));
    let total = 0;
    if (dimension.kind === "category") {
      for (let value = 0; value < dimension.count; value++) total += density(value);
    } else if (dimension.step > 0) {
      for (let value = dimension.low; value <= dimension.high; value += dimension.step)
        total += density(value);
    } else {
      // Midpoints, on the logarithm where the density is one of the logarithm.
      const [low, high] = dimension.isLog ? [Math.log(dimension.low), Math.log(dimension.high)] : [-1, 3];
      for (let i = 0; i < 4000; i++) {
        const place = low + ((high - low) * (i + 0.5)) / 4000;
        total += (density(dimension.isLog ? Math.exp(place) : place) * (high - low)) / 4000;
      }
    }
    assert.ok(Math.abs(total - 1) < 1e-6, `${JSON.stringify(dimension)}: ${total}`);
  }
});

test("draws are as frequent as the density says, and dimensions go together as observed", () => {
  const estimator = parzenEstimator(dimensions, seen, [1, 1, 1]);
  const random = new Random({ seed: 1, trial: 0, purpose: "parzen-test", index: 0 });
  const draws = Array.from({ length: 20_000 }, () => estimator.draw(random));
  for (const [d, dimension] of dimensions.entries()) {
    const alone = parzenEstimator(
      [dimension],
      seen.map((coordinates) => [coordinates[d]]),
      [1, 1, 1],
    );
    if (dimension.kind === "number" && dimension.step === 0) {
      // Below the first observation's value: the integral of the density.
      const [edge] = [seen[0][d]];
      const at = (value: number) => (dimension.isLog ? Math.log(value) : value);
      const width = at(edge) - at(dimension.low);
      let share = 0;
      for (let i = 0; i < 2000; i++) {
        const place = at(dimension.low) + (width * (i + 0.5)) / 2000;
        share += (Math.exp(alone.logDensity([dimension.isLog ? Math.exp(place) : place])) * width) / 2000;
      }
      const drawn = draws.filter((coordinates) => coordinates[d] < edge).length / draws.length;
      assert.ok(Math.abs(drawn - share) < 0.015, `${d}: ${drawn} against ${share}`);
      continue;
    }
    for (const value of new Set(draws.map((coordinates) => coordinates[d]))) {
      const drawn = draws.filter((coordinates) => coordinates[d] === value).length / draws.length;
      const share = Math.exp(alone.logDensity([value]));
      assert.ok(Math.abs(drawn - share) < 0.015, `${d}, ${value}: ${drawn} against ${share}`);
    }
  }
  const withLarge = draws.filter(([first]) => first > 2);
  const alike = withLarge.filter(([, , , , word]) => word === 0).length / withLarge.length;
  const overall = draws.filter(([, , , , word]) => word === 0).length / draws.length;
  assert.ok(alike > overall + 0.05, `${alike} against ${overall}`);
});

test("the newest 25 observations count fully, older ones less, the oldest least", () => {
  assert.deepEqual(ageWeights(0), []);
  assert.deepEqual(ageWeights(24), new Array(24).fill(1));
  assert.deepEqual(ageWeights(28), [1 / 28, (1 / 28 + 1) / 2, 1, ...new Array(25).fill(1)]);
  assert.deepEqual(ageWeights(26).slice(0, 2), [1 / 26, 1]);
});

test("by hypervolume, a trial counts as much as it adds, and next to nothing when dominated or infeasible", () => {
  const trial = (number: number, objectives: readonly number[], violation = 0): PastTrial => ({
    number,
    design: {},
    objectives,
    violation,
  });
  const trials = [trial(0, [1, 3]), trial(1, [3, 1]), trial(2, [3, 3]), trial(3, [0, 0], 1)];
  const weights = hypervolumeWeights(trials, ["minimize", "minimize"]);
  assert.equal(weights[0], 1);
  assert.ok(Math.abs(weights[1] - 1) < 1e-12);
  assert.deepEqual(weights.slice(2), [1e-12, 1e-12]);
});

const line = space({ x: float({ about: "x", unit: "1", low: 0, high: 1, default: 0.5 }) });

/** One objective, least at 0.8; one design at a time is told. */
function told(count: number): readonly PastTrial[] {
  return Array.from({ length: count }, (_, number) => {
    const x = ((number * 7) % count) / count;
    return { number, design: { x }, objectives: [(x - 0.8) ** 2], violation: 0 };
  });
}

test("most designs lie near the best, and trials under way keep later ones off", () => {
  const asked = (given: Partial<SampleRequest>) =>
    tpeSampler({
      space: line,
      directions: ["minimize"],
      history: told(60),
      numbers: [60],
      seed: 0,
      startTrials: 10,
      ...given,
    }).map(({ x }) => x as number);
  const near = (x: number) => Math.abs(x - 0.8) < 0.1;
  const alone = Array.from({ length: 40 }, (_, i) => asked({ numbers: [60 + i] })[0]);
  assert.ok(alone.filter(near).length >= 32, `${alone.filter(near).length}`);
  const pending = Array.from({ length: 40 }, (_, i) => ({ number: 60 + i, design: { x: 0.7 + 0.005 * i } }));
  const avoiding = Array.from({ length: 40 }, (_, i) => asked({ numbers: [100 + i], pending })[0]);
  assert.ok(
    avoiding.filter(near).length < 0.75 * alone.filter(near).length,
    `${avoiding.filter(near).length}`,
  );
  const withoutLiar = tpeSamplerWith({ hasConstantLiar: false });
  const request = {
    space: line,
    directions: ["minimize"],
    history: told(60),
    seed: 0,
    startTrials: 10,
  } as const;
  assert.deepEqual(
    withoutLiar({ ...request, numbers: [70], pending }),
    withoutLiar({ ...request, numbers: [70] }),
  );
});

test("designs asked at once are those asked one after the other, each under way for the next", () => {
  const given = {
    space: line,
    directions: ["minimize"],
    history: told(60),
    seed: 0,
    startTrials: 10,
  } as const;
  const numbers = Array.from({ length: 30 }, (_, i) => 60 + i);
  const atOnce = tpeSampler({ ...given, numbers });
  const pending: PendingTrial[] = [];
  for (const number of numbers) {
    const [design] = tpeSampler({ ...given, numbers: [number], pending });
    pending.push({ number, design });
  }
  assert.deepEqual(
    atOnce,
    pending.map(({ design }) => design),
  );
});

test("conditional settings are drawn after what decides on them, whatever the order in the space", () => {
  const chain = space(
    {
      leaf: float({ about: "leaf", unit: "1", low: 0, high: 1, default: 0 }),
      branch: flag({ about: "branch", default: false }),
      root: flag({ about: "root", default: false }),
    },
    { leaf: { branch: true }, branch: { root: true } },
  );
  const given = { space: chain, directions: ["maximize", "maximize"], seed: 1, startTrials: 0 } as const;
  const history = Array.from({ length: 30 }, (_, number) => {
    const design = { root: number % 4 > 0, branch: number % 4 > 1, leaf: number % 4 > 1 ? number / 30 : 0 };
    return { number, design, objectives: [design.leaf, Number(design.branch)], violation: 0 };
  });
  const numbers = Array.from({ length: 20 }, (_, i) => 30 + i);
  const active = tpeSampler({ ...given, history, numbers }).filter(({ branch }) => branch === true);
  assert.ok(active.length >= 5);
  for (const { leaf } of active) assert.notEqual(leaf, 0);
});

test("a design is not asked twice while there are others", () => {
  const few = space({
    bits: int({ about: "bits", unit: "bit", low: 1, high: 6, default: 4 }),
    isSigned: flag({ about: "sign", default: false }),
  });
  const history: PastTrial[] = [];
  for (let number = 0; number < 12; number += 3) {
    const numbers = [number, number + 1, number + 2];
    const designs = tpeSampler({
      space: few,
      directions: ["minimize", "minimize"],
      history: [...history],
      numbers,
      seed: 2,
      startTrials: 6,
    });
    for (const [i, design] of designs.entries()) {
      const bits = design["bits"] as number;
      history.push({ number: numbers[i], design, objectives: [bits, -bits], violation: 0 });
    }
  }
  assert.ok(new Set(history.map(({ design }) => JSON.stringify(design))).size === 12);
});

test("TPE finds more of BraninCurrin's and ZDT1's hypervolume than chance, with every setting of its switches", () => {
  for (const problem of [braninCurrin, zdt1(4)]) {
    const share = (sampler: Sampler, seed: number): number => {
      const history: PastTrial[] = [];
      for (let number = 0; number < 60; number++) {
        const { space: of, reference } = problem;
        const directions = reference.map(() => "minimize" as const);
        const [design] = sampler({
          space: of,
          directions,
          history: [...history],
          numbers: [number],
          seed,
          startTrials: 10,
        });
        const x = Object.keys(of.fields).map((name) => design[name] as number);
        history.push({ number, design, objectives: problem.objectives(x), violation: 0 });
      }
      return hypervolume(
        history.map(({ objectives }) => objectives ?? []),
        problem.reference,
      );
    };
    const mean = (sampler: Sampler) =>
      [0, 1, 2, 3].map((seed) => share(sampler, seed)).reduce((sum, value) => sum + value / 4, 0);
    const byChance = mean(randomSampler);
    for (const options of [{}, { multivariate: "on" }, { weights: "hypervolume" }] as const) {
      const found = mean(tpeSamplerWith(options));
      assert.ok(found > byChance * 1.03, `${problem.name} ${JSON.stringify(options)}: ${found}, ${byChance}`);
    }
  }
});
