// What the evidence says of a claim. Four answers, as "not shown" is not "shown false":
//
//   comparable      supported: the interval lies inside (−margin, margin); contradicted: outside
//   ratio at least  supported: the interval lies at or above the ratio; contradicted: below it
//   smaller         supported: the interval of the difference lies below −margin; contradicted: at or above
//   no larger       supported: the interval of the difference lies below margin; contradicted: at or above
//   otherwise inconclusive; not tested, if no test was run or another than the claim states
//
// Comparable is decided by the interval of confidence 1 − 2α, which is the two one-sided tests.

import type { Claim, ClaimTest } from "./claim.ts";
import { equivalenceConfidence } from "./equivalence-test.ts";
import type { Interval } from "./interval.ts";

export interface Evidence {
  readonly test: ClaimTest;
  /** Of the difference, or the ratio; null where there is none, e.g. a ratio of drops that may be 0. */
  readonly interval: Interval | null;
  /** Why there is no interval. */
  readonly reason?: string | null;
}

export interface Verdict {
  readonly verdict: "supported" | "contradicted" | "inconclusive" | "not tested";
  /** One sentence with the figures. */
  readonly why: string;
}

/** The confidence the interval must have to decide the claim. */
export function decisiveConfidence({ kind, confidence }: Claim): number {
  return kind === "comparable" ? equivalenceConfidence(confidence) : confidence;
}

/** @param evidence - null when nothing was run */
export function verdict(claim: Claim, evidence: Evidence | null): Verdict {
  if (evidence === null) return { verdict: "not tested", why: `No run measured ${claim.estimand}.` };
  const { test, interval, reason } = evidence;
  if (test !== claim.test) {
    return { verdict: "not tested", why: `The claim states the test ${claim.test}, but ${test} was run.` };
  }
  if (interval === null) {
    return { verdict: "inconclusive", why: `There is no interval: ${reason ?? "no reason was given"}.` };
  }
  const wanted = decisiveConfidence(claim);
  // NaN is neither within nor without, and must not pass for an answer.
  if (!(Math.abs(interval.confidence - wanted) < 1e-9 && interval.low <= interval.high)) {
    const got = `${percent(interval.confidence)} from ${interval.low} to ${interval.high}`;
    return {
      verdict: "not tested",
      why: `The claim is decided by an interval of ${percent(wanted)}, but got ${got}.`,
    };
  }
  const answer = decide(claim, interval);
  const { low, high, value } = interval;
  const figures = `${round(value)} (${round(low)} to ${round(high)}, ${percent(wanted)}; ${interval.method})`;
  return { verdict: answer, why: `${claim.estimand}: ${figures} ${sentenceEnd(claim, answer)}.` };
}

type Decision = "supported" | "contradicted" | "inconclusive";

function decide({ kind, margin }: Claim, { low, high }: Interval): Decision {
  switch (kind) {
    case "comparable":
      if (-margin < low && high < margin) return "supported";
      return low >= margin || high <= -margin ? "contradicted" : "inconclusive";
    case "ratio at least":
      return low >= margin ? "supported" : high < margin ? "contradicted" : "inconclusive";
    case "smaller":
      return high < -margin ? "supported" : low >= -margin ? "contradicted" : "inconclusive";
    case "no larger":
      return high < margin ? "supported" : low >= margin ? "contradicted" : "inconclusive";
    default:
      return kind satisfies never;
  }
}

function sentenceEnd({ kind, margin }: Claim, answer: Decision): string {
  const target = {
    comparable: `−${margin} to ${margin}`,
    "ratio at least": `${margin} and above`,
    smaller: margin === 0 ? "below 0" : `below −${margin}`,
    "no larger": `below ${margin}`,
  }[kind];
  const place = { supported: "lies within", contradicted: "lies outside", inconclusive: "is not all within" };
  return `${place[answer]} ${target}${answer === "inconclusive" ? ", nor all outside" : ""}`;
}

function percent(share: number): string {
  return `${Number((100 * share).toFixed(4))} %`;
}

function round(value: number): string {
  return String(Number(value.toPrecision(4)));
}
