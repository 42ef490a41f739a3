/** Values less their mean, in standard deviations; all 0 where they do not differ. */
export function standardised(raw: readonly number[]): {
  readonly values: Float64Array;
  readonly mean: number;
  readonly deviation: number;
} {
  const mean = raw.reduce((sum, value) => sum + value / raw.length, 0);
  const spread = Math.sqrt(raw.reduce((sum, value) => sum + (value - mean) ** 2 / raw.length, 0));
  const deviation = spread > 0 && Number.isFinite(spread) ? spread : 1;
  return { values: Float64Array.from(raw, (value) => (value - mean) / deviation), mean, deviation };
}
