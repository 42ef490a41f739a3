// Labels in a column, each as near its line's end as the others allow.

/**
 * Positions at least `gapPx` apart (less only where the column is too short for all), in the order
 * of the wishes, within the column.
 *
 * @param wishes - wanted positions, in any order
 * @returns positions in the order of `wishes`
 */
export function spreadLabels(
  wishes: readonly number[],
  gapPx: number,
  [low, high]: readonly [number, number],
): readonly number[] {
  const order = wishes.map((_, i) => i).sort((a, b) => wishes[a] - wishes[b] || a - b);
  const gap = Math.min(gapPx, wishes.length < 2 ? gapPx : (high - low) / (wishes.length - 1));
  const placed: number[] = new Array(wishes.length).fill(0);
  let floor = low;
  for (const i of order) {
    placed[i] = Math.max(wishes[i], floor);
    floor = placed[i] + gap;
  }
  let ceiling = high;
  for (const i of [...order].reverse()) {
    placed[i] = Math.min(placed[i], ceiling);
    ceiling = placed[i] - gap;
  }
  return placed;
}
