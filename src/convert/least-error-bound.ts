// The bound with the least squared error between activations and the rates that stand for them.
//
//   V = argmin Σ (a − (V/T) ⌊clip(a T/V + s, 0, T)⌋)²  over V = maximum · {1.00, 0.99, … 0.05}
//
// s is the share of the threshold that neurons start with. Sums run over the bins of the statistics, so that
// all calibration images count and none is run again. Source: Li et al. 2021, section 4.1 (s = 0, batches).

import type { LayerStatistics } from "./activation-statistics.ts";

/** Bits of a float32 pattern that one bin of the statistics holds all values of. */
const binBits = 13;

/**
 * @param steps - T
 * @param head - s, from 0 to below 1
 * @returns the largest of equals
 */
export function leastErrorBound(layer: LayerStatistics, steps: number, head: number): number {
  const values = binValues(layer);
  let best = layer.maximum;
  let leastError = Number.POSITIVE_INFINITY;
  for (let percent = 100; percent >= 5; percent--) {
    const bound = (layer.maximum * percent) / 100;
    let error = 0;
    for (const [value, count] of values) {
      const spikes = Math.min(steps, Math.floor((value * steps) / bound + head));
      error += count * (value - (spikes * bound) / steps) ** 2;
    }
    if (error >= leastError) continue;
    leastError = error;
    best = bound;
  }
  return best;
}

/** Middle of every bin and how many activations it holds. */
function binValues({ bins, binCounts }: LayerStatistics): readonly (readonly [number, number])[] {
  const pattern = new Int32Array(1);
  const value = new Float32Array(pattern.buffer);
  return Array.from(bins, (bin, i) => {
    pattern[0] = (bin << binBits) + (1 << (binBits - 1));
    return [value[0], binCounts[i]] as const;
  });
}
