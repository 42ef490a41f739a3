// The rule that turns weights into codes: symmetric, one scale for all of them or one an output channel.
//
//   code = clip(round(w / scale), −L, L),  L = 2^(bits−1) − 1,  scale = clipping / L
// Ties round away from zero, so that −w always gets the negated code of w. From 5 bits on,
// clipping = max|w| and nothing is clipped. Up to 4 bits the few levels are better spent on the bulk:
// clipping is the share of max|w| among 1.00, 0.99 … 0.20 with the least squared error
// (the largest of equals), for 2 bits down to 0.20.
//
// Training for codes asks for them at every update, so most shares are ruled out unseen: a histogram bounds
// the error of each from both sides, and only those that may be the least are measured on the weights.

/** Widths up to this many bits get the clipping with the least squared error. */
const searchedBits = 4;

/** From this many weights on the histogram is worth its making. */
const histogramFrom = 4096;
const binCount = 4096;

export type WeightScales = "layer" | "channel";

/** Codes that weights are stored as. */
export interface CodeFormat {
  /** 2 to 8. */
  readonly bits: number;
  readonly scales: WeightScales;
}

/**
 * @param weights - shape [outputs, …]
 * @param outputs - output channels, the first axis of the weights
 * @returns codes of the same shape, scale [1] or [outputs]
 */
export function quantiseTensor(
  weights: ArrayLike<number>,
  outputs: number,
  bits: number,
  scales: WeightScales,
): { readonly codes: Int8Array; readonly scale: Float32Array } {
  const parts = scales === "channel" ? outputs : 1;
  const size = weights.length / parts;
  const codes = new Int8Array(weights.length);
  const scale = new Float32Array(parts);
  for (let part = 0; part < parts; part++) {
    const own = parts === 1 ? weights : Array.prototype.slice.call(weights, part * size, (part + 1) * size);
    scale[part] = scaleOf(own, bits);
    encode(own, scale[part], 2 ** (bits - 1) - 1, codes.subarray(part * size, (part + 1) * size));
  }
  return { codes, scale };
}

/** A layer of zeros has no scale of its own; any positive one stands for it. */
function scaleOf(weights: ArrayLike<number>, bits: number): number {
  const limit = 2 ** (bits - 1) - 1;
  let maximum = 0;
  for (let i = 0; i < weights.length; i++) maximum = Math.max(maximum, Math.abs(weights[i]));
  // The stored float32 scale is the one codes are meant for.
  const whole = Math.fround(maximum / limit);
  if (whole === 0) return 1;
  if (bits > searchedBits) return whole;
  const candidates = [whole];
  for (let percent = 99; percent >= 20; percent--)
    candidates.push(Math.fround((maximum * percent) / 100 / limit));
  let best = whole;
  let leastError = Number.POSITIVE_INFINITY;
  for (const scale of possiblyLeast(weights, maximum, candidates, limit)) {
    const error = squaredError(weights, scale, limit);
    if (error < leastError) {
      best = scale;
      leastError = error;
    }
  }
  return best;
}

function encode(weights: ArrayLike<number>, scale: number, limit: number, codes: Int8Array): void {
  for (let i = 0; i < weights.length; i++) {
    const magnitude = Math.min(limit, Math.floor(Math.abs(weights[i]) / scale + 0.5));
    codes[i] = weights[i] < 0 ? -magnitude : magnitude;
  }
}

function squaredError(weights: ArrayLike<number>, scale: number, limit: number): number {
  let sum = 0;
  for (let i = 0; i < weights.length; i++) {
    const size = Math.abs(weights[i]);
    const error = size - scale * Math.min(limit, Math.floor(size / scale + 0.5));
    sum += error * error;
  }
  return sum;
}

/**
 * Scales that may have the least error, in their order. Σ (|w| − s k)² = Σ w² − 2 s Σ k |w| + s² Σ k², and the
 * sums of each code k are differences of running sums over bins. A bin that is cut by the edge between two
 * codes counts as the higher one's: that is off by at most 2 s times its width for each of its weights.
 */
function possiblyLeast(
  weights: ArrayLike<number>,
  maximum: number,
  candidates: readonly number[],
  limit: number,
): readonly number[] {
  if (weights.length < histogramFrom) return candidates;
  const perUnit = binCount / maximum;
  if (!Number.isFinite(perUnit)) return candidates;
  // Running sums: number and sum of the weights in the bins below.
  const counts = new Float64Array(binCount + 1);
  const sums = new Float64Array(binCount + 1);
  let squares = 0;
  for (let i = 0; i < weights.length; i++) {
    const size = Math.abs(weights[i]);
    const bin = Math.min(binCount, 1 + Math.floor(size * perUnit));
    counts[bin]++;
    sums[bin] += size;
    squares += size * size;
  }
  for (let bin = 1; bin <= binCount; bin++) {
    counts[bin] += counts[bin - 1];
    sums[bin] += sums[bin - 1];
  }
  const bounds = candidates.map((scale) => {
    let [error, doubt] = [squares, 1e-9 * squares];
    for (let k = 1; k <= limit; k++) {
      // What lies above the edge to code k is moved from k − 1 to k.
      const bin = Math.min(binCount - 1, Math.floor((k - 0.5) * scale * perUnit));
      const above = counts[binCount] - counts[bin];
      error += scale * ((2 * k - 1) * scale * above - 2 * (sums[binCount] - sums[bin]));
      doubt += (2 * scale * 1.001 * (counts[bin + 1] - counts[bin])) / perUnit;
    }
    return { scale, low: error - doubt, high: error + doubt };
  });
  const least = Math.min(...bounds.map(({ high }) => high));
  return bounds.filter(({ low }) => low <= least).map(({ scale }) => scale);
}
