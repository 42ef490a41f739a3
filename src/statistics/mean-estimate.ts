// A mean, or a difference of means, with its standard error and degrees of freedom: what Student's
// intervals and the tests of equivalence are made of.
//
//   one sample, or paired differences    s/√n,               ν = n − 1
//   two samples of their own (Welch 1947)  √(v_a + v_b), v = s²/n,  ν = (v_a+v_b)² / (v_a²/(n_a−1) + v_b²/(n_b−1))
//
// Welch's ν is rounded down, which widens the interval a little and never narrows it.

import { requireSameLength } from "../base/errors.ts";
import { type NumberList, requireFinite } from "./input-rules.ts";

export interface MeanEstimate {
  readonly value: number;
  /** 0 where it is not known. */
  readonly standardError: number;
  /** 0: too few values for an interval. */
  readonly degrees: number;
  /** How it was made and of how many values, e.g. "Student t, 10". */
  readonly method: string;
}

/** @throws {InvalidValueError} for a value that is NaN or infinite */
export function meanEstimate(values: NumberList, where = "values"): MeanEstimate {
  requireFinite(where, values);
  const n = values.length;
  let sum = 0;
  for (let i = 0; i < n; i++) sum += values[i];
  const value = n === 0 ? 0 : sum / n;
  let squares = 0;
  for (let i = 0; i < n; i++) squares += (values[i] - value) ** 2;
  const standardError = n < 2 ? 0 : Math.sqrt(squares / (n - 1) / n);
  return { value, standardError, degrees: Math.max(0, n - 1), method: `Student t, ${n}` };
}

/** Mean of a − b, value by value: what belongs together stands at the same place. */
export function pairedDifference(a: NumberList, b: NumberList): MeanEstimate {
  requireSameLength({ a, b });
  requireFinite("a", a);
  requireFinite("b", b);
  const estimate = meanEstimate(Float64Array.from({ length: a.length }, (_, i) => a[i] - b[i]));
  return { ...estimate, method: `paired ${estimate.method}` };
}

/** Mean of a − mean of b, samples that have nothing to do with each other. */
export function unpairedDifference(a: NumberList, b: NumberList): MeanEstimate {
  const [one, other] = [meanEstimate(a, "a"), meanEstimate(b, "b")];
  const value = one.value - other.value;
  const method = `Welch t, ${a.length} and ${b.length}`;
  if (one.degrees === 0 || other.degrees === 0) return { value, standardError: 0, degrees: 0, method };
  const [v, w] = [one.standardError ** 2, other.standardError ** 2];
  const least = Math.min(one.degrees, other.degrees);
  // Neither sample varies: 0/0; the smaller ν is the limit from the safe side.
  const degrees = v + w === 0 ? least : (v + w) ** 2 / (v ** 2 / one.degrees + w ** 2 / other.degrees);
  return {
    value,
    standardError: Math.sqrt(v + w),
    degrees: Math.floor(degrees + 1e-9),
    method,
  };
}
