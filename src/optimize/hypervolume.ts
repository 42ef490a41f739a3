// Hypervolume: how much of the space below a reference point a set of minimised points dominates
// (Zitzler & Thiele 1998). Exact, by slicing along the last objective: 2-D is a sweep, m-D a sum of
// (m−1)-D slabs. Meant for fronts of up to a few hundred points and four objectives.

/** @returns 0 for no points inside the reference; points with NaN count nothing */
export function hypervolume(points: readonly (readonly number[])[], reference: readonly number[]): number {
  const inside = points.filter((point) => point.every((value, i) => value < reference[i]));
  return volume(inside, reference);
}

/**
 * A reference just beyond the worst finite values: max(1.1 w, 0.9 w) in each objective, the smallest
 * positive number where that is 0 (the rule of Optuna's samplers).
 */
export function referencePointOf(points: readonly (readonly number[])[]): number[] {
  const dimensions = points[0]?.length ?? 0;
  return Array.from({ length: dimensions }, (_, i) => {
    const finite = points.map((point) => point[i]).filter(Number.isFinite);
    const worst = Math.max(...finite);
    return finite.length === 0 ? 1 : Math.max(1.1 * worst, 0.9 * worst) || 1e-12;
  });
}

function volume(points: readonly (readonly number[])[], reference: readonly number[]): number {
  if (points.length === 0) return 0;
  const last = reference.length - 1;
  if (last === 0) return reference[0] - Math.min(...points.map(([value]) => value));
  const sorted = [...points].sort((a, b) => a[last] - b[last]);
  let total = 0;
  // Between two neighbouring heights the cross-section is that of all points below.
  for (let k = 0; k < sorted.length; k++) {
    const top = k + 1 < sorted.length ? sorted[k + 1][last] : reference[last];
    if (top <= sorted[k][last]) continue;
    const section = sorted.slice(0, k + 1).map((point) => point.slice(0, last));
    total += (top - sorted[k][last]) * volume(section, reference.slice(0, last));
  }
  return total;
}
