import assert from "node:assert/strict";
import { test } from "node:test";
import { Random } from "../base/random.ts";
import { hypervolume } from "./hypervolume.ts";
import {
  halvingPlan,
  nextHalvingStep,
  nextHalvingSteps,
  type RungResult,
  type RungUnderWay,
} from "./successive-halving.ts";

test("rungs rise by the reduction to the whole and do not begin below the least share", () => {
  assert.deepEqual(halvingPlan({ leastShare: 0.06 }).rungs, [1 / 16, 1 / 4, 1]);
  assert.deepEqual(halvingPlan({ leastShare: 1 / 64 }).rungs.length, 4);
  assert.deepEqual(halvingPlan({ leastShare: 1 / 3 / 3 / 3, reduction: 3 }).rungs.length, 4);
  assert.deepEqual(halvingPlan({ leastShare: 0.3, reduction: 2 }).rungs, [0.5, 1]);
  assert.deepEqual(halvingPlan({ leastShare: 1 }).rungs, [1]);
  assert.throws(() => halvingPlan({ leastShare: 0 }), /leastShare must be above 0 and at most 1, but got 0/);
  assert.throws(
    () => halvingPlan({ leastShare: 0.1, reduction: 1 }),
    /reduction must be at least 2, but got 1/,
  );
});

const plan = halvingPlan({ leastShare: 1 / 4, reduction: 2 });
const result = (number: number, rung: number, ...objectives: number[]): RungResult => ({
  number,
  rung,
  objectives,
  violation: 0,
});
const next = (results: readonly RungResult[], underWay: readonly RungUnderWay[] = []) =>
  nextHalvingStep(plan, ["minimize", "minimize"], results, underWay);

test("the best half of a rung goes on, one by one, and then new designs start", () => {
  const rung0 = [result(0, 0, 1, 4), result(1, 0, 4, 4), result(2, 0, 2, 3), result(3, 0, 5, 5)];
  assert.deepEqual(next([]), { kind: "start", rung: 0 });
  assert.deepEqual(next(rung0.slice(0, 1)), { kind: "start", rung: 0 });
  const first = next(rung0);
  assert.ok(first.kind === "promote" && first.rung === 1 && [0, 2].includes(first.number));
  const other = first.number === 0 ? 2 : 0;
  assert.deepEqual(next(rung0, [first]), { kind: "promote", number: other, rung: 1 });
  assert.deepEqual(next(rung0, [first, { number: other, rung: 1 }]), { kind: "start", rung: 0 });
  // Higher rungs first: there the most has been spent.
  const rung1 = [result(0, 1, 1, 1), result(2, 1, 2, 2)];
  const more = [...rung0, ...rung1, result(4, 0, 0, 0), result(5, 0, 0, 0)];
  assert.deepEqual(next(more), { kind: "promote", number: 0, rung: 2 });
  assert.deepEqual(next(more, [{ number: 0, rung: 2 }]), { kind: "promote", number: 4, rung: 1 });
});

test("designs that fail or miss constraints go on behind all others, failed ones never", () => {
  const missed = { ...result(0, 0, 0, 0), violation: 2 };
  const missedLess = { ...result(1, 0, 9, 9), violation: 1 };
  assert.deepEqual(next([missed, result(2, 0, 5, 5)]), { kind: "promote", number: 2, rung: 1 });
  assert.deepEqual(next([missed, missedLess]), { kind: "promote", number: 1, rung: 1 });
  const failed = [3, 4, 5, 6].map((number) => ({ ...result(number, 0, 0, 0), objectives: null }));
  assert.deepEqual(next(failed), { kind: "start", rung: 0 });
  assert.deepEqual(next([result(7, 0, Number.NaN, 0), result(8, 0, Number.NaN, 0)]), {
    kind: "start",
    rung: 0,
  });
});

/** A design's two objectives; a small share of the evaluation sees them with a large error. */
function measured(number: number, share: number): number[] {
  const design = new Random({ seed: 9, trial: number, purpose: "halving-test", index: 0 });
  const angle = design.uniform() * (Math.PI / 2);
  const radius = 0.2 + design.uniform() ** 2;
  const error = new Random({
    seed: 9,
    trial: number,
    purpose: "halving-test-error",
    index: Math.round(1 / share),
  });
  const noise = (0.1 * (1 - share) * (error.uniform() - 0.5)) / Math.sqrt(share);
  return [radius * Math.cos(angle) + noise, radius * Math.sin(angle) + noise];
}

/** Workers of different speed, until the budget of full evaluations is spent. */
function simulate(workers: number, budget: number, leastShare: number) {
  const ladder = halvingPlan({ leastShare, reduction: 4 });
  const results: RungResult[] = [];
  let underWay: (RungUnderWay & { readonly end: number })[] = [];
  let [spent, started] = [0, 0];
  for (let now = 0; spent < budget; ) {
    while (underWay.length < workers) {
      const step = nextHalvingStep(ladder, ["minimize", "minimize"], results, underWay);
      const number = step.kind === "start" ? started++ : step.number;
      assert.ok(
        ![...underWay, ...results].some((other) => other.number === number && other.rung === step.rung),
      );
      if (step.rung > 0) {
        const below = results.filter(({ rung }) => rung === step.rung - 1);
        assert.ok(below.some((other) => other.number === number));
      }
      const share = ladder.rungs[step.rung] - (ladder.rungs[step.rung - 1] ?? 0);
      spent += share;
      const speed = 1 + 0.7 * Math.sin(number * 12.9 + step.rung);
      underWay.push({ number, rung: step.rung, end: now + share * speed });
    }
    const done = underWay.reduce((first, other) => (other.end < first.end ? other : first));
    underWay = underWay.filter((other) => other !== done);
    now = done.end;
    const { number, rung } = done;
    results.push({ number, rung, objectives: measured(number, ladder.rungs[rung]), violation: 0 });
  }
  return { results, started, top: ladder.rungs.length - 1 };
}

test("every free worker gets a step, nothing runs twice, and what goes on has been measured before", () => {
  for (const workers of [1, 4, 9]) {
    const { results, started } = simulate(workers, 20, 1 / 16);
    assert.ok(started > 60);
    assert.equal(new Set(results.map(({ number, rung }) => `${number}/${rung}`)).size, results.length);
  }
});

test("for the same cost more of the front is found than by whole evaluations", () => {
  const whole = Array.from({ length: 24 }, (_, number) => measured(number, 1));
  const { results, top } = simulate(4, 24, 1 / 16);
  const finished = results.filter(({ rung }) => rung === top).map(({ objectives }) => objectives ?? []);
  const [found, plain] = [hypervolume(finished, [1.2, 1.2]), hypervolume(whole, [1.2, 1.2])];
  assert.ok(found > plain * 1.02, `${found} against ${plain}`);
});

test("the next step is the same in whatever order the same results are told, ties included", () => {
  const { results } = simulate(3, 12, 1 / 16);
  const tied = results.map((one, i) => ({ ...one, objectives: [i % 3, i % 2] }));
  const ladder = halvingPlan({ leastShare: 1 / 16 });
  for (const told of [results, tied]) {
    for (let count = 4; count < told.length; count += 5) {
      const part = told.slice(0, count);
      const step = nextHalvingStep(ladder, ["minimize", "maximize"], part, []);
      const order = Array.from(part.keys());
      new Random({ seed: count, trial: -1, purpose: "halving-test", index: 1 }).shuffle(order);
      assert.deepEqual(
        nextHalvingStep(
          ladder,
          ["minimize", "maximize"],
          order.map((i) => part[i]),
          [],
        ),
        step,
      );
    }
  }
});

test("steps for several workers are those of one asked after the other", () => {
  const { results } = simulate(3, 16, 1 / 16);
  const ladder = halvingPlan({ leastShare: 1 / 16 });
  let promotions = 0;
  for (let count = 8; count < results.length; count += 9) {
    const part = results.slice(0, count);
    const underWay: RungUnderWay[] = [{ number: 900, rung: 1 }];
    const steps = nextHalvingSteps(ladder, ["minimize", "minimize"], part, underWay, 7);
    for (const [i, step] of steps.entries()) {
      assert.deepEqual(nextHalvingStep(ladder, ["minimize", "minimize"], part, underWay), step);
      underWay.push({ number: step.kind === "promote" ? step.number : 1000 + i, rung: step.rung });
      if (step.kind === "promote") promotions++;
    }
  }
  assert.ok(promotions > 10, String(promotions));
});
