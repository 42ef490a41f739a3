// The accuracy of a network on a sample of images: a proportion with Wilson's interval.

import { type Interval, usualConfidence } from "./interval.ts";
import { wilsonInterval } from "./wilson-interval.ts";

/** Accuracy `correct / total` with Wilson's interval. total 0 gives the whole of [0, 1]. */
export function accuracyInterval(correct: number, total: number, confidence = usualConfidence): Interval {
  return wilsonInterval({ hits: correct, sampled: total, confidence, what: "images" });
}
