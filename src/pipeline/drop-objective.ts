import { InvalidValueError } from "../base/errors.ts";
import { meanInterval } from "../statistics/mean-interval.ts";
import type { FaultResult, Interval } from "./evaluation.ts";
import type { Objective } from "./objective.ts";

/** Accuracy lost to weight bit flips, mean over fault seeds, at the highest bit-error rate evaluated. */
export const dropObjective: Objective = {
  name: "drop",
  about: "accuracy lost to weight bit flips",
  unit: "1",
  direction: "minimize",
  score: ({ faults }) => {
    const worst = [...faults].sort((a, b) => b.bitErrorRate - a.bitErrorRate)[0];
    if (worst === undefined) {
      throw new InvalidValueError(
        "evaluation.faults",
        "must hold at least one fault result",
        "none",
        "Set faultSeeds above 0.",
      );
    }
    return dropInterval(worst);
  },
};

/** Clean accuracy − faulty accuracy on the same images, over all seeds. */
export function dropInterval({ cleanCorrect, images, seeds }: FaultResult): Interval {
  const drops = seeds.map(({ correct }) => (cleanCorrect - correct) / images);
  return meanInterval(drops, [-1, 1], "fault seeds");
}

/** Accuracy under faults, over all seeds. */
export function faultyAccuracyInterval({ images, seeds }: FaultResult): Interval {
  return meanInterval(
    seeds.map(({ correct }) => correct / images),
    [0, 1],
    "fault seeds",
  );
}
