// What the reader may move of a network, as fields: bounds of the sliders and of the checks.

import { float, int, type Values } from "../../space/field.ts";
import type { ChosenBit } from "./chosen-bits.ts";

export const playFields = {
  steps: int({ about: "steps of an inference", unit: "step", low: 1, high: 256, scale: "log", default: 16 }),
  thresholdFactor: float({
    about: "factor on the thresholds of all spiking layers",
    unit: "1",
    low: 0.25,
    high: 4,
    scale: "log",
    default: 1,
  }),
  leak: float({
    about: "share of its potential that a spiking neuron keeps from step to step",
    unit: "1",
    low: 0,
    high: 1,
    default: 1,
  }),
  bitErrorRate: float({
    about: "chance that a stored weight bit is flipped",
    unit: "1",
    low: 0,
    high: 1,
    default: 0,
  }),
  flipSeed: int({
    about: "number of the draw of flipped bits, as inject --fault-seeds counts them, from 0",
    unit: "1",
    low: 0,
    high: 100_000,
    default: 0,
  }),
  deadShare: float({
    about: "share of all spiking neurons that never fire",
    unit: "1",
    low: 0,
    high: 1,
    default: 0,
  }),
  deadSeed: int({
    about: "number of the draw of dead neurons",
    unit: "1",
    low: 0,
    high: 100_000,
    default: 0,
  }),
};

export interface PlaySettings extends Omit<Values<typeof playFields>, "leak"> {
  /** null: every layer's own. */
  readonly leak: number | null;
  /** Neurons killed one by one, by layer; no place twice. */
  readonly killed: Readonly<Record<string, readonly number[]>>;
  /** Bits flipped one by one, on top of those that are drawn; no bit twice. */
  readonly flipped: readonly ChosenBit[];
}

/**
 * Nothing moved: the network as it was exported.
 *
 * @param steps - the network's own
 */
export function asExported(steps: number): PlaySettings {
  return {
    steps,
    thresholdFactor: 1,
    leak: null,
    bitErrorRate: 0,
    flipSeed: 0,
    deadShare: 0,
    deadSeed: 0,
    killed: {},
    flipped: [],
  };
}
