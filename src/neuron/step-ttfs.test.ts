import assert from "node:assert/strict";
import { test } from "node:test";
import { Random } from "../base/random.ts";
import { dynamicsOf } from "./dynamics.ts";
import { parametersOf } from "./neuron-parameters.ts";
import { integerRulesOf } from "./step-integer.ts";
import { stepTtfs } from "./step-ttfs.ts";

/** Steps at which a neuron fires. @param inputs - by step */
function firing(
  startStep: number,
  windowSteps: number,
  threshold: number,
  inputs: readonly number[],
): number[] {
  const state = { potential: 0, current: 0, hasFired: false };
  return inputs.flatMap((input, step) =>
    stepTtfs({ startStep, windowSteps }, threshold, state, input, step) ? [step] : [],
  );
}

test("a ttfs neuron's spike has clip(floor(z W/theta + 1/2), 0, W) steps left, exactly", () => {
  const random = new Random({ seed: 2, trial: -1, purpose: "ttfs-test", index: 0 });
  const seen = new Set<number>();
  for (let trial = 0; trial < 3000; trial++) {
    const windowSteps = 1 + random.integer(20);
    const startStep = random.integer(4);
    const threshold = 1 + random.integer(300);
    const inputs = new Array<number>(startStep + 2 * windowSteps + 2).fill(0);
    let sum = 0;
    for (let n = 0; n < 4; n++) {
      const left = 1 + random.integer(windowSteps);
      const weight = random.integer(101) - 40;
      inputs[startStep + windowSteps - left] += weight;
      sum += left * weight;
    }
    const left = Math.min(windowSteps, Math.max(0, Math.floor((sum * windowSteps) / threshold + 0.5)));
    const expected = left === 0 ? [] : [startStep + 2 * windowSteps - left];
    assert.deepEqual(firing(startStep, windowSteps, threshold, inputs), expected);
    seen.add(left === windowSteps ? -1 : left);
  }
  assert.ok(seen.has(0) && seen.has(-1) && seen.size > 15, "silent, saturated and in between");
});

test("what comes outside the listening window counts nothing", () => {
  const inside = [0, 0, 3, 0, 0, 0, 0, 0, 0, 0];
  const around = [90, 90, 3, 0, 0, 0, 90, 90, 90, 90];
  assert.deepEqual(firing(2, 4, 20, inside), firing(2, 4, 20, around));
  // 3 counts 4 steps: 12 · 4/20 rounds to 2.
  assert.deepEqual(firing(2, 4, 20, inside), [8]);
});

test("a current that is the same at every step counts W (W + 1)/2 times", () => {
  for (let windowSteps = 1; windowSteps < 12; windowSteps++) {
    const sum = (windowSteps * (windowSteps + 1)) / 2;
    const held = new Array<number>(2 * windowSteps).fill(1);
    // One part of the threshold less and the first step would come too early.
    assert.deepEqual(firing(0, windowSteps, sum, held), [windowSteps]);
    assert.notDeepEqual(firing(0, windowSteps, sum * 4 * windowSteps, held), [windowSteps]);
  }
});

test("ttfs neurons have a window, a threshold and a start, and nothing of other models", () => {
  const form = { model: "ttfs", reset: "none", startStep: 3, windowSteps: 8 } as const;
  assert.deepEqual(dynamicsOf(form).window, { startStep: 3, windowSteps: 8 });
  assert.deepEqual(
    parametersOf(form).map(({ name }) => name),
    ["threshold", "initialPotential"],
  );
  assert.deepEqual(
    parametersOf({ ...form, emits: "potential" }).map(({ name }) => name),
    ["initialPotential"],
  );
  for (const [change, message] of [
    [{ startStep: -1 }, /neuron startStep must be a whole number of at least 0, but got -1/],
    [{ windowSteps: 0 }, /neuron windowSteps must be a whole number from 1 to 4096/],
    [{ windowSteps: 4097 }, /neuron windowSteps/],
    [{ reset: "subtract" }, /neuron reset must be none for ttfs/],
    [{ maximumSpikes: 2 }, /must not be given for ttfs/],
    [{ semantics: "norse" }, /must be spikefront for ttfs/],
    [{ isSigned: true }, /isSigned/],
    [{ model: "if" }, /startStep and windowSteps must only be given for ttfs/],
  ] as const) {
    assert.throws(() => dynamicsOf({ ...form, ...change }), message);
  }
  const integer = { potentialBits: 32, overflow: "wrap" } as const;
  assert.throws(() => integerRulesOf(form, integer, 'layer "a"'), /layer "a" must be if or lif/);
});
