import assert from "node:assert/strict";
import { test } from "node:test";
import { samplerContract } from "../../test/contracts/sampler.ts";
import { choice, int } from "../space/field.ts";
import { narrow, space } from "../space/space.ts";
import { hypervolume } from "./hypervolume.ts";
import { nsga2Sampler, nsga2SamplerWith } from "./nsga2-sampler.ts";
import { randomSampler } from "./random-sampler.ts";
import type { PastTrial, Sampler } from "./sampler.ts";
import { sobolSampler } from "./sobol-sampler.ts";
import { braninCurrin, dtlz2, type TestFunction, zdt1, zdt2, zdt3 } from "./test-functions.ts";

samplerContract(nsga2Sampler, { url: new URL("nsga2-sampler.ts", import.meta.url), name: "nsga2Sampler" });
samplerContract(sobolSampler, { url: new URL("sobol-sampler.ts", import.meta.url), name: "sobolSampler" });
samplerContract(randomSampler, { url: new URL("random-sampler.ts", import.meta.url), name: "randomSampler" });

const seeds = [0, 1, 2, 3, 4, 5, 6];

/** Median over the seeds of the share of the best hypervolume after 100 trials in batches of four. */
function medianShare(sampler: Sampler, problem: TestFunction): number {
  const shares = seeds.map((seed) => {
    const points = search(sampler, problem, seed).map(({ objectives }) => objectives ?? []);
    return hypervolume(points, problem.reference) / problem.bestHypervolume;
  });
  return shares.sort((a, b) => a - b)[(seeds.length - 1) / 2];
}

function search(
  sampler: Sampler,
  { space: of, reference, objectives }: TestFunction,
  seed: number,
  violationOf: (x: readonly number[]) => number = () => 0,
  trials = 100,
): readonly PastTrial[] {
  const history: PastTrial[] = [];
  for (let first = 0; first < trials; first += 4) {
    const designs = sampler({
      space: of,
      directions: reference.map(() => "minimize"),
      history: [...history],
      numbers: [first, first + 1, first + 2, first + 3],
      seed,
      startTrials: 16,
    });
    designs.forEach((design, i) => {
      const x = Object.keys(of.fields).map((name) => design[name] as number);
      history.push({ number: first + i, design, objectives: objectives(x), violation: violationOf(x) });
    });
  }
  return history;
}

/** Measured shares lie 0.03 or more above. */
const leastShares = new Map<TestFunction, number>([
  [braninCurrin, 0.65],
  [zdt1(6), 0.9],
  [zdt2(6), 0.81],
  [zdt3(6), 0.86],
  [dtlz2(6, 2), 0.7],
  [dtlz2(6, 3), 0.53],
]);
for (const [problem, least] of leastShares) {
  test(`NSGA-II fills ${100 * least} % of the best hypervolume of ${problem.name} in 100 trials, and beats chance`, () => {
    const share = medianShare(nsga2Sampler, problem);
    assert.ok(share >= least, `${share}`);
    assert.ok(share <= 1, `${share}`);
    const byChance = medianShare(randomSampler, problem);
    assert.ok(share > byChance + 0.02, `${share} against ${byChance} by chance`);
  });
}

test("with simulated binary crossover NSGA-II asks other designs and fills nearly as much", () => {
  const sampler = nsga2SamplerWith({ crossover: "sbx" });
  for (const [problem, least] of leastShares) {
    if (problem.name !== "ZDT1" && problem.name !== "DTLZ2-2") continue;
    const share = medianShare(sampler, problem);
    assert.ok(share >= least - 0.03 && share <= 1, `${problem.name}: ${share}`);
  }
  assert.notDeepEqual(search(sampler, braninCurrin, 1), search(nsga2Sampler, braninCurrin, 1));
});

test("trial 0 is the default design, and NSGA-II starts with the Sobol sequence", () => {
  for (const sampler of [sobolSampler, nsga2Sampler]) {
    const [first] = search(sampler, braninCurrin, 5, undefined, 4);
    assert.deepEqual(first.design, { x0: 0.5, x1: 0.5 });
  }
  const start = search(nsga2Sampler, braninCurrin, 5, undefined, 16);
  assert.deepEqual(start, search(sobolSampler, braninCurrin, 5, undefined, 16));
});

test("constraints come first: where x0 must be at least 0.8, most of NSGA-II's later designs are there", () => {
  const violation = ([first]: readonly number[]) => Math.max(0, 0.8 - first);
  for (const seed of seeds) {
    const late = search(nsga2Sampler, zdt1(6), seed, violation).slice(60);
    const feasible = late.filter(({ violation: missed }) => missed === 0).length;
    assert.ok(feasible >= 24, `seed ${seed}: ${feasible} of 40`);
  }
});

test("the worst objectives with no violation go before the best with one", () => {
  // All parents that count are at x0 >= 0.9, though the objectives praise the others.
  const history: readonly PastTrial[] = Array.from({ length: 60 }, (_, number) => {
    const isFeasible = number >= 30;
    const x0 = isFeasible ? 0.9 + number / 1000 : number / 1000;
    return {
      number,
      design: { x0, x1: 0.5 },
      objectives: isFeasible ? [9, 9] : [0, 0],
      violation: isFeasible ? 0 : 1,
    };
  });
  const designs = nsga2Sampler({
    space: braninCurrin.space,
    directions: ["minimize", "minimize"],
    history,
    numbers: Array.from({ length: 40 }, (_, i) => 60 + i),
    seed: 0,
    startTrials: 16,
  });
  assert.ok(designs.every(({ x0 }) => (x0 as number) > 0.6));
});

const small = space({
  bits: int({ about: "bits", unit: "bit", low: 1, high: 6, default: 4 }),
  reset: choice({ about: "reset", options: ["subtract", "zero"], default: "zero" }),
});

function searchSmall(of: typeof small | ReturnType<typeof narrow>, trials: number): readonly string[] {
  const history: PastTrial[] = [];
  for (let number = 0; number < trials; number++) {
    const [design] = nsga2Sampler({
      space: of,
      directions: ["minimize", "minimize"],
      history: [...history],
      numbers: [number],
      seed: 2,
      startTrials: 6,
    });
    const bits = design["bits"] as number;
    history.push({ number, design, objectives: [bits, -bits], violation: 0 });
  }
  return history.map(({ design }) => JSON.stringify(design));
}

test("NSGA-II repeats no design while there are new ones nearby, and goes on when there are none", () => {
  assert.equal(new Set(searchSmall(small, 11)).size, 11);
  const exhausted = searchSmall(narrow(small, { bits: { high: 2 } }), 9);
  assert.equal(exhausted.length, 9);
  assert.equal(new Set(exhausted).size, 4);
});
