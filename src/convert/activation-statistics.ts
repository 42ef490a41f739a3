// What calibration learns about activations: per layer the maximum and a histogram, in one pass.
//
// The bins are the upper 18 bits of the float32 pattern (8 of exponent, 10 of mantissa): no range
// must be known beforehand, and every bin is 2^-10 of its value wide. So a percentile is at most
// 0.1 % above the exact one (for normal numbers), whatever the distribution; the maximum is exact.

import { InvalidValueError } from "../base/errors.ts";
import type { Network } from "../model/network.ts";
import { inferShapes, sizeOf } from "../model/shapes.ts";
import type { BoundRule, Bounds } from "./watched-bounds.ts";

const droppedBits = 13;
const infinityBits = 0x7f800000;

/** Positive part of one layer's values over all calibration images. */
export interface LayerStatistics {
  /** Values seen, zeros and negatives included. */
  readonly values: number;
  /** Values above 0. */
  readonly positive: number;
  /** Largest value, 0 if none is above 0. */
  readonly maximum: number;
  /** Bins that hold positive values, ascending, and how many each holds. */
  readonly bins: Uint32Array;
  readonly binCounts: Float64Array;
}

/** Statistics by layer id: every relu layer's, and the output layer's. */
export interface ActivationStatistics {
  readonly images: number;
  readonly layers: Readonly<Record<string, LayerStatistics>>;
  /** Over the images, the lowest of their highest class scores. */
  readonly lowestTopScore: number;
  /** Runs the images again for a rule that `layers` cannot answer (watched-bounds.ts); kept by rule. */
  readonly watched?: (rule: BoundRule) => Bounds;
}

/**
 * A percentile of the activations, interpolated linearly between neighbouring ranks
 * (the default of NumPy); values below 0 count as 0.
 *
 * @param percent - 0 to 100; 100 is the exact maximum
 * @param population - `"positive"`: of the values above 0 (Rueckauer et al. 2017); `"all"`: zeros included
 * @returns the percentile, at most a factor 1 + 2^-10 above the exact one; 0 if the population is empty
 */
export function activationPercentile(
  layer: LayerStatistics,
  percent: number,
  population: "positive" | "all",
): number {
  if (!(percent >= 0 && percent <= 100)) {
    throw new InvalidValueError("percent", "must be from 0 to 100", percent);
  }
  const size = population === "positive" ? layer.positive : layer.values;
  if (size === 0) return 0;
  const rank = ((size - 1) * percent) / 100;
  const zeros = size - layer.positive;
  const low = valueAtRank(layer, Math.floor(rank) - zeros);
  const high = valueAtRank(layer, Math.ceil(rank) - zeros);
  return low + (high - low) * (rank - Math.floor(rank));
}

/**
 * Collects statistics while an ANN runs: hand `observe` to its forward pass. How images are cut
 * into batches makes no difference.
 */
export class StatisticsCollector {
  readonly #wanted: ReadonlySet<string>;
  readonly #layers = new Map<string, Collected>();
  readonly #output: string;
  readonly #classes: number;
  #lowestTopScore = Number.POSITIVE_INFINITY;

  /** Wants the relu layers of the network, and its output. */
  constructor(network: Network) {
    const { layers, output } = network;
    this.#output = output;
    this.#classes = sizeOf(inferShapes(network).get(output) ?? [1]);
    this.#wanted = new Set([...layers.filter(({ kind }) => kind === "relu").map(({ id }) => id), output]);
  }

  /**
   * Take in a batch of one layer's values; other layers' are passed over.
   *
   * @param values - shape [batch, …]; read, not kept
   * @throws {InvalidValueError} when a value is infinite or not a number
   */
  readonly observe = (layerId: string, values: Float32Array): void => {
    if (!this.#wanted.has(layerId)) return;
    if (layerId === this.#output) this.#watchScores(values);
    let layer = this.#layers.get(layerId);
    if (layer === undefined) {
      layer = { values: 0, maximum: 0, counts: new Float64Array((infinityBits >>> droppedBits) + 1) };
      this.#layers.set(layerId, layer);
    }
    const { counts } = layer;
    const patterns = new Int32Array(values.buffer, values.byteOffset, values.length);
    let maximumBits = 0;
    for (let i = 0; i < patterns.length; i++) {
      const bits = patterns[i];
      if ((bits & infinityBits) === infinityBits) {
        throw new InvalidValueError(
          `activation of layer ${JSON.stringify(layerId)}`,
          "must be finite",
          values[i],
        );
      }
      if (bits <= 0) continue; // zero, or the sign bit is set
      counts[bits >>> droppedBits]++;
      // Positive floats are ordered as their patterns are.
      if (bits > maximumBits) maximumBits = bits;
    }
    layer.values += values.length;
    layer.maximum = Math.max(layer.maximum, fromBits(maximumBits));
  };

  #watchScores(values: Float32Array): void {
    for (let first = 0; first < values.length; first += this.#classes) {
      let top = Number.NEGATIVE_INFINITY;
      for (let c = first; c < first + this.#classes; c++) top = Math.max(top, values[c]);
      this.#lowestTopScore = Math.min(this.#lowestTopScore, top);
    }
  }

  /** @param images - how many images the values came from */
  finish(images: number): ActivationStatistics {
    const layers: Record<string, LayerStatistics> = {};
    for (const [id, { values, maximum, counts }] of this.#layers) {
      const bins: number[] = [];
      for (let bin = 0; bin < counts.length; bin++) if (counts[bin] > 0) bins.push(bin);
      const binCounts = Float64Array.from(bins, (bin) => counts[bin]);
      const positive = binCounts.reduce((sum, count) => sum + count, 0);
      layers[id] = { values, positive, maximum, bins: Uint32Array.from(bins), binCounts };
    }
    return { images, layers, lowestTopScore: this.#lowestTopScore };
  }
}

interface Collected {
  values: number;
  maximum: number;
  readonly counts: Float64Array;
}

/** Upper edge of the bin that holds the positive value of this rank; 0 for ranks among the zeros. */
function valueAtRank({ bins, binCounts, maximum }: LayerStatistics, rank: number): number {
  if (rank < 0) return 0;
  let seen = 0;
  for (let i = 0; i < bins.length; i++) {
    seen += binCounts[i];
    if (rank < seen) return Math.min(maximum, fromBits((bins[i] + 1) << droppedBits));
  }
  return maximum;
}

const pattern = new Int32Array(1);
const asFloat = new Float32Array(pattern.buffer);

function fromBits(bits: number): number {
  pattern[0] = bits;
  return asFloat[0];
}
