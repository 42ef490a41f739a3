import { InvalidValueError } from "../base/errors.ts";
import { accuracyInterval } from "../statistics/accuracy-interval.ts";
import type { Objective } from "./objective.ts";

/**
 * Accuracy of the given ANN minus the network's, on the same images (Benmeziane et al. 2023).
 *
 * The ANN's accuracy is taken as it is on these images: the interval is that of the network's own. An ANN loses
 * nothing against itself.
 */
export const annDropObjective: Objective = {
  name: "annDrop",
  about: "accuracy lost against the ANN without skips",
  unit: "1",
  direction: "minimize",
  scale: "linear",
  margin: 0.1,
  needs: "ann",
  score: ({ ann, correctPerStep, images }) => {
    if (ann === undefined)
      throw new InvalidValueError("objective annDrop", "must be asked of a network with skips", "another");
    const { value, low, high, ...made } = accuracyInterval(correctPerStep.at(-1) ?? 0, images);
    const given = ann.correct / images;
    return { ...made, value: given - value, low: given - high, high: given - low };
  },
};
