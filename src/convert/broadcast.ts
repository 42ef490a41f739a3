// Numbers that hold for a whole layer, or one for each of its channels: arrays of length 1 or channels. In
// float64, so that rounding to float32 happens once, where a tensor is written.

/** Element i, for arrays of one value too. */
export function at(values: ArrayLike<number>, i: number): number {
  return values[values.length === 1 ? 0 : i];
}

/** Combine element by element; a single value meets every element of the other. */
export function combine(
  a: Float64Array,
  b: Float64Array,
  of: (a: number, b: number) => number,
): Float64Array {
  const length = Math.max(a.length, b.length);
  return Float64Array.from({ length }, (_, i) => of(at(a, i), at(b, i)));
}

/** One value where all are the same. */
export function simplest(values: Float64Array): Float64Array {
  return values.every((value) => value === values[0]) ? values.slice(0, 1) : values;
}

/** Every value `times` times in a row: channels to the features they are flattened to. */
export function repeat(values: Float64Array, times: number): Float64Array {
  if (values.length === 1) return values;
  return Float64Array.from({ length: values.length * times }, (_, i) => values[Math.floor(i / times)]);
}

/** Values of several layers, one after the other. */
export function concatenate(
  parts: readonly { readonly values: Float64Array; readonly channels: number }[],
): Float64Array {
  const all = parts.flatMap(({ values, channels }) =>
    Array.from({ length: channels }, (_, i) => at(values, i)),
  );
  return simplest(Float64Array.from(all));
}
