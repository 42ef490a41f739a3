// Weights that are not quite what was programmed, as in analogue memory: most are off, each by a little.
//
//   gaussian:        w + σ s z,   s the layer's range max − min, or its standard deviation
//   multiplicative:  w (1 + σ z), or w e^(σ z), which never changes the sign
// z is normal, drawn by Box and Muller (1958). With a dose of rate 1 every weight varies.

import { choice, float } from "../../space/field.ts";
import { drawNormal } from "../draw-normal.ts";
import type { FaultChange } from "../fault.ts";
import { defineFault } from "../fault-model.ts";

export const gaussianWeight = defineFault({
  name: "gaussian-weight",
  about: "a weight is off by a normally distributed amount",
  targets: ["weight"],
  strikes: "element",
  fields: {
    sigma: float({
      about: "standard deviation of the amount, in scales of the layer's weights",
      unit: "1",
      low: 0,
      high: 10,
      default: 0.05,
    }),
    scale: choice({
      about: "scale of a layer's weights",
      options: ["range", "standardDeviation"],
      default: "range",
    }),
  },
  strike: ({ sigma, scale }, stored) => {
    const amount =
      sigma * (scale === "range" ? rangeOf(stored?.data ?? []) : deviationOf(stored?.data ?? []));
    return ({ random }): FaultChange => ({ kind: "add", amount: amount * drawNormal(random) });
  },
});

export const multiplicativeWeight = defineFault({
  name: "multiplicative-weight",
  about: "a weight is off by a normally or log-normally distributed factor",
  targets: ["weight"],
  strikes: "element",
  fields: {
    sigma: float({
      about: "standard deviation of the factor, or of its logarithm",
      unit: "1",
      low: 0,
      high: 10,
      default: 0.1,
    }),
    distribution: choice({
      about: "distribution of the factor",
      options: ["normal", "logNormal"],
      default: "normal",
    }),
  },
  strike:
    ({ sigma, distribution }) =>
    ({ random }): FaultChange => {
      const z = drawNormal(random);
      return { kind: "scale", factor: distribution === "normal" ? 1 + sigma * z : Math.exp(sigma * z) };
    },
});

function rangeOf(values: Iterable<number>): number {
  let [low, high] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  for (const value of values) {
    if (value < low) low = value;
    if (value > high) high = value;
  }
  return high - low;
}

function deviationOf(values: ArrayLike<number> & Iterable<number>): number {
  let mean = 0;
  for (const value of values) mean += value / values.length;
  let variance = 0;
  for (const value of values) variance += (value - mean) ** 2 / values.length;
  return Math.sqrt(variance);
}
