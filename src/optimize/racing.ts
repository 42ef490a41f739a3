// Racing of noisy designs: which of them need another repeat, and which are beaten for certain (Maron & Moore
// 1994; with paired differences as in Birattari et al. 2002, for several objectives).
//
// Repeat i of every design is made under the same chance (the same fault seed, the same images), so designs
// are compared by their differences, repeat by repeat, with one-sided t tests:
//
//   b beats a                a is worse in every objective (or exactly equal in some), each at the level
//   a stands against b       a is better in some objective, at the level shared among the objectives
//
// The level is shared among rivals and looks (Bonferroni). A design that no other truly dominates is better
// than each rival in some objective, and so is eliminated with at most the chance stated, as far as
// differences are normal. The race ends for designs that stand against all others left.

import { InvalidValueError } from "../base/errors.ts";
import type { Direction } from "./pareto.ts";
import { studentTail } from "./student-t.ts";

export interface Racer {
  readonly number: number;
  /** [repeats, objectives] */
  readonly repeats: readonly (readonly number[])[];
}

export interface RaceOptions {
  readonly directions: readonly Direction[];
  /** Chance that a design is eliminated though nothing dominates it; 0.1 when omitted. */
  readonly level?: number;
  /** Repeats before anything is decided; 3 when omitted. */
  readonly minRepeats?: number;
  /** No design is repeated more often. */
  readonly maxRepeats: number;
  /**
   * Counts of repeats after which designs are compared, rising; each from minRepeats to maxRepeats when omitted. The
   * fewer, the less of the level each takes.
   */
  readonly looks?: readonly number[];
}

/** Numbers of the racers, ascending. */
export interface RaceState {
  /** Beaten, or with a repeat that is no finite number. */
  readonly eliminated: readonly number[];
  /** On the front for certain: they stand against all that are left. */
  readonly settled: readonly number[];
  /** To be repeated once more, all at once; empty: the race is over. */
  readonly next: readonly number[];
}

/**
 * Where a race stands. The same whatever the order of the racers.
 *
 * @throws {InvalidValueError} for a level outside (0, 1), or repeats that are not 2 <= minRepeats <= maxRepeats
 */
export function raceState(racers: readonly Racer[], options: RaceOptions): RaceState {
  const { level = 0.1, minRepeats = 3, maxRepeats } = options;
  if (!(level > 0 && level < 1)) throw new InvalidValueError("race.level", "must be between 0 and 1", level);
  if (!(minRepeats >= 2 && minRepeats <= maxRepeats)) {
    throw new InvalidValueError("race", "must have 2 <= minRepeats <= maxRepeats", [minRepeats, maxRepeats]);
  }
  const sorted = [...racers].sort((a, b) => a.number - b.number);
  const sound = sorted.filter(({ repeats }) => repeats.every((values) => values.every(Number.isFinite)));
  const looks =
    options.looks ?? Array.from({ length: maxRepeats - minRepeats + 1 }, (_, i) => minRepeats + i);
  requireLooks(looks, minRepeats, maxRepeats);
  const share = level / Math.max(1, sound.length - 1) / looks.length;
  const signs = options.directions.map((direction) => (direction === "maximize" ? -1 : 1));
  const compare = (a: Racer, b: Racer) => comparison(a, b, signs, share, looks);
  const left = sound.filter((a) => !sound.some((b) => b !== a && compare(a, b).isBeaten));
  const settled = left.filter((a) => left.every((b) => b === a || compare(a, b).stands));
  const isOpen = (a: Racer): boolean =>
    left.some((b) => b !== a && (!compare(a, b).stands || !compare(b, a).stands));
  const open = left.filter((a) => isOpen(a) && a.repeats.length < maxRepeats);
  // Those behind catch up first: only repeats that both have can be compared.
  const fewest = open.reduce((least, { repeats }) => Math.min(least, repeats.length), Infinity);
  const numbersOf = (of: readonly Racer[]) => of.map(({ number }) => number);
  return {
    eliminated: numbersOf(sorted.filter((racer) => !left.includes(racer))),
    settled: numbersOf(settled),
    next: numbersOf(open.filter(({ repeats }) => repeats.length === fewest)),
  };
}

function requireLooks(looks: readonly number[], minRepeats: number, maxRepeats: number): void {
  const isRising = looks.every((count, i) => Number.isInteger(count) && count > (looks[i - 1] ?? 0));
  if (isRising && looks[0] >= minRepeats && looks[looks.length - 1] === maxRepeats) return;
  throw new InvalidValueError(
    "race.looks",
    `must rise from at least ${minRepeats} to ${maxRepeats} repeats`,
    looks,
  );
}

/** What is certain of a against b, from the repeats that both have. */
function comparison(
  a: Racer,
  b: Racer,
  signs: readonly number[],
  level: number,
  looks: readonly number[],
): { readonly isBeaten: boolean; readonly stands: boolean } {
  const both = Math.min(a.repeats.length, b.repeats.length);
  const count = looks.findLast((look) => look <= both);
  if (count === undefined) return { isBeaten: false, stands: false };
  const differences = signs.map((sign, k) =>
    Array.from({ length: count }, (_, i) => sign * (a.repeats[i][k] - b.repeats[i][k])),
  );
  const worse = differences.map((values) => chanceOfExcess(values) <= level);
  const equal = differences.map((values) => values.every((value) => value === 0));
  const better = differences.map(
    (values) => chanceOfExcess(values.map((value) => -value)) <= level / signs.length,
  );
  return {
    isBeaten: worse.some(Boolean) && worse.every((isWorse, k) => isWorse || equal[k]),
    // Designs that are the same in everything cannot beat each other.
    stands: better.some(Boolean) || equal.every(Boolean),
  };
}

/** The chance of a mean so far above 0 if it were 0: small when the values lie above 0 for certain. */
function chanceOfExcess(values: readonly number[]): number {
  const n = values.length;
  const mean = values.reduce((sum, value) => sum + value / n, 0);
  const squares = values.reduce((sum, value) => sum + (value - mean) ** 2, 0);
  const error = Math.sqrt(squares / (n - 1) / n);
  // Differences without spread, as of exact objectives, say all there is to say.
  if (error <= Math.abs(mean) * 1e-12) return mean > 0 ? 0 : 1;
  return studentTail(mean / error, n - 1);
}
