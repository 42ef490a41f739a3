// Cross-entropy of first spikes that also asks for early ones (Göltz et al. 2021, Fast & Deep).
//
//   L = ln Σ_i e^{−t_i/τ_L} + t_y/τ_L + α e^{t_y/τ_R}          τ_L = ξ τₛ, τ_R = β τₛ in the paper's letters
//
// A sample whose labelled output is silent costs a constant and has no errors: silent neurons are woken by other
// means. Beyond e^20 the last term goes on as a straight line, so that long windows do not overflow.

import { float } from "../space/field.ts";
import { type EventLoss, firstSpikesOf } from "./event-loss.ts";
import { firstSpikeEntropy, firstSpikeFields } from "./first-spike-loss.ts";

/** Exponent from which the wish for early spikes grows in proportion. */
const steepest = 20;

export const earlySpikeFields = {
  ...firstSpikeFields,
  earlyStrength: float({
    about: "weight of the wish for early spikes",
    unit: "1",
    low: 0,
    high: 1e3,
    default: 5e-3,
  }),
  earlyTauS: float({
    about: "time by which a label must be late to cost e times as much",
    unit: "s",
    low: 1e-6,
    high: 1e3,
    scale: "log",
    default: 0.13,
  }),
  missingCost: float({
    about: "loss of a sample whose label is silent",
    unit: "1",
    low: 0,
    high: 1e6,
    default: 100,
  }),
};

export const earlySpikeLoss: EventLoss<typeof earlySpikeFields> = {
  name: "earlySpike",
  about: "cross-entropy of the times of first spikes, with a price on late labels",
  fields: earlySpikeFields,
  evaluate: ({ tauS, earlyStrength, earlyTauS, missingCost }, output, label, errors) => {
    const own = firstSpikesOf(output)[label];
    if (own === -1) {
      errors.fill(0);
      return missingCost;
    }
    const entropy = firstSpikeEntropy(tauS, output, label, errors);
    const late = output.timeS[own] / earlyTauS;
    const price = earlyStrength * Math.exp(Math.min(late, steepest));
    errors[own] += price / earlyTauS;
    return entropy + price * (1 + Math.max(0, late - steepest));
  },
};
