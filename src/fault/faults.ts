// The fault models there are, by name. To add one: a file in catalogue/ or a model in one of its families, and a
// line here. Bit flips of weights at a bit error rate have a faster form in weight-bit-flip.ts.

import { bitFlip, stuckAt0, stuckAt1 } from "./catalogue/bit-faults.ts";
import { leakDrift, thresholdDrift, timeConstantDrift } from "./catalogue/neuron-drift.ts";
import { deadNeuron, randomNeuron, saturatedNeuron, stuckNeuron } from "./catalogue/neuron-faults.ts";
import { omittedInput, omittedSpike, spuriousInput, spuriousSpike } from "./catalogue/spike-faults.ts";
import {
  deadSynapse,
  perturbedSynapse,
  randomSynapse,
  saturatedSynapse,
  stuckSynapse,
} from "./catalogue/synapse-faults.ts";
import { gaussianWeight, multiplicativeWeight } from "./catalogue/weight-variation.ts";
import type { FaultModel } from "./fault-model.ts";

export const faults = {
  "bit-flip": bitFlip,
  "stuck-at-0": stuckAt0,
  "stuck-at-1": stuckAt1,
  "dead-neuron": deadNeuron,
  "saturated-neuron": saturatedNeuron,
  "stuck-neuron": stuckNeuron,
  "random-neuron": randomNeuron,
  "dead-synapse": deadSynapse,
  "stuck-synapse": stuckSynapse,
  "saturated-synapse": saturatedSynapse,
  "perturbed-synapse": perturbedSynapse,
  "random-synapse": randomSynapse,
  "gaussian-weight": gaussianWeight,
  "multiplicative-weight": multiplicativeWeight,
  "threshold-drift": thresholdDrift,
  "leak-drift": leakDrift,
  "time-constant-drift": timeConstantDrift,
  "spurious-spike": spuriousSpike,
  "omitted-spike": omittedSpike,
  "spurious-input": spuriousInput,
  "omitted-input": omittedInput,
} as const satisfies Readonly<Record<string, FaultModel>>;
