// The ratio of two means, e.g. of the accuracy drops of an ANN and an SNN under the same faults.
//
//   fieller    all θ with (ā − θ b̄)² ≤ t² (s_aa − 2 θ s_ab + θ² s_bb)/n       (Fieller 1954)
//   log-ratio  ln(ā/b̄) ± t √((s_aa/ā² − 2 s_ab/(ā b̄) + s_bb/b̄²)/n)        (delta method)
//
// Where a mean may be 0 a ratio means nothing: Fieller's set is then unbounded, and other methods only
// hide it. So there is a ratio only where both means lie above 0 with the stated confidence, a reason
// where there is none, and the difference always.

import { InvalidValueError, requireSameLength } from "../base/errors.ts";
import { drawsInterval } from "./draws-interval.ts";
import type { ResampledMeans } from "./hierarchical-means.ts";
import { type NumberList, requireShare } from "./input-rules.ts";
import { type Interval, usualConfidence } from "./interval.ts";
import { meanEstimate, pairedDifference } from "./mean-estimate.ts";
import { studentInterval } from "./mean-interval.ts";
import { studentQuantile } from "./quantiles.ts";

export interface PairedRatio {
  readonly numerator: Interval;
  readonly denominator: Interval;
  /** numerator − denominator. */
  readonly difference: Interval;
  /** null where it would mean nothing. */
  readonly ratio: Interval | null;
  /** Why there is no ratio; null where there is one. */
  readonly reason: string | null;
}

export interface PairedRatioOptions {
  /** What belongs together stands at the same place. */
  readonly numerator: NumberList;
  readonly denominator: NumberList;
  /** The bounds the means can have, e.g. [-1, 1] for drops of accuracy. */
  readonly range: readonly [low: number, high: number];
  readonly kind?: "fieller" | "log-ratio";
  readonly confidence?: number;
  /** What the pairs are, e.g. "fault seeds". */
  readonly what?: string;
}

/** @throws {InvalidValueError} for lists of different lengths, or a value that is not finite */
export function pairedRatio(options: PairedRatioOptions): PairedRatio {
  const { range, kind = "fieller", confidence = usualConfidence, what = "pairs" } = options;
  requireSameLength({ numerator: options.numerator, denominator: options.denominator });
  requireShare("confidence", confidence);
  const [a, b] = [
    meanEstimate(options.numerator, "numerator"),
    meanEstimate(options.denominator, "denominator"),
  ];
  const both = pairedDifference(options.numerator, options.denominator);
  const span = range[1] - range[0];
  const parts = {
    numerator: studentInterval(a, range, what, confidence),
    denominator: studentInterval(b, range, what, confidence),
    difference: studentInterval(both, [-span, span], what, confidence),
  };
  const reason = whyNoRatio(parts.numerator, parts.denominator);
  if (reason !== null) return { ...parts, ratio: null, reason };
  const t = studentQuantile(0.5 + confidence / 2, a.degrees);
  const [saa, sbb] = [a.standardError ** 2, b.standardError ** 2];
  // Var(a − b) = Var a + Var b − 2 Cov
  const sab = (saa + sbb - both.standardError ** 2) / 2;
  const ends = kind === "fieller" ? fiellerEnds : logRatioEnds;
  const [low, high] = ends({ a: a.value, b: b.value, saa, sbb, sab, t });
  const name = kind === "fieller" ? "Fieller" : "log-ratio";
  const method = `${name}, ${options.numerator.length} ${what}`;
  return { ...parts, ratio: { value: a.value / b.value, low, high, confidence, method }, reason: null };
}

/**
 * The same from draws of both means made together; the ratio's interval is made of its logarithms.
 *
 * @throws {InvalidValueError} for an arm that is not there
 */
export function resampledRatio(
  { values, draws, units, method }: ResampledMeans,
  {
    numerator,
    denominator,
    confidence = usualConfidence,
  }: {
    /** Which arms. */
    readonly numerator: number;
    readonly denominator: number;
    readonly confidence?: number;
  },
): PairedRatio {
  const [a, b] = [values[numerator], values[denominator]];
  const [drawsA, drawsB] = [draws[numerator], draws[denominator]];
  if (drawsA === undefined || drawsB === undefined) {
    const rule = `must be arms from 0 to ${draws.length - 1}`;
    throw new InvalidValueError("numerator and denominator", rule, [numerator, denominator]);
  }
  const interval = (value: number, of: (x: number, y: number) => number): Interval => {
    const combined = Float64Array.from(drawsA, (x, i) => of(x, drawsB[i]));
    return drawsInterval(combined, { value, confidence, units, method });
  };
  const parts = {
    numerator: interval(a, (x) => x),
    denominator: interval(b, (_, y) => y),
    difference: interval(a - b, (x, y) => x - y),
  };
  const reason = whyNoRatio(parts.numerator, parts.denominator) ?? whyNoLogarithm(drawsA, drawsB);
  if (reason !== null) return { ...parts, ratio: null, reason };
  return { ...parts, ratio: exponential(interval(Math.log(a / b), (x, y) => Math.log(x / y))), reason: null };
}

function exponential({ value, low, high, ...rest }: Interval): Interval {
  return { value: Math.exp(value), low: Math.exp(low), high: Math.exp(high), ...rest };
}

function whyNoLogarithm(...arms: readonly Float64Array[]): string | null {
  const isPositive = arms.every((draws) => draws.every((draw) => draw > 0));
  return isPositive ? null : "a resample's mean is 0 or below, so draws of the ratio say nothing";
}

function whyNoRatio(numerator: Interval, denominator: Interval): string | null {
  for (const [name, { low, high, method }] of Object.entries({ denominator, numerator })) {
    if (low > 0) continue;
    if (high < 0) return `the ${name} lies below 0 (${low} to ${high}; ${method})`;
    return `the interval of the ${name} includes 0 (${low} to ${high}; ${method})`;
  }
  return null;
}

interface Moments {
  readonly a: number;
  readonly b: number;
  /** (Co)variances of the means. */
  readonly saa: number;
  readonly sbb: number;
  readonly sab: number;
  readonly t: number;
}

/** Roots of θ² (b² − t² s_bb) − 2 θ (a b − t² s_ab) + (a² − t² s_aa); the first factor is above 0, as b's interval is. */
function fiellerEnds({ a, b, saa, sbb, sab, t }: Moments): [low: number, high: number] {
  const square = b * b - t * t * sbb;
  const middle = a * b - t * t * sab;
  const root = Math.sqrt(Math.max(0, middle * middle - square * (a * a - t * t * saa)));
  return [(middle - root) / square, (middle + root) / square];
}

function logRatioEnds({ a, b, saa, sbb, sab, t }: Moments): [low: number, high: number] {
  const variance = saa / (a * a) - (2 * sab) / (a * b) + sbb / (b * b);
  const factor = Math.exp(t * Math.sqrt(Math.max(0, variance)));
  return [a / b / factor, (a / b) * factor];
}
