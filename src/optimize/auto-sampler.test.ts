import assert from "node:assert/strict";
import { test } from "node:test";
import { samplerContract } from "../../test/contracts/sampler.ts";
import { int } from "../space/field.ts";
import { space } from "../space/space.ts";
import { autoSampler, chosenSampler } from "./auto-sampler.ts";
import { gpSampler } from "./gp-sampler.ts";
import { nsga2Sampler } from "./nsga2-sampler.ts";
import type { PastTrial, SampleRequest } from "./sampler.ts";
import { braninCurrin } from "./test-functions.ts";
import { tpeSampler } from "./tpe-sampler.ts";

// As long as the contract of `gp`, which leads these searches.
samplerContract(autoSampler, { url: new URL("auto-sampler.ts", import.meta.url), name: "autoSampler" }, 48);

const about = "a setting";

test("few trials go to Gaussian processes, more to TPE, very many to NSGA-II", () => {
  const numbers = [0, 299, 300, 999, 1000];
  assert.deepEqual(numbers.map(chosenSampler), ["gp", "gp", "tpe", "tpe", "nsga2"]);
});

const history: readonly PastTrial[] = Array.from({ length: 12 }, (_, number) => {
  const x = [(number * 5) % 12, (number * 7) % 12].map((value) => value / 12);
  return { number, design: { x0: x[0], x1: x[1] }, objectives: braninCurrin.objectives(x), violation: 0 };
});
const asked: SampleRequest = {
  space: braninCurrin.space,
  directions: ["minimize", "minimize"],
  history,
  numbers: [],
  seed: 3,
  startTrials: 4,
};

test("what is asked is the chosen sampler's, also where one request spans a border", () => {
  for (const [numbers, sampler] of [
    [[12, 13], gpSampler],
    [[400, 401], tpeSampler],
    [[1200], nsga2Sampler],
  ] as const)
    assert.deepEqual(autoSampler({ ...asked, numbers }), sampler({ ...asked, numbers }));
  // Two of six designs are left: what the one sampler asks, the other must not.
  const line = space({ bits: int({ about, unit: "bit", low: 1, high: 6, default: 1 }) });
  const known = [1, 2, 5, 6].map((bits, number) => ({
    number,
    design: { bits },
    objectives: [bits, -bits],
    violation: 0,
  }));
  for (const seed of [0, 1, 2, 3]) {
    const designs = autoSampler({ ...asked, space: line, history: known, numbers: [299, 300], seed });
    assert.deepEqual(new Set(designs.map(({ bits }) => bits)), new Set([3, 4]));
  }
});
