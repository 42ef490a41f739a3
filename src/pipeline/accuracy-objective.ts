import { accuracyInterval } from "../statistics/accuracy-interval.ts";
import type { Objective } from "./objective.ts";

/** Share of images decided right at the last step. */
export const accuracyObjective: Objective = {
  name: "accuracy",
  about: "share of images decided right",
  unit: "1",
  direction: "maximize",
  scale: "linear",
  margin: 0.1,
  score: ({ correctPerStep, images }) => accuracyInterval(correctPerStep.at(-1) ?? 0, images),
};
