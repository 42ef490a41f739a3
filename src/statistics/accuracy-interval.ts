// Intervals of proportions: Wilson's score interval (Wilson 1927), which behaves at 0 and 1:
//   (p + z²/2n ± z √(p(1−p)/n + z²/4n²)) / (1 + z²/n)

import { type Interval, usualConfidence } from "./interval.ts";
import { normalQuantile } from "./quantiles.ts";

/** Accuracy `correct / total` with Wilson's interval. total 0 gives the whole of [0, 1]. */
export function accuracyInterval(correct: number, total: number, confidence = usualConfidence): Interval {
  const method = `Wilson, ${total} images`;
  if (total === 0) return { value: 0, low: 0, high: 1, confidence, method };
  const z = normalQuantile(0.5 + confidence / 2);
  const p = correct / total;
  const centre = p + (z * z) / (2 * total);
  const half = z * Math.sqrt((p * (1 - p)) / total + (z * z) / (4 * total * total));
  const scale = 1 + (z * z) / total;
  const low = correct === 0 ? 0 : (centre - half) / scale;
  const high = correct === total ? 1 : (centre + half) / scale;
  return { value: p, low, high, confidence, method };
}
