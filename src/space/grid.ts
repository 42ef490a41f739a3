// Values on a grid: low, low + step, low + 2·step, …
//
// In binary 0.1 + 2 · 0.1 is not 0.3, so a grid value is rounded to 15 significant decimals, which gives the
// number as it is written down, and what lies within a billionth of a step of a grid value stands for it.

const tolerance = 1e-9;

/** The grid value `steps` steps above `low`. */
export function gridValue(low: number, step: number, steps: number): number {
  return Number((low + step * steps).toPrecision(15));
}

/** How many whole steps the value lies above `low`, or undefined when it is not on the grid. */
export function stepsBetween(low: number, value: number, step: number): number | undefined {
  const steps = Math.round((value - low) / step);
  return Math.abs(value - (low + step * steps)) <= tolerance * step ? steps : undefined;
}
