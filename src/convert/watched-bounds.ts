// Bounds that need another look at the activations: by channel, or as a moving average over batches.
//
//   moving   s_t over batch t (maximum or percentile, of the layer or of each channel), then
//            λ = s_0, λ ← 0.9 λ + 0.1 s_t: what SpikingJelly's converter does, so that its "max" is not the
//            largest of all.
//   global   over all images; a percentile takes three runs of the ANN.
// Percentiles are exact, interpolated between ranks (percentile-search.ts).

import { Forward } from "../ann/forward.ts";
import { throwIfCancelled } from "../base/cancel.ts";
import type { Model } from "../model/model.ts";
import type { Network } from "../model/network.ts";
import { inferShapes } from "../model/shapes.ts";
import type { CalibrationImages } from "./mean-activations.ts";
import { type PartView, type PercentileRule, PercentileSearch, passCount } from "./percentile-search.ts";

export interface BoundRule extends PercentileRule {
  readonly normalisation: "max" | "percentile";
  readonly granularity: "layer" | "channel";
  readonly average: "global" | "moving";
}

const momentum = 0.9;

/** By relu, and for the output: [1], or [channels]; 0 where nothing was active. */
export type Bounds = ReadonlyMap<string, Float64Array>;

/**
 * @param ann - batch norm folded
 * @param batch - images of a batch, for moving averages
 * @throws {CancelledError}
 */
export function watchBounds(ann: Model, rule: BoundRule, images: CalibrationImages, batch: number): Bounds {
  const parts = partsOf(ann.network, rule);
  const watch = (take: (values: Float32Array, id: string, view: PartView) => void): void =>
    eachBatch(ann, images, batch, (id, values, count) => {
      const known = parts.get(id);
      if (known !== undefined) take(values, id, { parts: known, count, size: values.length / count });
    });
  if (rule.average === "global" && rule.normalisation === "percentile") {
    const searches = new Map([...parts].map(([id, count]) => [id, new PercentileSearch(count, rule)]));
    for (let pass = 0; pass < passCount; pass++) {
      watch((values, id, view) => searches.get(id)?.take(values, view));
      for (const search of searches.values()) search.endPass();
    }
    return new Map([...searches].map(([id, search]) => [id, search.percentiles()]));
  }
  const bounds = new Map<string, Float64Array>();
  watch((values, id, view) => {
    const found = rule.normalisation === "max" ? maxima(values, view) : percentiles(values, view, rule);
    const before = bounds.get(id);
    bounds.set(id, before === undefined ? found : found.map((value, p) => together(before[p], value, rule)));
  });
  return bounds;
}

function together(before: number, found: number, { average }: BoundRule): number {
  return average === "moving" ? momentum * before + (1 - momentum) * found : Math.max(before, found);
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

function maxima(values: Float32Array, { parts, count, size }: PartView): Float64Array {
  const most = new Float64Array(parts);
  const perPart = size / parts;
  for (let n = 0, k = 0; n < count; n++) {
    for (let part = 0; part < parts; part++) {
      let own = most[part];
      for (const end = k + perPart; k < end; k++) if (values[k] > own) own = values[k];
      most[part] = own;
    }
  }
  return most;
}

function percentiles(values: Float32Array, view: PartView, rule: BoundRule): Float64Array {
  const search = new PercentileSearch(view.parts, rule);
  for (let pass = 0; pass < passCount; pass++) {
    search.take(values, view);
    search.endPass();
  }
  return search.percentiles();
}
