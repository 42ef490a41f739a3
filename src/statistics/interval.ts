// The form of every uncertain figure: a value never travels without the ends of its interval.

/** A value with the ends of its interval. */
export interface Interval {
  readonly value: number;
  readonly low: number;
  readonly high: number;
  /** Two-sided confidence, e.g. 0.95. */
  readonly confidence: number;
  /** How it was made, e.g. "Wilson, 10000 images", "Student t, 10 fault seeds". */
  readonly method: string;
}

/** Two-sided confidence where the caller does not say otherwise. */
export const usualConfidence = 0.95;
