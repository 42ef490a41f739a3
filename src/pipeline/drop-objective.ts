import { meanInterval } from "../statistics/mean-interval.ts";
import type { FaultResult, Interval } from "./evaluation.ts";
import type { Objective } from "./objective.ts";
import { atDecidingRate, networkFaults } from "./read-faults.ts";

/** Accuracy lost to weight bit flips, mean over fault seeds, at the bit-error rate that decides. */
export const dropObjective: Objective = {
  name: "drop",
  about: "accuracy lost to weight bit flips",
  unit: "1",
  direction: "minimize",
  scale: "linear",
  margin: 0.1,
  score: (evaluation, context) => dropInterval(atDecidingRate(networkFaults(evaluation), context)[0]),
};

/** Clean accuracy − faulty accuracy on the same images, over all seeds. */
export function dropInterval(
  { cleanCorrect, images, seeds }: Pick<FaultResult, "cleanCorrect" | "images" | "seeds">,
  confidence?: number,
): Interval {
  const drops = seeds.map(({ correct }) => (cleanCorrect - correct) / images);
  return meanInterval(drops, [-1, 1], "fault seeds", confidence);
}

/** Accuracy under faults, over all seeds. */
export function faultyAccuracyInterval({ images, seeds }: FaultResult): Interval {
  return meanInterval(
    seeds.map(({ correct }) => correct / images),
    [0, 1],
    "fault seeds",
  );
}
