// Surrogate functions: what stands for the step of a spike when derivatives are taken, with x = v − θ.
//
// Each is written as its slope p(x), which the way back uses, and a primitive P with P' = p: the network whose
// spikes are P(x) has true derivatives, and those are what the way back computes. Formulas and default slopes are
// those of snnTorch and SpikingJelly, so that gradients can be compared number by number; where the two differ in the
// default, the field tells. snnTorch's `Triangular` gives ±θ and is no triangle: `triangle` is SpikingJelly's
// PiecewiseQuadratic. Arithmetic here is float64; kernels/surrogate-functions.ts has float32's.

import type { SurrogateName } from "../kernels/surrogate-functions.ts";
import { type FloatField, float } from "../space/field.ts";

export interface Surrogate {
  readonly about: string;
  /** The slope parameter k; of straightThrough it is not read. */
  readonly slope: FloatField;
  /** p(x). */
  readonly slopeAt: (x: number, k: number) => number;
  /** P(x), up to a constant. */
  readonly primitive: (x: number, k: number) => number;
}

const slope = (value: number, about: string): FloatField =>
  float({ about, unit: "1", low: 0.01, high: 1000, scale: "log", default: value });

export const surrogates = {
  // Fang et al. 2021.
  atan: {
    about: "(k/2) / (1 + (π/2 · k x)²)",
    slope: slope(2, "α of both peers"),
    slopeAt: (x, k) => k / 2 / (1 + ((Math.PI / 2) * k * x) ** 2),
    primitive: (x, k) => Math.atan((Math.PI / 2) * k * x) / Math.PI + 0.5,
  },
  // Zenke & Ganguli 2018; snnTorch's FastSigmoid.
  fastSigmoid: {
    about: "1 / (k|x| + 1)²",
    slope: slope(25, "snnTorch's k"),
    slopeAt: (x, k) => 1 / (k * Math.abs(x) + 1) ** 2,
    primitive: (x, k) => x / (1 + k * Math.abs(x)),
  },
  sigmoid: {
    about: "k e^(−kx) / (e^(−kx) + 1)²",
    slope: slope(25, "snnTorch's k; SpikingJelly has 4"),
    slopeAt: (x, k) => {
      const e = Math.exp(-k * Math.abs(x));
      return (k * e) / (1 + e) ** 2;
    },
    primitive: (x, k) => 1 / (1 + Math.exp(-k * x)),
  },
  // Bellec et al. 2018; SpikingJelly's PiecewiseQuadratic.
  triangle: {
    about: "max(0, k − k²|x|)",
    slope: slope(1, "SpikingJelly's α"),
    slopeAt: (x, k) => k * Math.max(0, 1 - k * Math.abs(x)),
    primitive: (x, k) => {
      const y = Math.min(1, Math.max(-1, k * x));
      return y - 0.5 * y * Math.abs(y) + 0.5;
    },
  },
  // SpikingJelly's SuperSpike.
  superSpike: {
    about: "k / (|x| + 1)²",
    slope: slope(1, "SpikingJelly's α"),
    slopeAt: (x, k) => k / (Math.abs(x) + 1) ** 2,
    primitive: (x, k) => (k * x) / (1 + Math.abs(x)),
  },
  // Bengio et al. 2013; snnTorch's straight-through estimator.
  straightThrough: {
    about: "1",
    slope: slope(1, "not read"),
    slopeAt: () => 1,
    primitive: (x) => x,
  },
} as const satisfies Readonly<Record<SurrogateName, Surrogate>>;
