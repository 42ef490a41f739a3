// Two sequences laid beside each other with the least difference (Needleman & Wunsch 1970): what a list that
// lacks an entry or has one too many is told by, instead of everything behind it being wrong.

export interface Aligned<A, B> {
  /** null: nothing stands here. */
  readonly a: A | null;
  readonly b: B | null;
}

/** Leaving one out on either side costs 1, so a pair that costs 2 or more is never made. */
const gap = 1;

/** @param cost - of a pair, 0 where it fits */
export function align<A, B>(
  as: readonly A[],
  bs: readonly B[],
  cost: (a: A, b: B) => number,
): readonly Aligned<A, B>[] {
  const width = bs.length + 1;
  /** Cost of laying out everything from as[i] and bs[j] on. */
  const rest = new Float64Array((as.length + 1) * width);
  for (let i = as.length; i >= 0; i--) {
    for (let j = bs.length; j >= 0; j--) {
      if (i === as.length || j === bs.length) {
        rest[i * width + j] = gap * (as.length - i + bs.length - j);
        continue;
      }
      rest[i * width + j] = Math.min(
        cost(as[i], bs[j]) + rest[(i + 1) * width + j + 1],
        gap + Math.min(rest[(i + 1) * width + j], rest[i * width + j + 1]),
      );
    }
  }
  const aligned: Aligned<A, B>[] = [];
  for (let i = 0, j = 0; i < as.length || j < bs.length; ) {
    const here = rest[i * width + j];
    if (i < as.length && j < bs.length && here === cost(as[i], bs[j]) + rest[(i + 1) * width + j + 1]) {
      aligned.push({ a: as[i++], b: bs[j++] });
    } else if (i < as.length && here === gap + rest[(i + 1) * width + j]) {
      aligned.push({ a: as[i++], b: null });
    } else {
      aligned.push({ a: null, b: bs[j++] });
    }
  }
  return aligned;
}
