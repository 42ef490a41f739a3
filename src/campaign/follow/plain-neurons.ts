// IF and LIF neurons that reset at once, as flat arrays: what loops over steps read.

import type { Model } from "../../model/model.ts";
import type { NeuronLayer, Shape } from "../../model/network.ts";
import { dynamicsOf } from "../../neuron/dynamics.ts";
import { integerRulesOf } from "../../neuron/step-integer.ts";
import { integerValues, neuronValues } from "../../simulate/neuron-values.ts";

/** Values by neuron; leaks in 4096ths where numbers are whole. */
export interface PlainNeurons {
  readonly isWhole: boolean;
  readonly isStrict: boolean;
  readonly reset: "none" | "subtract" | "value";
  readonly thresholds: ArrayLike<number>;
  readonly leaks: ArrayLike<number>;
  readonly starts: ArrayLike<number>;
  readonly resets: ArrayLike<number>;
  readonly lowest: ArrayLike<number>;
  /** Of whole-numbered potentials, and what happens beyond. */
  readonly bits: 16 | 32;
  readonly highest: number;
  readonly saturates: boolean;
  /** Whether potentials may wrap round. */
  readonly overflows: boolean;
}

/** The layer as plain neurons, or null for other forms. */
export function plainNeurons(model: Model, layer: NeuronLayer, shape: Shape): PlainNeurons | null {
  const { synapse, charge, resetTime, isAdaptive, refractorySteps, isStrict, reset } = dynamicsOf(layer);
  const values = neuronValues(model, layer, shape);
  const isPlain =
    synapse === "none" &&
    charge === "leak" &&
    resetTime === "now" &&
    !isAdaptive &&
    refractorySteps === 0 &&
    values.currentGain.values.every((gain) => gain === 1);
  if (!isPlain) return null;
  const arithmetic = model.inference?.arithmetic ?? { kind: "float32" };
  if (arithmetic.kind === "float32") {
    return {
      isWhole: false,
      isStrict,
      reset,
      thresholds: values.threshold.values,
      leaks: values.membrane.values,
      starts: values.initialPotential.values,
      resets: values.resetPotential.values,
      lowest: values.minimumPotential.values,
      bits: 32,
      highest: Number.POSITIVE_INFINITY,
      saturates: true,
      overflows: false,
    };
  }
  const { potentialBits, overflow } = integerRulesOf(layer, arithmetic, layer.id);
  const whole = integerValues(values);
  return {
    isWhole: true,
    isStrict,
    reset,
    thresholds: whole.threshold,
    leaks: whole.leak,
    starts: whole.initialPotential,
    resets: whole.resetPotential,
    lowest: whole.minimumPotential,
    bits: potentialBits,
    highest: 2 ** (potentialBits - 1) - 1,
    saturates: overflow === "saturate",
    overflows: overflow === "wrap",
  };
}

/** A potential beyond its bits, brought back to them (neuron/step-integer.ts). */
export function fittedPotential(v: number, bits: 16 | 32, highest: number, saturates: boolean): number {
  if (saturates) return v > highest ? highest : -highest - 1;
  return bits === 32 ? v | 0 : (v << 16) >> 16;
}
