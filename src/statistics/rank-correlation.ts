// Do two lists put things in the same order? Rank correlations, and their intervals by bootstrap.

import { requireSameLength } from "../base/errors.ts";
import { Random, type StreamKey } from "../base/random.ts";
import { type NumberList, requireCount, requireFinite, requireShare } from "./input-rules.ts";
import { type Interval, usualConfidence } from "./interval.ts";
import { percentileInterval } from "./percentile-interval.ts";

/**
 * Kendall's tau-b between two rankings (Kendall 1945): 1 same order, −1 reversed, 0 unrelated.
 * null when either is all ties or has fewer than two values. Time grows with the square of the length.
 */
export function kendallTau(a: NumberList, b: NumberList): number | null {
  let [concordance, untiedA, untiedB] = [0, 0, 0];
  for (let i = 0; i < a.length; i++) {
    for (let j = 0; j < i; j++) {
      const signA = Math.sign(a[i] - a[j]);
      const signB = Math.sign(b[i] - b[j]);
      concordance += signA * signB;
      untiedA += Math.abs(signA);
      untiedB += Math.abs(signB);
    }
  }
  return untiedA === 0 || untiedB === 0 ? null : concordance / Math.sqrt(untiedA * untiedB);
}

/** Spearman's rho (1904): Pearson's correlation of the ranks, ties sharing theirs. null as in `kendallTau`. */
export function spearmanRho(a: NumberList, b: NumberList): number | null {
  const [ranksA, ranksB] = [ranks(a), ranks(b)];
  const mean = (a.length - 1) / 2;
  let [both, squaresA, squaresB] = [0, 0, 0];
  for (let i = 0; i < a.length; i++) {
    both += (ranksA[i] - mean) * (ranksB[i] - mean);
    squaresA += (ranksA[i] - mean) ** 2;
    squaresB += (ranksB[i] - mean) ** 2;
  }
  return squaresA === 0 || squaresB === 0 ? null : both / Math.sqrt(squaresA * squaresB);
}

/** Ranks from 0; equal values share the mean of theirs. */
function ranks(values: NumberList): Float64Array {
  const order = Int32Array.from({ length: values.length }, (_, i) => i).sort((i, j) => values[i] - values[j]);
  const result = new Float64Array(values.length);
  for (let from = 0, to = 0; from < order.length; from = to) {
    while (to < order.length && values[order[to]] === values[order[from]]) to++;
    for (let k = from; k < to; k++) result[order[k]] = (from + to - 1) / 2;
  }
  return result;
}

/**
 * The correlation with its percentile interval. Fewer than four values say nothing: [−1, 1]. Resamples
 * that are all ties have no order and are drawn again.
 *
 * @returns null where the sample itself has no correlation
 * @throws {InvalidValueError} for lists of different lengths, or a value that is not finite
 */
export function rankCorrelation({
  a,
  b,
  kind,
  key,
  draws = 2000,
  confidence = usualConfidence,
}: {
  readonly a: NumberList;
  readonly b: NumberList;
  readonly kind: "kendall" | "spearman";
  readonly key: StreamKey;
  readonly draws?: number;
  readonly confidence?: number;
}): Interval | null {
  requireSameLength({ a, b });
  requireFinite("a", a);
  requireFinite("b", b);
  requireCount("draws", draws, 100, 1e7);
  requireShare("confidence", confidence);
  const correlate = kind === "kendall" ? kendallTau : spearmanRho;
  const value = correlate(a, b);
  if (value === null) return null;
  const size = a.length;
  const method = `${kind === "kendall" ? "Kendall" : "Spearman"}, percentile bootstrap, ${size} values`;
  if (size < 4) return { value, low: -1, high: 1, confidence, method: "too few values for an interval" };
  const random = new Random(key);
  const [drawnA, drawnB] = [new Float64Array(size), new Float64Array(size)];
  const resampled = Float64Array.from({ length: draws }, () => {
    for (let correlation: number | null = null; ; ) {
      for (let i = 0; i < size; i++) {
        const place = random.integer(size);
        drawnA[i] = a[place];
        drawnB[i] = b[place];
      }
      correlation = correlate(drawnA, drawnB);
      if (correlation !== null) return correlation;
    }
  });
  return percentileInterval(resampled, { value, confidence, units: size, method });
}
