import assert from "node:assert/strict";
import { test } from "node:test";
import { samplerContract } from "../../test/contracts/sampler.ts";
import { choice, float, int } from "../space/field.ts";
import { narrow, space } from "../space/space.ts";
import { autoSampler, chosenSampler } from "./auto-sampler.ts";
import { gpSampler } from "./gp-sampler.ts";
import { nsga2Sampler } from "./nsga2-sampler.ts";
import type { PastTrial, SampleRequest } from "./sampler.ts";
import { braninCurrin } from "./test-functions.ts";
import { tpeSampler } from "./tpe-sampler.ts";

samplerContract(autoSampler, { url: new URL("auto-sampler.ts", import.meta.url), name: "autoSampler" });

const about = "a setting";
const conditional = space(
  {
    neuron: choice({ about, options: ["if", "lif"], default: "if" }),
    leak: float({ about, unit: "1", low: 0, high: 1, default: 0.5 }),
  },
  { leak: { neuron: "lif" } },
);

test("few trials of static spaces go to Gaussian processes, conditional ones to TPE, very many to NSGA-II", () => {
  assert.equal(chosenSampler(braninCurrin.space, 0), "gp");
  assert.equal(chosenSampler(braninCurrin.space, 299), "gp");
  assert.equal(chosenSampler(braninCurrin.space, 300), "tpe");
  assert.equal(chosenSampler(braninCurrin.space, 1000), "nsga2");
  assert.equal(chosenSampler(conditional, 0), "tpe");
  assert.equal(chosenSampler(conditional, 1000), "nsga2");
  // With its condition settled or impossible, nothing is conditional any more.
  assert.equal(chosenSampler(narrow(conditional, { neuron: "lif" }), 5), "gp");
  assert.equal(chosenSampler(narrow(conditional, { neuron: "if" }), 5), "gp");
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
