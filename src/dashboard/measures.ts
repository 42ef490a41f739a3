// The three figures designs are traded off by, each as an axis: value, interval, scale, limit.

import type { Interval } from "../pipeline/evaluation.ts";
import type { Front, NetworkFigures } from "../study/front.ts";
import { formatEnergy, formatPower, formatShare, isKnown } from "./format.ts";
import { decidingEnergy, headlineDose, headlineRate } from "./network-list.ts";
import type { ScaleKind } from "./scale.ts";

export interface Measure {
  readonly name: "accuracy" | "energy" | "drop";
  /** Axis title with what it was measured on. */
  readonly title: string;
  readonly kind: ScaleKind;
  readonly isBetterHigher: boolean;
  /** Ends no axis may pass, if any. */
  readonly bounds: readonly [low: number, high: number] | null;
  readonly format: (value: number) => string;
  readonly of: (network: NetworkFigures) => Interval | null;
  /** The requirement of the study on it, if any. */
  readonly limit: number | null;
}

export function measuresOf(front: Front): Readonly<Record<Measure["name"], Measure>> {
  const [profile] = front.profiles;
  const rate = headlineRate(front);
  const { minAccuracy, maxEnergyPj, maxDrop } = front.requirements as Readonly<
    Record<string, number | undefined>
  >;
  return {
    accuracy: {
      name: "accuracy",
      title: "Test accuracy",
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
      kind: "linear",
      isBetterHigher: false,
      bounds: [-1, 1],
      format: (value) => formatShare(value, 2),
      of: (network) => known(headlineDose(front, network)?.drop ?? null),
      limit: maxDrop ?? null,
    },
  };
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
