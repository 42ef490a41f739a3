// The region that no point of a front dominates, as disjoint boxes.
//
// Points are minimised; the region is all z below the reference that no point is at or below everywhere, without
// end downward. Swept along the last objective: between the heights of two points the cross-section is that of
// the points below, a region of one objective less; a piece of cross-section that stays the same from one
// slab to the next is one box. Two objectives give n + 1 strips, three 2n + 1 boxes, as many as the algorithm of
// Lacour, Klamroth & Fonseca (2017); four grow faster. Expected improvements of hypervolume are sums over boxes.

/** Boxes whose sides are thresholds, shared by many: box k spans, in objective j, low to high threshold. */
export interface Boxes {
  readonly count: number;
  readonly objectives: number;
  /** Ascending, the first −∞, the last the reference. [objectives][…] */
  readonly thresholds: readonly Float64Array[];
  /** Indices of thresholds. [count, objectives] */
  readonly low: Int32Array;
  readonly high: Int32Array;
}

/** Lower and upper sides, an objective after the other. */
type Box = readonly (readonly [low: number, high: number])[];

/**
 * @param points - [points][objectives], minimised; dominated ones and those not below the reference add nothing
 */
export function nonDominatedBoxes(
  points: readonly (readonly number[])[],
  reference: readonly number[],
): Boxes {
  const inside = points.filter((point) => point.every((value, j) => value < reference[j]));
  const boxes = split(inside, reference);
  const thresholds = reference.map((end, j) =>
    Float64Array.from(new Set([Number.NEGATIVE_INFINITY, ...inside.map((point) => point[j]), end])).sort(),
  );
  const places = thresholds.map((sides) => new Map([...sides].map((side, i) => [side, i])));
  const side = (which: 0 | 1): Int32Array =>
    Int32Array.from(boxes.flatMap((box) => box.map((sides, j) => places[j].get(sides[which]) ?? 0)));
  return { count: boxes.length, objectives: reference.length, thresholds, low: side(0), high: side(1) };
}

function split(points: readonly (readonly number[])[], reference: readonly number[]): readonly Box[] {
  const last = reference.length - 1;
  if (last === 0) return [[[-Infinity, points.reduce((least, [at]) => Math.min(least, at), reference[0])]]];
  const sorted = [...points].sort((a, b) => a[last] - b[last]);
  const found: Box[] = [];
  /** Cross-sections that reach the slab at hand, and from what height. */
  let open = new Map<string, { readonly box: Box; readonly from: number }>();
  let below: (readonly number[])[] = [];
  for (let k = -1; k < sorted.length; k++) {
    const from = k < 0 ? -Infinity : sorted[k][last];
    if (k >= 0) below = insert(below, sorted[k].slice(0, last));
    const to = k + 1 < sorted.length ? sorted[k + 1][last] : reference[last];
    if (!(to > from)) continue; // points of one height make one slab
    const sections = split(below, reference.slice(0, last));
    const next = new Map(sections.map((box) => [box.join(";"), { box, from }]));
    for (const [key, { box, from: since }] of open) {
      if (next.has(key)) next.set(key, { box, from: since });
      else found.push([...box, [since, from]]);
    }
    open = next;
  }
  for (const { box, from } of open.values()) found.push([...box, [from, reference[last]]]);
  return found;
}

/** The front with a point more: without what the point dominates, or as it was when it is dominated. */
function insert(front: (readonly number[])[], point: readonly number[]): (readonly number[])[] {
  const covers = (a: readonly number[], b: readonly number[]): boolean =>
    a.every((value, j) => value <= b[j]);
  if (front.some((other) => covers(other, point))) return front;
  return [...front.filter((other) => !covers(point, other)), point];
}
