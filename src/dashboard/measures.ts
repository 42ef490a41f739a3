// The figures designs are traded off by, each as an axis: value, interval, scale, limit. Three that every study
// has, and what further objectives say.

import type { Interval } from "../pipeline/evaluation.ts";
import type { Front, NetworkFigures } from "../study/front.ts";
import { formatEnergy, formatNumber, formatPower, formatShare, isKnown, wordsOf } from "./format.ts";
import { allNetworks, decidingEnergy, headlineDose, headlineRate } from "./network-list.ts";
import type { ScaleKind } from "./scale.ts";

export interface Measure {
  /** The objective's. */
  readonly name: string;
  /** Axis title with what it was measured on. */
  readonly title: string;
  /** "1" for shares. */
  readonly unit: string;
  /** Whether networks must be of one number format to be compared: bits of another mean something else. */
  readonly isOfFaults: boolean;
  readonly kind: ScaleKind;
  readonly isBetterHigher: boolean;
  /** Ends no axis may pass, if any. */
  readonly bounds: readonly [low: number, high: number] | null;
  readonly format: (value: number) => string;
  readonly of: (network: NetworkFigures) => Interval | null;
  /** The requirement of the study on it, if any. */
  readonly limit: number | null;
}

export function measuresOf(front: Front): Readonly<Record<"accuracy" | "energy" | "drop", Measure>> {
  const [profile] = front.profiles;
  const rate = headlineRate(front);
  const { minAccuracy, maxEnergyPj, maxDrop } = front.requirements as Readonly<
    Record<string, number | undefined>
  >;
  return {
    accuracy: {
      name: "accuracy",
      title: "Test accuracy",
      unit: "1",
      isOfFaults: false,
      kind: "error",
      isBetterHigher: true,
      bounds: [0, 1],
      format: (value) => formatShare(value, 2),
      of: ({ accuracy }) => known(accuracy),
      limit: minAccuracy ?? null,
    },
    energy: {
      name: "energy",
      title: profile === undefined ? "Energy of one inference" : `Energy of one inference (${profile.name})`,
      unit: "pJ",
      isOfFaults: false,
      kind: "log",
      isBetterHigher: false,
      bounds: null,
      format: formatEnergy,
      of: (network) => energyInterval(front, network),
      limit: maxEnergyPj ?? null,
    },
    drop: {
      name: "drop",
      title:
        rate === null ? "Accuracy drop under faults" : `Accuracy drop at bit-error rate ${formatPower(rate)}`,
      unit: "1",
      isOfFaults: true,
      kind: "linear",
      isBetterHigher: false,
      bounds: [-1, 1],
      format: (value) => formatShare(value, 2),
      of: (network) => known(headlineDose(front, network)?.drop ?? null),
      limit: maxDrop ?? null,
    },
  };
}

/** What the study's other objectives say, in their order; fronts of older studies have none. */
export function furtherMeasures(front: Front): readonly Measure[] {
  const usual = measuresOf(front);
  return front.objectives
    .filter(({ name }) => !Object.hasOwn(usual, name))
    .map(({ name, unit, direction, under }): Measure => {
      const words = wordsOf(name);
      const of = ({ objectives }: NetworkFigures): Interval | null => known(objectives?.[name] ?? null);
      const reachesBelow = allNetworks(front).some((network) => (of(network)?.low ?? 0) < 0);
      return {
        name,
        title: `${words.charAt(0).toUpperCase()}${words.slice(1)}${under === undefined ? "" : `, ${under}`}`,
        unit,
        isOfFaults: name !== "noise",
        kind: "linear",
        isBetterHigher: direction === "maximize",
        bounds: unit === "1" ? [reachesBelow ? -1 : 0, 1] : null,
        format: unit === "pJ" ? formatEnergy : unit === "1" ? (value) => formatShare(value, 2) : formatNumber,
        of,
        limit: null,
      };
    });
}

/** @throws {RangeError} when the front has no such measure */
export function measureOf(front: Front, name: string): Measure {
  const found = [...Object.values(measuresOf(front)), ...furtherMeasures(front)].find(
    (measure) => measure.name === name,
  );
  if (found === undefined) throw new RangeError(`the front has no measure ${name}`);
  return found;
}

/** Energy with the uncertainty of its profile as interval. */
function energyInterval(front: Front, network: NetworkFigures): Interval | null {
  const energyPj = decidingEnergy(front, network)?.energyPj ?? null;
  if (!isKnown(energyPj)) return null;
  const [{ name, uncertainty }] = front.profiles;
  const relative = isKnown(uncertainty) ? Math.min(0.99, Math.max(0, uncertainty)) : 0;
  return {
    value: energyPj,
    low: energyPj * (1 - relative),
    high: energyPj * (1 + relative),
    confidence: 0.95,
    method: `uncertainty of profile ${name}, common to all networks`,
  };
}

/** null for an interval without a value; ends that are missing fall on the value. */
function known(interval: Interval | null): Interval | null {
  if (interval === null || !isKnown(interval.value)) return null;
  const { value, low, high } = interval;
  return { ...interval, low: isKnown(low) ? low : value, high: isKnown(high) ? high : value };
}
