// What a step of neurons comes down to for derivatives: how much of the potential it keeps, how much of the drive it
// takes in, and how derivatives by these two become derivatives by the parameters they are made of.
//
//   leak         keep = λ        gain = g
//   relax        keep = 1 − κ    gain = κ
//   relaxByTime  keep = 1 − 1/τ  gain = 1/τ
//   leakByTime   keep = 1 − 1/τ  gain = 1
//
// `keep` multiplies the potential above its rest.

import type { surrogateSums } from "../kernels/surrogate-neurons.ts";
import type { Dynamics } from "../neuron/dynamics.ts";
import type { NeuronParameterName } from "../neuron/neuron-parameters.ts";
import type { NeuronValueName } from "../simulate/neuron-values.ts";

/** A neuron layer's parameters as training has them. */
export interface TrainedNeuronValues {
  /** Tensors the layer has. */
  readonly names: readonly NeuronParameterName[];
  /** Present values, one a neuron. */
  readonly now: () => Readonly<Record<NeuronValueName, Float32Array>>;
}

type FactorName = NeuronValueName | "keep" | "gain" | "synapseKeep";

/** Every row that the kernels read, one value a neuron. */
export function neuronFactors(
  { charge, synapse }: Dynamics,
  values: Readonly<Record<NeuronValueName, Float32Array>>,
): Readonly<Record<FactorName, Float32Array>> {
  const { membrane, currentGain } = values;
  const keep = membrane.map((x) => {
    if (charge === "leak") return x;
    return charge === "relax" ? 1 - x : 1 - 1 / x;
  });
  const gain = membrane.map((x, i) => {
    if (charge === "leak") return currentGain[i];
    if (charge === "relax") return x;
    return charge === "relaxByTime" ? 1 / x : 1;
  });
  const synapseKeep = synapse === "readThenDecay" ? values.synapse.map((x) => 1 - x) : values.synapse;
  return { ...values, keep, gain, synapseKeep };
}

/** Derivative of a neuron's parameter, by neuron. */
export type DerivativeOf = (neuron: number) => number;

/** Derivatives by what may be trained. */
export function parameterDerivatives(
  { charge }: Dynamics,
  { membrane }: Readonly<Record<NeuronValueName, Float32Array>>,
  sums: Readonly<Record<(typeof surrogateSums)[number], Float32Array>>,
): Readonly<Partial<Record<NeuronParameterName, DerivativeOf>>> {
  const { keep, gain } = sums;
  return {
    threshold: (i) => sums.threshold[i],
    synapseLeak: (i) => sums.synapse[i],
    adaptationStrength: (i) => sums.adaptationStrength[i],
    adaptationLeak: (i) => sums.adaptationLeak[i],
    leak: (i) => keep[i],
    currentGain: (i) => gain[i],
    rate: (i) => gain[i] - keep[i],
    timeConstant: (i) => (keep[i] - (charge === "relaxByTime" ? gain[i] : 0)) / membrane[i] ** 2,
  };
}
