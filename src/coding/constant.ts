// Constant code: the real value x itself, held as input over all steps; no spikes.
//
//   x = pixel · scale + offset, in float32, rounded after the product and after the sum
//
// The first layer's current is then the same at every step and is computed once.

/** The held value of each pixel value. Shape [256]. */
export function heldValues({
  scale,
  offset,
}: {
  readonly scale: number;
  readonly offset: number;
}): Float32Array {
  return Float32Array.from({ length: 256 }, (_, pixel) =>
    Math.fround(Math.fround(pixel * Math.fround(scale)) + Math.fround(offset)),
  );
}
