// Which closed form a neuron has.

import type { ClosedForm } from "./closed-form.ts";
import { doubleTau } from "./double-tau.ts";
import { equalTau } from "./equal-tau.ts";
import type { EventNeuron } from "./event-fields.ts";

/** The closed form of a checked neuron, whose ratio of time constants is 2 or 1. */
export function closedFormOf({ tauMembraneS, tauSynapseS, threshold }: EventNeuron): ClosedForm {
  const isEqual = tauMembraneS / tauSynapseS < 1.5;
  return isEqual ? equalTau(tauMembraneS, threshold) : doubleTau(tauMembraneS, threshold);
}
