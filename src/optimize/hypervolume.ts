// Hypervolume: how much of the space below a reference point a set of minimised points dominates
// (Zitzler & Thiele 1998). Exact.
//
//   2 objectives   a sweep over the staircase, O(n log n)
//   3 objectives   a sweep along the last one, which keeps the staircase of the first two, O(n²) at worst
//   4 and more     WFG (While, Bradstreet & Barone 2012): each point's exclusive part, worst last objective
//                  first, so that every limited set is flat in it and has one objective fewer

type Points = readonly (readonly number[])[];

/**
 * @param points - [points, objectives], minimised; equal and dominated points do no harm
 * @returns 0 for no points below the reference; points with NaN count nothing; ∞ for a point at −∞
 */
export function hypervolume(points: Points, reference: readonly number[]): number {
  const inside = points.filter((point) => point.every((value, i) => value < reference[i]));
  if (inside.length === 0) return 0;
  if (reference.includes(Infinity) || inside.some((point) => point.includes(-Infinity))) return Infinity;
  return volume(inside, reference, reference.length);
}

/**
 * A reference just beyond the worst finite values: max(1.1 w, 0.9 w) in each objective, the smallest
 * positive number where that is 0 (the rule of Optuna's samplers).
 */
export function referencePointOf(points: Points): number[] {
  const dimensions = points[0]?.length ?? 0;
  return Array.from({ length: dimensions }, (_, i) => {
    const finite = points.map((point) => point[i]).filter(Number.isFinite);
    const worst = Math.max(...finite);
    return finite.length === 0 ? 1 : Math.max(1.1 * worst, 0.9 * worst) || 1e-12;
  });
}

/** Of the first m objectives; all points are finite and below the finite reference. */
function volume(points: Points, reference: readonly number[], m: number): number {
  if (points.length === 1) return boxVolume(points[0], reference, m);
  switch (m) {
    case 1:
      return reference[0] - points.reduce((least, point) => Math.min(least, point[0]), Infinity);
    case 2:
      return area(points, reference);
    case 3:
      return sweptVolume(points, reference);
    default:
      return exclusiveSum(points, reference, m);
  }
}

/** What one point dominates in the first m objectives. */
function boxVolume(point: readonly number[], reference: readonly number[], m: number): number {
  let product = 1;
  for (let i = 0; i < m; i++) product *= reference[i] - point[i];
  return product;
}

function area(points: Points, [right, top]: readonly number[]): number {
  const sorted = [...points].sort((a, b) => a[0] - b[0]);
  let total = 0;
  let lowest = top;
  for (const [x, y] of sorted) {
    if (y >= lowest) continue;
    total += (right - x) * (lowest - y);
    lowest = y;
  }
  return total;
}

function sweptVolume(points: Points, reference: readonly number[]): number {
  const sorted = [...points].sort((a, b) => a[2] - b[2]);
  // Corners of the staircase between two sentinels: x rises, y falls.
  const xs = [-Infinity, reference[0]];
  const ys = [reference[1], -Infinity];
  let section = 0;
  let total = 0;
  for (let k = 0; k < sorted.length; k++) {
    const [x, y, z] = sorted[k];
    section += insertCorner(xs, ys, x, y);
    total += section * ((k + 1 < sorted.length ? sorted[k + 1][2] : reference[2]) - z);
  }
  return total;
}

/** Puts a corner into the staircase, in place. @returns the area it adds */
function insertCorner(xs: number[], ys: number[], x: number, y: number): number {
  let low = 1;
  let high = xs.length - 1;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (xs[middle] > x) high = middle;
    else low = middle + 1;
  }
  const start = low;
  let level = ys[start - 1];
  if (level <= y) return 0;
  let added = 0;
  let from = x;
  let end = start;
  // Corners above y are covered by the new one; the first below it stays.
  for (; ; end++) {
    added += (xs[end] - from) * (level - y);
    if (ys[end] < y) break;
    level = ys[end];
    from = xs[end];
  }
  xs.splice(start, end - start, x);
  ys.splice(start, end - start, y);
  return added;
}

function exclusiveSum(points: Points, reference: readonly number[], m: number): number {
  const last = m - 1;
  const sorted = distinctFront(points, m).sort((a, b) => b[last] - a[last]);
  let total = 0;
  for (const [k, point] of sorted.entries()) {
    const limited = sorted
      .slice(k + 1)
      .map((other) => Array.from({ length: last }, (_, i) => Math.max(point[i], other[i])));
    const shared = limited.length === 0 ? 0 : volume(limited, reference, last);
    total += (reference[last] - point[last]) * (boxVolume(point, reference, last) - shared);
  }
  return total;
}

/** Points that no other equals or dominates in the first m objectives; of equal ones the first. */
function distinctFront(points: Points, m: number): (readonly number[])[] {
  const front: (readonly number[])[] = [];
  const sums = points.map((point) => point.slice(0, m).reduce((sum, value) => sum + value, 0));
  // A point can only be dominated by one whose sum is not larger: sorted, the front is never revised.
  for (const i of [...points.keys()].sort((a, b) => sums[a] - sums[b] || compare(points[a], points[b]))) {
    if (!front.some((other) => covers(other, points[i], m))) front.push(points[i]);
  }
  return front;
}

/** Rounding can make sums equal where one point dominates: then the dominating one comes first, too. */
function compare(a: readonly number[], b: readonly number[]): number {
  for (let i = 0; i < a.length; i++) if (a[i] !== b[i]) return a[i] - b[i];
  return 0;
}

function covers(a: readonly number[], b: readonly number[], m: number): boolean {
  for (let i = 0; i < m; i++) if (a[i] > b[i]) return false;
  return true;
}
