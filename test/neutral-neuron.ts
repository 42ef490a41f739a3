// A neuron that keeps all it is given, fires at 1 and has no floor: what tests start from.

import type { StepParameters } from "../src/neuron/step-neuron.ts";

export const neutralNeuron: StepParameters = {
  threshold: 1,
  membrane: 1,
  currentGain: 1,
  restPotential: 0,
  resetPotential: 0,
  minimumPotential: Number.NEGATIVE_INFINITY,
  synapse: 0,
  adaptationStrength: 0,
  adaptationLeak: 0,
};
