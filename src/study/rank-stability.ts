// Does the order of the front by energy survive another hardware profile?

/**
 * Kendall's tau-b between two rankings (Kendall 1945): 1 same order, −1 reversed, 0 unrelated.
 * null when either is all ties or has fewer than two values.
 */
export function kendallTau(a: readonly number[], b: readonly number[]): number | null {
  let [concordance, untiedA, untiedB] = [0, 0, 0];
  for (let i = 0; i < a.length; i++) {
    for (let j = 0; j < i; j++) {
      const signA = Math.sign(a[i] - a[j]);
      const signB = Math.sign(b[i] - b[j]);
      concordance += signA * signB;
      untiedA += Math.abs(signA);
      untiedB += Math.abs(signB);
    }
  }
  return untiedA === 0 || untiedB === 0 ? null : concordance / Math.sqrt(untiedA * untiedB);
}
