// When to stop and answer, by what is known until then: causal decision latency.
//
//   fixed    at one time, for every sample
//   first    at the first output spike
//   margin   as soon as the leading class is so many spikes ahead; how many is calibrated on validation samples
//
// A sample whose rule never comes true is answered when the window ends. Under decoding by the first spike every margin
// is reached at that spike.

import { InvalidValueError } from "../base/errors.ts";
import { requireLabels } from "./anytime.ts";
import { type DecisionPath, decisionAt, undecided } from "./decision-path.ts";

export type DecisionRule =
  | { readonly kind: "fixed"; readonly timeS: number }
  | { readonly kind: "first" }
  | { readonly kind: "margin"; readonly spikes: number };

export interface TimedDecision {
  /** Seconds from the start of the window. */
  readonly timeS: number;
  /** A class, or −1. */
  readonly decision: number;
}

/** @throws {InvalidValueError} for a time that is not within the window, or a margin below 1 */
export function decideBy(path: DecisionPath, rule: DecisionRule, windowS: number): TimedDecision {
  switch (rule.kind) {
    case "fixed":
      if (!(rule.timeS >= 0 && rule.timeS <= windowS))
        throw new InvalidValueError("rule.timeS", `must be from 0 to ${windowS} s`, rule.timeS);
      return { timeS: rule.timeS, decision: decisionAt(path, rule.timeS) };
    case "first":
      return stopAt(path, path.timeS.length === 0 ? -1 : 0, windowS);
    case "margin":
      if (!(rule.spikes >= 1))
        throw new InvalidValueError("rule.spikes", "must be at least 1 spike", rule.spikes);
      return stopAt(
        path,
        path.margin.findIndex((margin) => margin >= rule.spikes),
        windowS,
      );
    default:
      throw new InvalidValueError(
        "rule.kind",
        "must be fixed, first or margin",
        (rule satisfies never as DecisionRule).kind,
      );
  }
}

function stopAt({ timeS, decision }: DecisionPath, moment: number, windowS: number): TimedDecision {
  if (moment >= 0) return { timeS: timeS[moment], decision: decision[moment] };
  return { timeS: windowS, decision: decision.length === 0 ? undecided : decision[decision.length - 1] };
}

/**
 * The smallest margin at which the rule is right at most `tolerance` less often than at the window's end, on samples
 * that nothing else is measured on.
 *
 * @param paths - of validation samples
 * @param tolerance - share of the samples
 * @throws {InvalidValueError} when there are no samples, or the tolerance is not from 0 to 1
 */
export function calibrateMargin(
  paths: readonly DecisionPath[],
  labels: ArrayLike<number>,
  tolerance: number,
): Extract<DecisionRule, { kind: "margin" }> {
  requireLabels(paths, labels);
  if (paths.length === 0) throw new InvalidValueError("validation samples", "must be at least one", 0);
  if (!(tolerance >= 0 && tolerance <= 1))
    throw new InvalidValueError("tolerance", "must be from 0 to 1", tolerance);
  const correctBy = (rule: DecisionRule): number =>
    paths.reduce((sum, path, s) => sum + Number(decideBy(path, rule, Infinity).decision === labels[s]), 0);
  const least = correctBy({ kind: "fixed", timeS: Infinity }) - tolerance * paths.length;
  const largest = paths.reduce(
    (most, { margin }) => margin.reduce((m, x) => (x < Infinity ? Math.max(m, x) : m), most),
    0,
  );
  for (let spikes = 1; spikes <= largest; spikes++) {
    const rule = { kind: "margin", spikes } as const;
    if (correctBy(rule) >= least) return rule;
  }
  // A margin nobody reaches waits for the window's end, which is what is compared with; where all margins
  // are infinite, the first spike reaches it.
  return { kind: "margin", spikes: largest + 1 };
}
