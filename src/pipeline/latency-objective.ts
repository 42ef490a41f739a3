import { InvalidValueError } from "../base/errors.ts";
import { normalQuantile } from "../statistics/quantiles.ts";
import type { Objective } from "./objective.ts";

/**
 * Mean time of the first output spike, which decides: seconds of the network's own time from the start of the window,
 * before it is put on a clock. Images that no output answers count with the whole window.
 */
export const latencyObjective: Objective = {
  name: "latency",
  about: "mean time of the first output spike",
  unit: "s",
  direction: "minimize",
  scale: "log",
  margin: 10,
  needs: "events",
  score: ({ events, images }) => {
    if (events === undefined)
      throw new InvalidValueError("objective latency", "must be asked of an event network", "another");
    const value = events.firstOutputS / images;
    const variance = Math.max(0, events.firstOutputSquaredS2 / images - value * value);
    const confidence = 0.95;
    const half = normalQuantile(0.5 + confidence / 2) * Math.sqrt(variance / images);
    return { value, low: value - half, high: value + half, confidence, method: `Normal, ${images} images` };
  },
};
