import { InvalidValueError } from "../base/errors.ts";
import { meanInterval } from "../statistics/mean-interval.ts";
import type { Objective } from "./objective.ts";
import { atDecidingRate, networkFaults } from "./read-faults.ts";

/**
 * Share of (mask, image) pairs whose class changes, for better or worse, at the bit-error rate that decides.
 * The unit of sampling is the mask, not the pair.
 */
export const criticalRateObjective: Objective = {
  name: "criticalRate",
  about: "share of decisions that weight bit flips change",
  unit: "1",
  direction: "minimize",
  scale: "linear",
  margin: 0.1,
  needs: "decisions",
  score: (evaluation, context) => {
    const [{ images, seeds }] = atDecidingRate(networkFaults(evaluation), context);
    const shares = seeds.map(({ changed }) => {
      if (changed === undefined)
        throw new InvalidValueError(
          "evaluation.faults",
          "must tell the decisions that changed",
          "none",
          "Evaluate again with isDetailed in the fault plan.",
        );
      return changed / images;
    });
    return meanInterval(shares, [0, 1], "fault seeds");
  },
};
