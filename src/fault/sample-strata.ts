// A sample of a population of faults in parts that are known to differ: by layer, by bit, or both.
//
// `proportional`: each stratum's share of the sample is its share of the population, by largest remainders, so
// that the sample's plain mean estimates the population's. `equal`: as many from each, so that small layers are
// known as well as large ones; what a stratum cannot give goes to the others. Strata draw from streams
// of their own: the sample of one is enlarged without moving another's.

import { InvalidValueError } from "../base/errors.ts";
import type { StreamKey } from "../base/random.ts";
import type { FaultPopulation } from "./enumerate.ts";
import type { FaultTarget } from "./fault.ts";
import { sampleIndices } from "./sample-indices.ts";

export type StratifiedBy = "layer" | "bit" | "layerAndBit";
export type Allocation = "proportional" | "equal";

export interface Stratum {
  /** null for strata of bits over all layers. */
  readonly layer: string | null;
  readonly target: FaultTarget | null;
  /** null for strata of layers, and where whole elements are struck. */
  readonly bit: number | null;
  /** Faults in it. */
  readonly size: number;
  /** Indices into the population, each once, in the order drawn. */
  readonly indices: Float64Array;
}

export interface StrataChoice {
  readonly by: StratifiedBy;
  readonly allocation: Allocation;
  readonly count: number;
  readonly key: StreamKey;
}

/**
 * @returns the strata in the order of the population; their samples add up to `count`
 * @throws {InvalidValueError} for a count that is no whole number from 0 to the population's size
 */
export function sampleStrata(
  population: FaultPopulation,
  { by, allocation, count, key }: StrataChoice,
): Stratum[] {
  if (!(Number.isInteger(count) && count >= 0 && count <= population.size))
    throw new InvalidValueError("count", `must be a whole number from 0 to ${population.size}`, count);
  const strata = strataOf(population, by);
  const sizes = strata.map(({ runs }) => runs.reduce((sum, { length }) => sum + length, 0));
  const counts = allocation === "equal" ? equalShares(sizes, count) : proportionalShares(sizes, count);
  return strata.map(({ layer, target, bit, runs }, i) => {
    const purpose = `${key.purpose}/${layer ?? ""}/${target ?? ""}/${bit ?? ""}`;
    const indices = sampleIndices(sizes[i], counts[i], { ...key, purpose });
    for (let k = 0; k < indices.length; k++) indices[k] = indexIn(runs, indices[k]);
    return { layer, target, bit, size: sizes[i], indices };
  });
}

/** `length` indices from `first` on, in blocks of `block` that start every `stride`. */
interface Run {
  readonly first: number;
  readonly length: number;
  readonly block: number;
  readonly stride: number;
}

interface StratumRuns extends Pick<Stratum, "layer" | "target" | "bit"> {
  readonly runs: Run[];
}

function strataOf({ sites, firsts, bits, steps }: FaultPopulation, by: StratifiedBy): readonly StratumRuns[] {
  const strata = new Map<string, StratumRuns>();
  for (const [i, { target, layer, elements }] of sites.entries()) {
    for (const [b, bit] of (by === "layer" ? [null] : bits[i]).entries()) {
      const ofLayer = by === "bit" ? { layer: null, target: null } : { layer, target };
      const name = JSON.stringify([ofLayer, bit]);
      const stratum = strata.get(name) ?? { ...ofLayer, bit, runs: [] };
      strata.set(name, stratum);
      const whole = firsts[i + 1] - firsts[i];
      stratum.runs.push(
        by === "layer"
          ? { first: firsts[i], length: whole, block: whole, stride: whole }
          : {
              first: firsts[i] + b * steps,
              length: elements * steps,
              block: steps,
              stride: bits[i].length * steps,
            },
      );
    }
  }
  return [...strata.values()];
}

/** The k-th index of the runs. */
function indexIn(runs: readonly Run[], k: number): number {
  let rest = k;
  for (const { first, length, block, stride } of runs) {
    if (rest < length) return first + Math.floor(rest / block) * stride + (rest % block);
    rest -= length;
  }
  throw new TypeError(`no index ${k} in a stratum`);
}

function proportionalShares(sizes: readonly number[], count: number): number[] {
  const total = sizes.reduce((sum, size) => sum + size, 0);
  const exact = sizes.map((size) => (total === 0 ? 0 : (count * size) / total));
  const counts = exact.map(Math.floor);
  const left = count - counts.reduce((sum, n) => sum + n, 0);
  const byRemainder = sizes
    .map((_, i) => i)
    .sort((a, b) => exact[b] - counts[b] - (exact[a] - counts[a]) || a - b);
  for (const i of byRemainder.slice(0, left)) counts[i]++;
  return counts;
}

function equalShares(sizes: readonly number[], count: number): number[] {
  const counts = sizes.map(() => 0);
  for (let left = count; left > 0; ) {
    const open = sizes.map((_, i) => i).filter((i) => counts[i] < sizes[i]);
    const share = Math.max(1, Math.floor(left / open.length));
    for (const i of open) {
      const more = Math.min(share, sizes[i] - counts[i], left);
      counts[i] += more;
      left -= more;
    }
  }
  return counts;
}
