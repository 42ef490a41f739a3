// Membranes twice as slow as synapses, τ = 2 τₛ (Bacho & Chu 2023, §2; here relative to now):
//
//   κ(δ) = τ (y − y²),  y = e^{−δ/τ}          u(δ) = τ (b y − g y²),  b = u/τ + g
//
//   u(δ) = ϑ  ⇔  g y² − b y + c = 0,  c = ϑ/τ     x = √(b² − 4 g c)     y = (b + x)/(2 g)     u' = x y
//
// The larger y is the earlier crossing, on the rising side. With the slope v = g − u/τ and m = 4 g (c − u/τ),
// x² = v² − m, and δ = τ ln(1/y) = τ ln(1 + m / ((v + x)(b + x))) keeps its digits for spikes that are near.

import type { ClosedForm } from "./closed-form.ts";

export function doubleTau(tauS: number, threshold: number): ClosedForm {
  const c = threshold / tauS;
  return {
    response: (delayS) => -tauS * Math.exp(-delayS / tauS) * Math.expm1(-delayS / tauS),
    rises: (current, potential, found) => {
      // Rounding may leave a potential a digit above the threshold: it fires now.
      const level = Math.min(potential / tauS, c);
      const slope = current - level;
      const b = current + level;
      // Asked this way round, so that NaN never fires. The slope is above 0 where the current is above c.
      if (!(current > c && b > 0)) return false;
      const m = 4 * current * (c - level);
      const square = slope * slope - m;
      if (!(square > 0)) return false;
      const x = Math.sqrt(square);
      found.delayS = tauS * Math.log1p(m / ((slope + x) * (b + x)));
      found.slope = (x * (b + x)) / (2 * current);
      return true;
    },
    // u'(y) = 0 at y = b/(2 g).
    peakDelayS: (current, potential) => {
      const y = (current + potential / tauS) / (2 * current);
      return current > 0 && y > 0 && y < 1 ? -tauS * Math.log(y) : 0;
    },
  };
}
