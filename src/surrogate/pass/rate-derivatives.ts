// Derivatives through firing rates (differentiation on spike representation, DSR: Meng et al. 2022, Eqs. 7 to 10). Over
// a run of T steps a neuron that keeps the share k of its potential, takes the share g of its current in and is reset by
// subtraction fires, weighted by how late, as often as its currents let it,
//
//   r = Σ κ_t s_t / Σ κ_t ≈ clip(a / θ, 0, 1),   a = Σ κ_t g I_t / Σ κ_t,   κ_t = k^(T−t),
//
// and the way back is that of the clip: no slope at any spike, nothing carried from step to step,
//
//   ∂r/∂I_t = κ_t g / (θ Σ κ)   where 0 < a < θ, else 0;   ∂r/∂θ = −a/θ² there.
//
// a comes from what is left: Σ κ_t (g I_t − θ s_t) = v_T − k^T v_0. ∂L/∂r is the sum over steps of ∂L/∂s_t.

export interface RateArgs {
  readonly images: number;
  readonly steps: number;
  readonly size: number;
  readonly stride: number;
  /** Shapes [steps, images, stride]. */
  readonly dOutputs: Float32Array;
  readonly spikes: Float32Array;
  /** Potentials before the first step and after the last. Shapes [images, stride]. */
  readonly start: Float32Array;
  readonly end: Float32Array;
  /** Shapes [stride]. */
  readonly threshold: Float32Array;
  readonly keep: Float32Array;
  readonly gain: Float32Array;
  /** Output: derivatives by the currents, summed over steps where they are held. Shape [steps or 1, images, stride]. */
  readonly dCurrent: Float32Array;
  readonly isHeld: boolean;
  /** Added to: derivatives by thresholds. Shape [stride]. */
  readonly dThreshold: Float32Array;
}

export function rateDerivatives(args: RateArgs): void {
  const { images, steps, size, stride, dOutputs, spikes, start, end, dCurrent, isHeld } = args;
  const { threshold, keep, gain, dThreshold } = args;
  const perStep = images * stride;
  if (isHeld) dCurrent.fill(0, 0, perStep);
  for (let n = 0; n < images; n++) {
    for (let j = 0; j < size; j++) {
      const at = n * stride + j;
      let [sum, weight, fired, derivative] = [0, 1, 0, 0];
      for (let step = steps - 1; step >= 0; step--, weight *= keep[j]) {
        sum += weight;
        fired += weight * spikes[step * perStep + at];
        derivative += dOutputs[step * perStep + at];
      }
      const arrived = (end[at] - weight * start[at] + threshold[j] * fired) / sum;
      const isBetween = arrived > 0 && arrived < threshold[j];
      const slope = isBetween ? derivative / threshold[j] : 0;
      dThreshold[j] -= (slope * arrived) / threshold[j];
      weight = (slope * gain[j]) / sum;
      for (let step = steps - 1; step >= 0; step--, weight *= keep[j]) {
        if (isHeld) dCurrent[at] += weight;
        else dCurrent[step * perStep + at] = weight;
      }
    }
  }
}
