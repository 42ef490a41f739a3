// The accuracy expected at a small bit-error rate, from single faults alone, without drawing a mask.
//
//   E[drop] = p Σ_b d_b + O(p² B²)          d_b: what a flip of bit b alone costs, B: bits
// To first order only masks of one flip count, each with the chance p. It needs every d_b, so it is refused for a
// sample; and it knows nothing of flips that meet, so it is refused at rates where Monte Carlo has not been seen
// to agree. Drops of opposite signs cancel: the rate at which decisions change stands beside it.

import { InvalidValueError } from "../base/errors.ts";
import type { CampaignSettings } from "./campaign-settings.ts";
import type { CampaignSummary } from "./campaign-summary.ts";

export interface FirstOrderDrop {
  readonly bitErrorRate: number;
  /** Mean flips of a mask. */
  readonly meanFlips: number;
  /** Expected loss of accuracy, a share of images. */
  readonly accuracyLost: number;
  /** Expected share of images whose class changes; at most, as changes that undo each other count twice. */
  readonly decisionChange: number;
}

export interface FirstOrderOptions {
  /** Of an exhaustive campaign. */
  readonly summary: CampaignSummary;
  readonly settings: CampaignSettings;
  /** Bit-error rates between which Monte Carlo agreed. */
  readonly agreed: { readonly lowest: number; readonly highest: number };
}

/**
 * @param bitErrorRate - of the bits the campaign struck; of transient faults by bit and step
 * @throws {InvalidValueError} for a sample, faults that are no flips, and rates outside those that agreed
 */
export function firstOrderDrop(
  bitErrorRate: number,
  { summary, settings, agreed }: FirstOrderOptions,
): FirstOrderDrop {
  const { overall } = summary;
  const { lowest, highest } = agreed;
  if (settings.faultModel !== "single" || settings.change !== "flip")
    throw new InvalidValueError(
      "settings",
      "must be of single bit flips for an expectation at a bit-error rate",
      settings.faultModel === "single" ? settings.change : settings.faultModel,
    );
  if (overall.population === null || overall.faults !== overall.population)
    throw new InvalidValueError(
      "summary",
      "must be of all faults there are for an expectation at a bit-error rate",
      `${overall.faults} of ${overall.population}`,
      "Run the campaign with --sampling exhaustive.",
    );
  if (!(lowest >= 0 && highest <= 1 && lowest <= highest))
    throw new InvalidValueError("agreed", "must be rates from 0 to 1, the lowest first", [lowest, highest]);
  if (!(bitErrorRate >= lowest && bitErrorRate <= highest))
    throw new InvalidValueError(
      "bitErrorRate",
      `must be from ${lowest} to ${highest}, where Monte Carlo agreed`,
      bitErrorRate,
      "Draw masks there.",
    );
  const meanFlips = bitErrorRate * overall.population;
  return {
    bitErrorRate,
    meanFlips,
    accuracyLost: meanFlips * overall.accuracyLost.value,
    decisionChange: meanFlips * overall.critical.value,
  };
}
