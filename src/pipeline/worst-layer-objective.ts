import { usualConfidence } from "../statistics/interval.ts";
import { dropInterval } from "./drop-objective.ts";
import type { Objective } from "./objective.ts";
import { atDecidingRate } from "./read-faults.ts";

/**
 * The largest accuracy lost when the weights of one layer alone are struck, at the bit-error rate that decides.
 *
 * The interval holds for the true worst layer, whichever that is: every layer's is widened to 1 − α/layers
 * (Bonferroni), and all hold at once. The value, being the largest of noisy means, leans to the high side.
 */
export const worstLayerObjective: Objective = {
  name: "worstLayer",
  about: "accuracy lost when only the worst layer's weights are struck",
  unit: "1",
  direction: "minimize",
  scale: "linear",
  margin: 0.1,
  needs: "layers",
  score: ({ faults }, context) => {
    const alone = faults.filter(({ layer }) => layer !== undefined);
    const layers = atDecidingRate(alone, context, "result of a layer struck alone");
    const drops = layers.map((fault) => dropInterval(fault, 1 - (1 - usualConfidence) / layers.length));
    const largest = (end: "value" | "low" | "high"): number => Math.max(...drops.map((drop) => drop[end]));
    return {
      value: largest("value"),
      low: largest("low"),
      high: largest("high"),
      confidence: usualConfidence,
      method: `largest of ${layers.length} layers, each ${drops[0].method}, Bonferroni`,
    };
  },
};
