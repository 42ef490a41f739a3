// Sweeps of a study of claims about event networks: an arm of a pair with one thing varied.

import { choice, type Fields, float, int, text, type Values } from "../../../space/field.ts";
import { armNames, type EventArm, eventArmChanges } from "./event-arm.ts";
import { type EventMeasureSettings, type NoiseList, noiseLists } from "./event-measure-settings.ts";

export const sweepKinds = ["thresholds", "maxSpikes", "timeConstants"] as const;
export type SweepKind = (typeof sweepKinds)[number];

/** Beside it `values`: a list. */
export const eventSweepFields = {
  name: text({ about: "name of the sweep", default: "" }),
  pair: text({ about: "pair whose network is varied", default: "" }),
  arm: choice({ about: "which of its networks", options: armNames, default: "one" }),
  vary: choice({
    about:
      "thresholds: all of them times a value; maxSpikes: the cap of every layer; timeConstants: both, and the thresholds, as potentials grow with them, times a value",
    options: sweepKinds,
    default: "thresholds",
  }),
  trained: int({ about: "networks of each value", unit: "1", low: 2, high: 100, default: 3 }),
  jitterMs: float({ about: "jitter they are disturbed by", unit: "ms", low: 1e-3, high: 1e6, default: 10 }),
} satisfies Fields;

/** Networks like an arm of a pair but in one thing; they are measured undisturbed and under one jitter. */
export interface EventSweep extends Values<typeof eventSweepFields> {
  readonly values: readonly number[];
}

const usualTauMs = eventArmChanges.tauSynapseMs.default;

/** The arm a point of a sweep trains. */
export function sweptArm(arm: EventArm, vary: SweepKind, value: number): EventArm {
  const { thresholds, maxSpikes } = arm;
  const scaled = thresholds.map((threshold) => threshold * value);
  switch (vary) {
    case "thresholds":
      return { ...arm, thresholds: scaled };
    case "maxSpikes":
      return { ...arm, maxSpikes: maxSpikes.map(() => value) };
    case "timeConstants":
      return { ...arm, thresholds: scaled, tauSynapseMs: (arm.tauSynapseMs ?? usualTauMs) * value };
    default:
      return vary satisfies never;
  }
}
/** What is measured of the networks of a sweep: all but the disturbances and the clock. */
export function sweepMeasure(measure: EventMeasureSettings, { jitterMs }: EventSweep): EventMeasureSettings {
  const none = Object.fromEntries([...noiseLists, "dtMs"].map((list) => [list, []]));
  return { ...measure, ...(none as Record<NoiseList | "dtMs", never[]>), jitterMs: [jitterMs], times: 2 };
}
