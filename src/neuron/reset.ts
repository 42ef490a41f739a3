// What a spike does to the potential. Subtraction keeps what was above the threshold, so no charge
// is lost; reset to zero forgets it (Diehl et al. 2015 against Rueckauer et al. 2017, §2.1).

/** A potential after its spike, float32. */
export type Reset = (v: number, threshold: number) => number;

export const resets = {
  subtract: (v, threshold) => Math.fround(v - threshold),
  zero: () => 0,
} as const satisfies Readonly<Record<string, Reset>>;
