// What both builds share: one multiply-add, fused only in the relaxed build.

/** c + a·b. Plain build: rounded twice, the same everywhere. Relaxed build: fused where the machine can. */
// @ts-ignore: decorator
@inline
export function madd(a: v128, b: v128, c: v128): v128 {
  if (ASC_FEATURE_RELAXED_SIMD) return f32x4.relaxed_madd(a, b, c);
  return f32x4.add(c, f32x4.mul(a, b));
}
