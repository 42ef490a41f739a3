// Dominance between two pairs of figures.

type Pair = readonly [x: number, y: number];

/** A test whether pair `a` is at least as good as `b` in both figures and better in one. */
export function isBetterPair(xHigher: boolean, yHigher: boolean): (a: Pair, b: Pair) => boolean {
  const gain = (a: number, b: number, isHigher: boolean): number => (isHigher ? a - b : b - a);
  return (a, b) => {
    const [dx, dy] = [gain(a[0], b[0], xHigher), gain(a[1], b[1], yHigher)];
    return dx >= 0 && dy >= 0 && (dx > 0 || dy > 0);
  };
}
