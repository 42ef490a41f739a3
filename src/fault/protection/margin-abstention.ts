// A monitor of decisions: where the highest score leads the second by too little, the network abstains.
//
// The lead asked for is the one that a given share of sound decisions on calibration images does not reach,
// so that share is the price in abstentions, on images like those, whatever the scores' unit.

import { float, type Values } from "../../space/field.ts";
import { noCost, noOverhead, type ProtectionDesign } from "./protection.ts";

const fields = {
  abstainShare: float({
    about: "share of sound decisions to abstain from",
    unit: "1",
    low: 0,
    high: 0.5,
    default: 0.02,
  }),
};

export const marginAbstention: ProtectionDesign<typeof fields> = {
  name: "margin-abstention",
  about: "abstains where the two highest scores are too close to each other",
  fields,
  cost: ({ classes }) => ({
    ...noCost,
    extraBits: 32,
    // The second highest score, its distance from the highest, and whether that is enough.
    perInference: { ...noOverhead, bitsRead: 32, additions: 1, comparisons: classes.length },
  }),
};

/**
 * How far the highest score leads the second, image by image; NaN where a score is no number.
 *
 * @param scores - shape [images, classes], at least two classes
 * @returns shape [images]
 */
export function decisionMargins(scores: ArrayLike<number>, classes: number): Float64Array {
  return Float64Array.from({ length: scores.length / classes }, (_, n) => {
    let [first, second] = [Number.NEGATIVE_INFINITY, Number.NEGATIVE_INFINITY];
    for (let j = n * classes; j < (n + 1) * classes; j++) {
      const score = scores[j];
      if (Number.isNaN(score)) return Number.NaN;
      if (score > first) [first, second] = [score, first];
      else if (score > second) second = score;
    }
    return first - second;
  });
}

/** The least lead with which a decision is made: at most the share of these margins lie below it. */
export function leastMargin(
  soundMargins: ArrayLike<number>,
  { abstainShare }: Values<typeof fields>,
): number {
  const sorted = Float64Array.from(soundMargins).sort();
  return sorted[Math.min(sorted.length - 1, Math.floor(abstainShare * sorted.length))];
}

/** 1 where the network abstains; always where a margin is no number. Shape [images]. */
export function abstentions(margins: ArrayLike<number>, least: number): Uint8Array {
  return Uint8Array.from({ length: margins.length }, (_, n) => (margins[n] >= least ? 0 : 1));
}
