import { InvalidValueError } from "../base/errors.ts";
import { meanInterval } from "../statistics/mean-interval.ts";
import type { Objective } from "./objective.ts";

/** Accuracy lost to noise on the images. The unit of sampling is the draw of noise for all images. */
export const noiseObjective: Objective = {
  name: "noise",
  about: "accuracy lost to noise on the images",
  unit: "1",
  direction: "minimize",
  scale: "linear",
  margin: 0.1,
  needs: "noise",
  score: ({ noise }) => {
    if (noise === undefined)
      throw new InvalidValueError(
        "evaluation.noise",
        "must hold the accuracy on noisy images",
        "nothing",
        "Evaluate again with noise in the task.",
      );
    const { cleanCorrect, images, seeds } = noise;
    const drops = seeds.map(({ correct }) => (cleanCorrect - correct) / images);
    return meanInterval(drops, [-1, 1], "draws of the noise");
  },
};
