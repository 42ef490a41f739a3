// The float32 next to a number. v > θ is v ≥ θ′ where θ′ is the float32 above θ, so that tools that want more than
// the threshold and tools that want at least it can be made to fire alike, to the last bit.

const float = new Float32Array(1);
const bits = new Int32Array(float.buffer);

/** @param x - float32, finite */
export function nextUp(x: number): number {
  float[0] = x;
  if (float[0] === 0) return 2 ** -149;
  bits[0] += float[0] > 0 ? 1 : -1;
  return float[0];
}

/** @param x - float32, finite */
export function nextDown(x: number): number {
  return -nextUp(-x);
}
