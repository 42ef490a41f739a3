// One step of a time-to-first-spike neuron with a linear kernel, in float32. It listens in a window of W steps and
// fires at most once, in the W steps behind it; t and f count from 0 in each.
//
//   listen   c ← c + I;  v ← v + c            a spike at t counts W − t times
//   fire     once, when v W ≥ θ (W − f − ½)    so W − f = clip(⌊v W/θ + ½⌋, 0, W): silent where that is 0
//
// The comparison is exact. Where spikes stand for their W − t and are worth λ'/W each, and v then is
// W/λ' Σ w a, the neuron's spike stands for clip(⌊z W/λ + ½⌋, 0, W) of λ/W, with θ = W λ/λ'. A current that is the
// same at every step, a bias say, counts W (W + 1)/2 times. Sources: Park et al. 2020 (T2FSNN: a window a layer,
// thresholds that fall while it fires; there exponentially), Yang et al. 2023 (LC-TTFS: linear, firing only after
// all input has come, so that no spike is too early).

export interface TtfsWindow {
  /** First step of listening, from 0. */
  readonly startStep: number;
  /** W. */
  readonly windowSteps: number;
}

export interface TtfsState {
  /** v. */
  potential: number;
  /** c. */
  current: number;
  hasFired: boolean;
}

const { fround } = Math;

/**
 * Advance a neuron by one step, in place. Outside its windows nothing happens.
 *
 * @param input - what arrives in this step, bias included; float32
 * @param step - from 0
 * @returns whether it fires
 */
export function stepTtfs(
  { startStep, windowSteps }: TtfsWindow,
  threshold: number,
  state: TtfsState,
  input: number,
  step: number,
): boolean {
  const listened = step - startStep;
  if (listened < 0) return false;
  if (listened < windowSteps) {
    state.current = fround(state.current + input);
    state.potential = fround(state.potential + state.current);
    return false;
  }
  if (state.hasFired) return false;
  state.hasFired = firesAtTtfs(state.potential, threshold, windowSteps, listened - windowSteps);
  return state.hasFired;
}

/** Whether the threshold has fallen to a potential at step f of the firing window. Exact in float64. */
export function firesAtTtfs(potential: number, threshold: number, windowSteps: number, f: number): boolean {
  return f < windowSteps && potential * windowSteps >= threshold * (windowSteps - f - 0.5);
}
