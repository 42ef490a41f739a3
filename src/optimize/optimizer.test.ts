import assert from "node:assert/strict";
import { test } from "node:test";
import { choice, float, int } from "../space/field.ts";
import { space } from "../space/space.ts";
import { hypervolume } from "./hypervolume.ts";
import { Optimizer } from "./optimizer.ts";
import type { SampleRequest, Sampler } from "./sampler.ts";
import { samplers } from "./samplers.ts";
import { dtlz2 } from "./test-functions.ts";

const about = "a setting";
const small = space({
  bits: int({ about, unit: "bit", low: 2, high: 8, default: 8 }),
  kind: choice({ about, options: ["a", "b"], default: "a" }),
  gain: float({ about, unit: "1", low: 0, high: 1, default: 0.5 }),
});
const given = { space: small, directions: ["minimize", "maximize"], sampler: "tpe" } as const;

test("asking and telling is what the sampler does with the same history", () => {
  const optimizer = new Optimizer({ ...given, seed: 4, startTrials: 3 });
  for (let i = 0; i < 8; i++) {
    const { number, design } = optimizer.ask();
    assert.equal(number, i);
    const request = { ...given, seed: 4, startTrials: 3, history: optimizer.history(), numbers: [number] };
    assert.deepEqual(samplers.tpe(request), [design]);
    optimizer.tell(number, [design["bits"] as number, design["gain"] as number]);
  }
  assert.equal(optimizer.history().length, 8);
  assert.deepEqual(optimizer.history()[0].design, { bits: 8, kind: "a", gain: 0.5 });
});

test("designs asked at once reach the sampler as under way until they are told", () => {
  const requests: SampleRequest[] = [];
  const optimizer = new Optimizer({
    ...given,
    sampler: (request) => {
      requests.push({ ...request, history: [...request.history] });
      return samplers.random(request);
    },
  });
  const asked = optimizer.askSeveral(3);
  optimizer.tell(1, [1, 2]);
  optimizer.ask();
  assert.deepEqual(
    asked.map(({ number }) => number),
    [0, 1, 2],
  );
  assert.deepEqual(requests[1].pending, [asked[0], asked[2]]);
  assert.deepEqual(
    requests[1].history.map(({ number }) => number),
    [1],
  );
  assert.deepEqual(requests[1].numbers, [3]);
});

test("the best are the whole trials that meet their constraints and that none dominates", () => {
  const optimizer = new Optimizer(given);
  const numbers = optimizer.askSeveral(6).map(({ number }) => number);
  optimizer.tell(numbers[0], [3, 3]);
  optimizer.tell(numbers[1], { objectives: [2, 4], constraints: [-1, 0] });
  optimizer.tell(numbers[2], { objectives: [0, 9], constraints: [-5, 0.5, 0.25] });
  optimizer.tell(numbers[3], { objectives: [0, 9], fidelity: 0.25 });
  optimizer.tell(numbers[4], new Error("out of memory"));
  optimizer.tell(numbers[5], [Number.NaN, 5]);
  assert.deepEqual(
    optimizer.best().map(({ number }) => number),
    [1],
  );
  assert.equal(optimizer.history()[2].violation, 0.75);
  assert.equal(optimizer.history()[4].objectives, null);
  assert.deepEqual(optimizer.pending(), []);
});

test("what is known of an earlier search and designs of one's own count as trials", () => {
  const earlier = new Optimizer(given);
  earlier.tell(earlier.ask().number, [8, 0.1]);
  const later = new Optimizer({ ...given, known: earlier.history() });
  assert.equal(later.add({ bits: 2 }, [1, 0.5]), 1);
  assert.equal(later.ask().number, 2);
  assert.deepEqual(later.history()[1].design, { bits: 2, kind: "a", gain: 0.5 });
  assert.deepEqual(
    later.best().map(({ number }) => number),
    [1],
  );
});

test("wrong numbers, wrong counts and unknown names are refused, and leave the optimiser as it was", () => {
  const optimizer = new Optimizer(given);
  const { number } = optimizer.ask();
  assert.throws(() => optimizer.tell(7, [1, 2]), /trial 7 must be asked and not told yet/);
  assert.throws(() => optimizer.tell(number, [1]), /trial 0 must have 2 objectives, but got 1/);
  assert.throws(
    () => optimizer.tell(number, { objectives: [1, 2], standardErrors: [1] }),
    /trial 0 must have 2 standardErrors, but got 1/,
  );
  assert.throws(() => optimizer.add({ bits: 99 }, [1, 2]), /design.bits must be a whole number from 2 to 8/);
  optimizer.tell(number, [1, 2]);
  assert.throws(() => optimizer.tell(number, [1, 2]), /trial 0 must be asked and not told yet/);
  assert.equal(optimizer.history().length, 1);
  assert.throws(
    () => new Optimizer({ ...given, sampler: "best" as "tpe" }),
    /optimizer.sampler must be one of auto, .*, but got "best"/,
  );
  assert.throws(
    () => new Optimizer({ ...given, directions: [] }),
    /optimizer.directions must be one an objective/,
  );
  assert.throws(
    () => new Optimizer({ ...given, directions: ["minimize", "max" as "maximize"] }),
    /optimizer.directions\[1\] must be "minimize" or "maximize", but got "max"/,
  );
});

test("a reference point is told to the sampler with every request, and must fit the objectives", () => {
  const told: unknown[] = [];
  const sampler: Sampler = (request) => {
    told.push(request.reference);
    return samplers.random(request);
  };
  new Optimizer({ ...given, sampler, reference: [3, -1] }).askSeveral(2);
  new Optimizer({ ...given, sampler }).ask();
  assert.deepEqual(told, [[3, -1], undefined]);
  for (const reference of [[1], [1, Number.NaN]])
    assert.throws(
      () => new Optimizer({ ...given, reference }),
      /optimizer.reference must be one finite number an objective/,
    );
});

test("auto finds more of DTLZ2's hypervolume in 30 trials than chance does", () => {
  const problem = dtlz2(3, 2);
  const found = (sampler: "auto" | "random", seed: number): number => {
    const optimizer = new Optimizer({
      space: problem.space,
      directions: ["minimize", "minimize"],
      sampler,
      seed,
      startTrials: 8,
    });
    for (let i = 0; i < 30; i++) {
      const { number, design } = optimizer.ask();
      optimizer.tell(number, problem.objectives(Object.values(design) as number[]));
    }
    const points = optimizer.history().map(({ objectives }) => objectives ?? []);
    return hypervolume(points, problem.reference);
  };
  for (const seed of [0, 1]) assert.ok(found("auto", seed) > found("random", seed) + 0.05);
});
