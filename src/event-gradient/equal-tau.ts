// Membranes as fast as synapses, τ = τₛ (Göltz et al. 2021; here relative to now, with any number of spikes):
//
//   κ(δ) = δ e^{−δ/τ}          u(δ) = (u + g δ) e^{−δ/τ}
//
//   u(δ) = ϑ  ⇔  −v e^{−v} = −r e^{−p},  p = u/(gτ), r = ϑ/(gτ), δ = τ (v − p)     so v = −W(−r e^{−p})
//
// on the principal branch W ≥ −1, the rising one. Resets only lower u, so the form with many spikes is the
// form with one. The peak is above ϑ by the depth d = −ln r − 1 + p > 0 of W's argument. u' = g (1 + W) e^{−δ/τ}.

import type { ClosedForm } from "./closed-form.ts";
import { onePlusLambertW } from "./lambert-w.ts";

export function equalTau(tauS: number, threshold: number): ClosedForm {
  return {
    response: (delayS) => delayS * Math.exp(-delayS / tauS),
    rises: (current, potential, found) => {
      const full = current * tauS;
      const p = potential / full;
      // Asked this way round, so that NaN never fires.
      if (!(full > threshold)) return false;
      const depth = Math.log(full / threshold) - 1 + p;
      if (!(depth > 0 && depth < Infinity)) return false;
      const w = onePlusLambertW(depth);
      // Rounding may leave a potential a digit above the threshold: it fires now.
      const delay = Math.max(0, 1 - w - p);
      found.delayS = tauS * delay;
      found.slope = current * w * Math.exp(-delay);
      return true;
    },
    peakDelayS: (current, potential) => (current > 0 ? Math.max(0, tauS - potential / current) : 0),
  };
}
