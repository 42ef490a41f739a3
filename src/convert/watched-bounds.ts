// Bounds that need another look at the activations: by channel, or as a moving average over batches.
//
//   moving   s_t over batch t (maximum or percentile, of the layer or of each channel), then
//            λ = s_0, λ ← 0.9 λ + 0.1 s_t: what SpikingJelly's converter does, so that its "max" is not the
//            largest of all. Percentiles of a batch are exact, interpolated between ranks.
//   global   by channel: maxima exactly; percentiles from histograms of 4096 bins up to each channel's
//            maximum, the upper edge of the bin, so at most 1/4096 of the maximum too high.

import { Forward } from "../ann/forward.ts";
import { throwIfCancelled } from "../base/cancel.ts";
import type { Model } from "../model/model.ts";
import type { Network } from "../model/network.ts";
import { inferShapes } from "../model/shapes.ts";
import type { CalibrationImages } from "./mean-activations.ts";

export interface BoundRule {
  readonly normalisation: "max" | "percentile";
  /** 0 to 100. */
  readonly percentile: number;
  readonly population: "positive" | "all";
  readonly granularity: "layer" | "channel";
  readonly average: "global" | "moving";
}

const momentum = 0.9;
const bins = 4096;

/** By relu, and for the output: [1], or [channels]; 0 where nothing was active. */
export type Bounds = ReadonlyMap<string, Float64Array>;

/**
 * @param ann - batch norm folded
 * @param batch - images of a batch, for moving averages
 * @throws {CancelledError}
 */
export function watchBounds(ann: Model, rule: BoundRule, images: CalibrationImages, batch: number): Bounds {
  const parts = partsOf(ann.network, rule);
  const bounds = new Map([...parts].map(([id, count]) => [id, new Float64Array(count)]));
  const watch = (take: (values: Float32Array, id: string, part: PartView) => void): void =>
    eachBatch(ann, images, batch, (id, values, count) => {
      const known = parts.get(id);
      if (known !== undefined) take(values, id, { parts: known, count, size: values.length / count });
    });
  if (rule.average === "moving") {
    const seen = new Set<string>();
    watch((values, id, view) => {
      const own = bounds.get(id) as Float64Array;
      const isFirst = !seen.has(id);
      seen.add(id);
      for (let p = 0; p < own.length; p++) {
        const found = ofPart(valuesOf(values, view, p), rule);
        own[p] = isFirst ? found : momentum * own[p] + (1 - momentum) * found;
      }
    });
    return bounds;
  }
  watch((values, id, view) => {
    const own = bounds.get(id) as Float64Array;
    eachValue(values, view, (value, p) => {
      if (value > own[p]) own[p] = value;
    });
  });
  if (rule.normalisation === "max") return bounds;
  const counts = new Map([...parts].map(([id, count]) => [id, new Histograms(count)]));
  watch((values, id, view) => {
    const own = bounds.get(id) as Float64Array;
    const histograms = counts.get(id) as Histograms;
    eachValue(values, view, (value, p) => histograms.add(p, value, own[p]));
  });
  return new Map(
    [...bounds].map(([id, maxima]) => [id, (counts.get(id) as Histograms).percentiles(maxima, rule)]),
  );
}

/** Values [count, size] of one layer, cut into parts of equal length along the second axis. */
interface PartView {
  readonly parts: number;
  readonly count: number;
  readonly size: number;
}

function partsOf(network: Network, { granularity }: BoundRule): ReadonlyMap<string, number> {
  const shapes = inferShapes(network);
  const parts = new Map<string, number>();
  for (const { id, kind } of network.layers) {
    if (kind !== "relu" && id !== network.output) continue;
    parts.set(id, granularity === "channel" ? (shapes.get(id)?.[0] ?? 1) : 1);
  }
  return parts;
}

function eachBatch(
  ann: Model,
  { kernels, images, count, isCancelled }: CalibrationImages,
  batch: number,
  observe: (id: string, values: Float32Array, count: number) => void,
): void {
  const mark = kernels.mark();
  try {
    const forward = new Forward(kernels, ann, { maximumBatch: batch });
    for (let first = 0; first < count; first += batch) {
      throwIfCancelled(isCancelled, "calibration");
      const some = Math.min(batch, count - first);
      forward.run(images.pixels, first, some, (id, values) => observe(id, values, some));
    }
  } finally {
    kernels.release(mark);
  }
}

function eachValue(
  values: Float32Array,
  { parts, size }: PartView,
  visit: (value: number, part: number) => void,
): void {
  const perPart = size / parts;
  for (let k = 0; k < values.length; k++) visit(values[k], Math.floor((k % size) / perPart));
}

function valuesOf(values: Float32Array, { parts, count, size }: PartView, part: number): Float32Array {
  if (parts === 1) return values.slice();
  const perPart = size / parts;
  const own = new Float32Array(count * perPart);
  for (let n = 0; n < count; n++) {
    const from = n * size + part * perPart;
    own.set(values.subarray(from, from + perPart), n * perPart);
  }
  return own;
}

/** @param values - reordered in place */
function ofPart(values: Float32Array, { normalisation, percentile, population }: BoundRule): number {
  if (normalisation === "max") return values.reduce((most, value) => Math.max(most, value), 0);
  const members = population === "positive" ? values.filter((value) => value > 0) : values;
  if (members.length === 0) return 0;
  members.sort();
  const rank = ((members.length - 1) * percentile) / 100;
  const [low, high] = [members[Math.floor(rank)], members[Math.ceil(rank)]];
  return Math.max(0, low + (high - low) * (rank - Math.floor(rank)));
}

class Histograms {
  readonly #counts: readonly Uint32Array[];
  /** Values up to 0, by part. */
  readonly #zeros: Float64Array;

  constructor(parts: number) {
    this.#counts = Array.from({ length: parts }, () => new Uint32Array(bins));
    this.#zeros = new Float64Array(parts);
  }

  add(part: number, value: number, maximum: number): void {
    if (value > 0) this.#counts[part][Math.min(bins - 1, Math.floor((value / maximum) * bins))]++;
    else this.#zeros[part]++;
  }

  percentiles(maxima: Float64Array, { percentile, population }: BoundRule): Float64Array {
    return maxima.map((maximum, part) => {
      const counts = this.#counts[part];
      const positive = counts.reduce((sum, count) => sum + count, 0);
      const zeros = population === "all" ? this.#zeros[part] : 0;
      const rank = ((zeros + positive - 1) * percentile) / 100;
      let seen = zeros;
      if (rank < seen) return 0;
      for (let bin = 0; bin < bins; bin++) {
        seen += counts[bin];
        if (rank < seen) return (maximum * (bin + 1)) / bins;
      }
      return maximum;
    });
  }
}
