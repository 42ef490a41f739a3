// A neuron between two events, solved: where its state goes, and when it next reaches the threshold. State: its
// current g and its potential u, relative to now, so that no exponential grows with time.
//
//   g(δ) = g e^{−δ/τₛ}     u(δ) = u e^{−δ/τ} + g κ(δ)     κ: what a unit of current does to u, δ later
//
// A spike is where u rises through ϑ. There u' = g − ϑ/τ > 0, so neither a neuron whose current is below ϑ/τ
// nor one whose potential falls can fire, and u ≤ ϑ always. A potential that only touches the threshold
// does not fire: its slope is 0 and the spike time has no derivative.

/** A crossing, written in place. */
export interface Crossing {
  /** Time from now, s. */
  delayS: number;
  /** u' at the crossing, 1/s; above 0. */
  slope: number;
}

export interface ClosedForm {
  /** κ(δ), s. */
  readonly response: (delayS: number) => number;
  /**
   * Find the next rise of u through ϑ.
   *
   * @param found - set where there is one
   * @returns whether there is one
   */
  readonly rises: (current: number, potential: number, found: Crossing) => boolean;
  /** Time from now until u is highest, s, if nothing fires; 0 where it falls from now on or stays below rest. */
  readonly peakDelayS: (current: number, potential: number) => number;
}
