// The kernel of the Gaussian processes: Matérn 5/2 over a weighted distance of designs.
//
//   k(x, x') = s · M(D),   D = Σᵢ λᵢ δᵢ,   δᵢ = (xᵢ − x'ᵢ)², or 1[xᵢ ≠ x'ᵢ] for a category
//   M(D) = (1 + r + r²/3) e^{−r},  r = √(5D);   dM/dD = −(5/6)(1 + r) e^{−r}, finite at 0
//
// One weight λ = 1/ℓ² a coordinate (automatic relevance determination). Rasmussen & Williams (2006), eq. 4.17;
// the Hamming distance inside it as in Optuna's GPSampler.

/** Which kernel: the weights λ [dimensions] and the scale s. */
export interface KernelParameters {
  readonly inverseSquares: Float64Array;
  readonly scale: number;
}

/** Encoded designs, row after row [count, dimensions], and which coordinates are categories. */
export interface Inputs {
  readonly count: number;
  readonly dimensions: number;
  readonly values: Float64Array;
  /** 1 for a category, else 0. [dimensions] */
  readonly isCategory: Uint8Array;
}

/**
 * δ of every pair (i, j < i) in the order of a lower triangle without its diagonal, one coordinate after the
 * other: [dimensions, pairs].
 */
export function pairDifferences({ count, dimensions, values, isCategory }: Inputs): Float64Array {
  const pairs = (count * (count - 1)) / 2;
  const differences = new Float64Array(dimensions * pairs);
  for (let c = 0; c < dimensions; c++) {
    let at = c * pairs;
    for (let i = 1; i < count; i++) {
      const here = values[i * dimensions + c];
      for (let j = 0; j < i; j++) {
        const gap = here - values[j * dimensions + c];
        differences[at++] = isCategory[c] === 1 ? (gap === 0 ? 0 : 1) : gap * gap;
      }
    }
  }
  return differences;
}

/** M(D). */
export function matern(distance: number): number {
  const r = Math.sqrt(5 * distance);
  return (1 + r + (r * r) / 3) * Math.exp(-r);
}

/** k between a place x [dimensions] and every input, into `out` [count]. */
export function kernelRow(
  { inverseSquares, scale }: KernelParameters,
  inputs: Inputs,
  x: Float64Array,
  out: Float64Array,
): void {
  for (let i = 0; i < inputs.count; i++) {
    out[i] = scale * matern(squaredDistance(inverseSquares, inputs, x, i));
  }
}

/** As `kernelRow`, and s · dM/dD of every input into `slopes`. */
export function kernelRowWithSlopes(
  { inverseSquares, scale }: KernelParameters,
  inputs: Inputs,
  x: Float64Array,
  out: Float64Array,
  slopes: Float64Array,
): void {
  for (let i = 0; i < inputs.count; i++) {
    const r = Math.sqrt(5 * squaredDistance(inverseSquares, inputs, x, i));
    const decay = scale * Math.exp(-r);
    out[i] = (1 + r + (r * r) / 3) * decay;
    slopes[i] = (-5 / 6) * (1 + r) * decay;
  }
}

/** D between a place and an input. */
function squaredDistance(
  inverseSquares: KernelParameters["inverseSquares"],
  { dimensions, values, isCategory }: Inputs,
  x: Float64Array,
  input: number,
): number {
  let distance = 0;
  for (let c = 0, at = input * dimensions; c < dimensions; c++, at++) {
    const gap = x[c] - values[at];
    if (isCategory[c] === 0) distance += inverseSquares[c] * gap * gap;
    else if (gap !== 0) distance += inverseSquares[c];
  }
  return distance;
}
