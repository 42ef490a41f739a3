// Every single fault of a population, by number, without a list in memory.
//
//   index = first of the sites + (element × bits + bit) × steps + step
// Sites in their given order; bits are the chosen ones, or 1 where the whole element is changed; steps are 1
// where faults are permanent. Results of a campaign are one number for each index.

import { InvalidValueError } from "../base/errors.ts";
import type { Fault, FaultChange } from "./fault.ts";
import type { FaultSites } from "./fault-sites.ts";
import { checkBit, checkChange } from "./number-format.ts";

export interface PopulationChoice {
  readonly sites: readonly FaultSites[];
  /** What is done to each bit, or a change of the whole element. */
  readonly change: "flip" | "stuck0" | "stuck1" | Exclude<FaultChange, { readonly bit: number }>;
  /** Which bits, 0 the lowest; default all. Only where bits are changed. */
  readonly bits?: readonly number[];
  /** Steps of the network, for faults of a single step each; default permanent ones. */
  readonly steps?: number;
}

/** Where a fault of a population is. */
export interface FaultPlace {
  readonly sites: FaultSites;
  readonly element: number;
  /** null where the whole element is changed. */
  readonly bit: number | null;
  /** null where permanent. */
  readonly step: number | null;
}

export interface FaultPopulation {
  readonly size: number;
  readonly sites: readonly FaultSites[];
  /** Index of the first fault of each of the sites, and behind them the size. */
  readonly firsts: readonly number[];
  /** Bits of an element that are struck, by sites; [null] where the whole element is. */
  readonly bits: readonly (readonly (number | null)[])[];
  /** 1 where permanent. */
  readonly steps: number;
  /** @throws {InvalidValueError} for an index that is not from 0 to below the size */
  at(index: number): Fault;
  /** @throws {InvalidValueError} as `at` does */
  placeOf(index: number): FaultPlace;
}

/** @throws {InvalidValueError} for bits a format has not, no steps, or a change that is no number */
export function enumerateFaults({ sites, change, bits, steps }: PopulationChoice): FaultPopulation {
  if (steps !== undefined && !(Number.isInteger(steps) && steps >= 1))
    throw new InvalidValueError("steps", "must be a whole number of at least 1", steps);
  const isOfBits = typeof change === "string";
  if (!isOfBits && bits !== undefined)
    throw new InvalidValueError("bits", "must only be given where bits are changed", bits);
  const struckBits = sites.map(({ format, bits: width }): readonly (number | null)[] => {
    if (!isOfBits) {
      checkChange("change", format, change);
      return [null];
    }
    for (const bit of bits ?? []) checkBit("bits", format, bit);
    return [...new Set(bits ?? Array.from({ length: width }, (_, bit) => bit))].sort((a, b) => a - b);
  });
  const firsts = [0];
  for (const [i, { elements }] of sites.entries())
    firsts.push(firsts[i] + elements * struckBits[i].length * (steps ?? 1));
  const size = firsts[sites.length];

  const placeOf = (index: number): FaultPlace => {
    if (!(Number.isInteger(index) && index >= 0 && index < size))
      throw new InvalidValueError("index", `must be from 0 to ${size - 1}`, index);
    const own = lastAtMost(firsts, index);
    const [cell, step] = divided(index - firsts[own], steps ?? 1);
    const [element, bit] = divided(cell, struckBits[own].length);
    return { sites: sites[own], element, bit: struckBits[own][bit], step: steps === undefined ? null : step };
  };
  const at = (index: number): Fault => {
    const { sites: own, element, bit, step } = placeOf(index);
    return {
      target: own.target,
      layer: own.layer,
      element,
      change: isOfBits ? { kind: change, bit: bit ?? 0 } : change,
      steps: step === null ? null : [step],
    };
  };
  return { size, sites, firsts, bits: struckBits, steps: steps ?? 1, at, placeOf };
}

/** Quotient and rest; exact up to 2⁵³. */
function divided(value: number, by: number): readonly [number, number] {
  const rest = value % by;
  return [(value - rest) / by, rest];
}

/** Index of the last of the ascending numbers that is at most the value; the last number is above it. */
function lastAtMost(numbers: readonly number[], value: number): number {
  let [low, high] = [0, numbers.length - 1];
  while (high - low > 1) {
    const middle = (low + high) >> 1;
    if (numbers[middle] <= value) low = middle;
    else high = middle;
  }
  return low;
}
