// The learning rate of every update.

import type { TrainingSettings } from "./training-fields.ts";

/**
 * Warm-up rises linearly to the full rate. Afterwards: constant; step: times `stepFactor` every
 * `stepEpochs`; cosine: ½ (1 + cos π p) over the remaining share p of all epochs (Loshchilov & Hutter 2017).
 *
 * @param epoch - epochs passed, fractions included, from 0
 */
export function learningRateAt(settings: TrainingSettings, epoch: number): number {
  const { learningRate, schedule, warmUpEpochs, epochs, stepEpochs, stepFactor } = settings;
  // Never quite 0, so that the first update is one.
  if (epoch < warmUpEpochs) return learningRate * Math.max(epoch / warmUpEpochs, 1e-3);
  switch (schedule) {
    case "constant":
      return learningRate;
    case "step":
      return learningRate * stepFactor ** Math.floor(epoch / stepEpochs);
    case "cosine": {
      const share = (epoch - warmUpEpochs) / Math.max(epochs - warmUpEpochs, 1e-9);
      return 0.5 * learningRate * (1 + Math.cos(Math.PI * Math.min(share, 1)));
    }
    default:
      throw new TypeError(`unknown schedule ${JSON.stringify(schedule satisfies never)}`);
  }
}
