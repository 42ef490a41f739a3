// What a neuron learns from its first steps, before it starts again: two rules that make up for spikes that
// came too early or too late. v is the potential after the last of these steps and its reset.
//
// Residual (Hao et al. 2023a, SRP): v ≤ θ/1000 tells that the neuron has sent all it should, or too much:
// mute from here on.
//
// Offset (Hao et al. 2023b, COS), m(t) the potential charged at step t:
//   v < 0 after at least one spike   one too many: v₀ ← v₀ − max(θ, min m(t) over spikes − 0.999 θ)
//   v ≥ θ                            one too few:  v₀ ← v₀ + max(θ, 1.001 θ − max m(t) over silent steps)
// Neurons that fired at every step have no silent one: then + θ, where published code adds 1001 θ.

const { fround } = Math;

/** Whether a neuron with this residual potential is mute. NaN is. */
export function isMuted(residual: number, threshold: number): boolean {
  return !(residual > fround(1e-3 * threshold));
}

/** Charged potentials of a neuron's steps. */
export interface OffsetEvidence {
  /** Lowest at which it fired; ∞ if it never did. */
  lowestFiring: number;
  /** Highest at which it did not; −∞ if it always did. */
  highestSilent: number;
}

/** @returns the initial potential to start again from, float32 */
export function correctedPotential(
  initial: number,
  residual: number,
  { lowestFiring, highestSilent }: OffsetEvidence,
  threshold: number,
): number {
  if (residual < 0 && lowestFiring < Number.POSITIVE_INFINITY)
    return fround(initial - Math.max(threshold, lowestFiring - 0.999 * threshold));
  if (!(residual >= threshold)) return initial;
  if (highestSilent === Number.NEGATIVE_INFINITY) return fround(initial + threshold);
  return fround(initial + Math.max(threshold, 1.001 * threshold - highestSilent));
}
