import assert from "node:assert/strict";
import { test } from "node:test";
import { Random } from "../base/random.ts";
import { type Racer, raceState } from "./racing.ts";
import { studentTail } from "./student-t.ts";

test("Student's tails are those of the tables, Cauchy's for one degree and mirrored below 0", () => {
  // Critical values of one-sided 0.05, 0.01 and 0.001 (Abramowitz & Stegun 1964, table 26.10).
  for (const [degrees, t05, t01, t001] of [
    [1, 6.314, 31.821, 318.309],
    [2, 2.92, 6.965, 22.327],
    [3, 2.353, 4.541, 10.215],
    [4, 2.132, 3.747, 7.173],
    [5, 2.015, 3.365, 5.893],
    [10, 1.812, 2.764, 4.144],
    [29, 1.699, 2.462, 3.396],
    [120, 1.658, 2.358, 3.16],
  ]) {
    for (const [t, tail] of [
      [t05, 0.05],
      [t01, 0.01],
      [t001, 0.001],
    ])
      assert.ok(
        Math.abs(studentTail(t, degrees) / tail - 1) < 2e-3,
        `${degrees}, ${t}: ${studentTail(t, degrees)}`,
      );
    assert.equal(studentTail(0, degrees), 0.5);
    assert.equal(studentTail(-1.3, degrees) + studentTail(1.3, degrees), 1);
  }
  for (const t of [0.1, 1, 3])
    assert.ok(Math.abs(studentTail(t, 1) - (0.5 - Math.atan(t) / Math.PI)) < 1e-15);
});

interface Truth {
  readonly number: number;
  readonly mean: readonly number[];
}

function gauss(random: Random): number {
  return Math.sqrt(-2 * Math.log(1 - random.uniform())) * Math.cos(2 * Math.PI * random.uniform());
}

/** Repeat `index`: chance that all designs share, and some of their own; cost is exact. */
function repeat({ number, mean }: Truth, seed: number, index: number): number[] {
  const shared = gauss(new Random({ seed, trial: -1, purpose: "race-shared", index }));
  const own = gauss(new Random({ seed, trial: number, purpose: "race-own", index }));
  return [mean[0] + 0.3 * shared + 0.05 * own, mean[1]];
}

function race(truths: readonly Truth[], seed: number, maxRepeats: number, looks?: readonly number[]) {
  const told = { directions: ["minimize", "minimize"], maxRepeats, ...(looks && { looks }) } as const;
  const repeats = new Map<number, number[][]>(truths.map(({ number }) => [number, []]));
  const racers = (): Racer[] =>
    truths.map(({ number }) => ({ number, repeats: [...(repeats.get(number) ?? [])] }));
  let state = raceState(racers(), told);
  let spent = 0;
  for (; state.next.length > 0; state = raceState(racers(), told)) {
    for (const number of state.next) {
      const truth = truths.find((one) => one.number === number) ?? truths[0];
      const own = repeats.get(number) ?? [];
      own.push(repeat(truth, seed, own.length));
      spent++;
    }
  }
  return { state, spent };
}

/** A front of five, and ten designs behind it: near ones and far ones. */
const truths: readonly Truth[] = [
  ...[0, 1, 2, 3, 4].map((number) => ({ number, mean: [1 - 0.2 * number, 1 + number] })),
  ...[0, 1, 2, 3, 4].map((k) => ({ number: 5 + k, mean: [1.12 - 0.2 * k, 1.001 + k] })),
  ...[0, 1, 2, 3, 4].map((k) => ({ number: 10 + k, mean: [2 - 0.2 * k, 3 + k] })),
];

test("races keep the front, beat what lies behind it, and spend less than repeating everything", () => {
  let [lost, beaten, spent] = [0, 0, 0];
  const seeds = 40;
  for (let seed = 0; seed < seeds; seed++) {
    const { state, spent: cost } = race(truths, seed, 20);
    lost += state.eliminated.filter((number) => number < 5).length;
    beaten += state.eliminated.filter((number) => number >= 5).length;
    spent += cost;
  }
  // At most a tenth of the front by the level; Bonferroni keeps well below it.
  assert.ok(lost <= 0.05 * 5 * seeds, `${lost} of ${5 * seeds} lost`);
  assert.ok(beaten >= 0.9 * 10 * seeds, `${beaten} of ${10 * seeds} beaten`);
  assert.ok(spent < 0.5 * 15 * 20 * seeds, `${spent} of ${15 * 20 * seeds} repeats`);
});

test("designs that are equal but for chance are not beaten more often than the level says, and run to the limit", () => {
  const twins: readonly Truth[] = [0, 1].map((number) => ({ number, mean: [1, 1] }));
  let lost = 0;
  for (let seed = 0; seed < 200; seed++) lost += race(twins, seed, 12).state.eliminated.length;
  assert.ok(lost <= 0.1 * 400, `${lost} of 400`);
  assert.ok(race(twins, 0, 12).spent >= 6);
});

const exact = (number: number, values: readonly number[], count = 3): Racer => ({
  number,
  repeats: Array.from({ length: count }, () => values),
});
const options = { directions: ["minimize", "maximize"], maxRepeats: 8 } as const;

test("exact designs are decided at once, and equal ones leave each other standing", () => {
  const state = raceState([exact(2, [1, 1]), exact(0, [1, 2]), exact(1, [0, 1]), exact(3, [1, 2])], options);
  assert.deepEqual(state, { eliminated: [2], settled: [0, 1, 3], next: [] });
});

test("to stand, a design must be better in one objective at the level shared among them", () => {
  // Differences of 1, 2, −0.5 and 1.5: t = 1.85 at 3 degrees, p = 0.081.
  const a = { number: 0, repeats: [0, 0, 0.5, 0].map((value) => [value, 5]) };
  const b = { number: 1, repeats: [1, 2, 0, 1.5].map((value) => [value, 1]) };
  const given = { directions: ["minimize", "minimize"], minRepeats: 4, maxRepeats: 4 } as const;
  assert.deepEqual(raceState([a, b], { ...given, level: 0.1 }).settled, [1]);
  assert.deepEqual(raceState([a, b], { ...given, level: 0.17 }).settled, [0, 1]);
});

test("nothing is decided before the least repeats, and those behind catch up first", () => {
  const state = raceState([exact(0, [0, 9], 2), exact(1, [9, 0], 3), exact(2, [9, 0], 1)], options);
  assert.deepEqual(state, { eliminated: [], settled: [], next: [2] });
});

test("a repeat that failed eliminates its design, and one design alone is settled", () => {
  const failed = { number: 4, repeats: [[1, Number.NaN]] };
  assert.deepEqual(raceState([exact(0, [1, 1]), failed], options), {
    eliminated: [4],
    settled: [0],
    next: [],
  });
  assert.deepEqual(raceState([], options), { eliminated: [], settled: [], next: [] });
});

test("the order of the designs makes no difference", () => {
  const racers = truths.map((truth) => ({
    number: truth.number,
    repeats: Array.from({ length: 3 + (truth.number % 3) }, (_, i) => repeat(truth, 3, i)),
  }));
  const given = { directions: ["minimize", "minimize"], maxRepeats: 20 } as const;
  assert.deepEqual(raceState([...racers].reverse(), given), raceState(racers, given));
});

test("designs are compared at looks only, and each of few looks may be less sure than each of many", () => {
  // t = 4.29 at 3 degrees: p = 0.0116. Of 0.1, seven looks leave 0.0143 each to one objective and 0.0071 to each of two.
  const a = { number: 0, repeats: [0, 0, 0.5, 0].map((value) => [value, 5]) };
  const b = { number: 1, repeats: [1.4, 1.2, 2.3, 0.6].map((value) => [value, 1]) };
  const given = { directions: ["minimize", "minimize"], maxRepeats: 9 } as const;
  assert.deepEqual(raceState([a, b], given).settled, [1]);
  assert.deepEqual(raceState([a, b], { ...given, looks: [4, 9] }).settled, [0, 1]);
  assert.deepEqual(raceState([a, b], { ...given, looks: [5, 9] }).settled, []);
  assert.throws(() => raceState([a, b], { ...given, looks: [4, 8] }), /race.looks must rise from .* to 9/);
  assert.throws(() => raceState([a, b], { ...given, looks: [5, 4, 9] }), /race.looks/);
});

test("a race with few looks keeps the front as often, and beats what lies behind it", () => {
  let [lost, beaten] = [0, 0];
  const seeds = 40;
  for (let seed = 0; seed < seeds; seed++) {
    const { state } = race(truths, seed, 16, [4, 8, 16]);
    lost += state.eliminated.filter((number) => number < 5).length;
    beaten += state.eliminated.filter((number) => number >= 5).length;
  }
  assert.ok(lost <= 0.05 * 5 * seeds, `${lost} of ${5 * seeds} lost`);
  assert.ok(beaten >= 0.9 * 10 * seeds, `${beaten} of ${10 * seeds} beaten`);
});

test("levels and repeats that make no race are refused", () => {
  assert.throws(
    () => raceState([], { ...options, level: 0 }),
    /race.level must be between 0 and 1, but got 0/,
  );
  assert.throws(
    () => raceState([], { ...options, minRepeats: 9 }),
    /must have 2 <= minRepeats <= maxRepeats/,
  );
});
