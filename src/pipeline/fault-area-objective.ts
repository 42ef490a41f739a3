import { InvalidValueError } from "../base/errors.ts";
import { meanInterval } from "../statistics/mean-interval.ts";
import type { FaultResult } from "./evaluation.ts";
import type { Objective } from "./objective.ts";
import { networkFaults } from "./read-faults.ts";

/**
 * Area under accuracy over log10 of the bit-error rate, by trapezoids, divided by its width: mean accuracy over
 * the decades of the rates, each as heavy as the next. Rate 0, which has no logarithm, is left out.
 *
 * Masks are drawn anew at every rate, so the curve through one mask of each is a sample, and the areas of
 * such curves are independent.
 */
export const faultAreaObjective: Objective = {
  name: "faultArea",
  about: "accuracy under weight bit flips, mean over the decades of bit-error rate",
  unit: "1",
  direction: "maximize",
  scale: "linear",
  margin: 0.1,
  needs: "rates",
  score: (evaluation, { bitErrorRates }) => {
    const curve = networkFaults(evaluation)
      .filter(({ bitErrorRate: rate }) => rate > 0 && (bitErrorRates?.includes(rate) ?? true))
      .sort((a, b) => a.bitErrorRate - b.bitErrorRate);
    const weights = shares(curve);
    const [{ seeds: first }] = curve;
    const areas = first.map((_, i) =>
      curve.reduce((sum, { seeds, images }, at) => sum + (weights[at] * seeds[i].correct) / images, 0),
    );
    return meanInterval(areas, [0, 1], "curves through fault seeds");
  },
};

/** Each rate's share of the width: half of the way to both neighbours. Shape [rates]. */
function shares(curve: readonly FaultResult[]): readonly number[] {
  const places = curve.map(({ bitErrorRate }) => Math.log10(bitErrorRate));
  const width = places[places.length - 1] - places[0];
  const masks = new Set(curve.map(({ seeds }) => seeds.length));
  if (!(width > 0) || masks.size !== 1)
    throw new InvalidValueError(
      "evaluation.faults",
      "must hold at least 2 bit-error rates above 0, with as many masks each",
      curve.map(({ bitErrorRate, seeds }) => `${seeds.length} masks at ${bitErrorRate}`),
    );
  return places.map((place, i) => {
    const before = places[i - 1] ?? place;
    const after = places[i + 1] ?? place;
    return (after - before) / 2 / width;
  });
}
