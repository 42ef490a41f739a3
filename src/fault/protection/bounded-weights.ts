// Weights kept within the range they had when sound: what is read beyond it is taken as 0, or as the nearest
// bound (the bound-and-protect of SoftSNN, Putra, Hanif & Shafique 2022).
//
// The lowest and highest weight of each layer, or output channel, are stored beside the weights in their
// format, and are cells like any other. A NaN lies in no range and is taken as 0; beyond bounds that are
// themselves struck, so is everything.

import type { Model } from "../../model/model.ts";
import { choice } from "../../space/field.ts";
import { noCost, noOverhead, type WeightProtection } from "./protection.ts";
import { goldenWeights, patternView, storedBitsOf, struckLayers, sumOverLayers } from "./stored-patterns.ts";

const fields = {
  range: choice({ about: "weights that share bounds", options: ["layer", "channel"], default: "layer" }),
  beyond: choice({
    about: "how a weight beyond its bounds is read",
    options: ["zero", "clip"],
    default: "zero",
  }),
};

export const boundedWeights: WeightProtection<typeof fields> = {
  name: "bounded-weights",
  about: "reads weights beyond the range of the sound ones as 0 or as the bound",
  fields,
  redundantBits: (model, layer, { range }) => 2 * rangesOf(model, layer, range) * storedBitsOf(model),
  protect({ model, struck, redundantFlips, settings: { range, beyond } }) {
    return Object.fromEntries(
      struckLayers(model, struck, redundantFlips).map(({ layer, read }) => {
        const ranges = rangesOf(model, layer, range);
        const bounds = storedBounds(
          goldenWeights(model, layer),
          ranges,
          storedBitsOf(model),
          redundantFlips[layer],
        );
        const size = read.length / ranges;
        for (let i = 0; i < read.length; i++) {
          const at = 2 * Math.floor(i / size);
          const [low, high, value] = [bounds[at], bounds[at + 1], read[i]];
          if (value >= low && value <= high) continue;
          if (beyond === "zero" || !(low <= high)) read[i] = 0;
          else if (value < low) read[i] = low;
          else read[i] = value > high ? high : 0;
        }
        return [layer, read];
      }),
    );
  },
  cost(model, settings) {
    return {
      ...noCost,
      extraBits: sumOverLayers(model, (layer) => boundedWeights.redundantBits(model, layer, settings)),
      // Bounds stay in registers while their weights are read, and are read once a layer or channel.
      perWeightRead: { ...noOverhead, comparisons: 2 },
      perInference: {
        ...noOverhead,
        bitsRead: sumOverLayers(model, (layer) => boundedWeights.redundantBits(model, layer, settings)),
      },
    };
  },
};

function rangesOf(model: Model, layer: string, range: "layer" | "channel"): number {
  return range === "layer" ? 1 : model.tensors[`${layer}.weight`].shape[0];
}

/** Lowest and highest golden weight of each range as the memory holds them. Shape [ranges, 2]. */
function storedBounds(
  golden: Int8Array | Float32Array,
  ranges: number,
  bits: number,
  flips: Uint32Array | undefined,
): Int8Array | Float32Array {
  const size = golden.length / ranges;
  const bounds = golden instanceof Int8Array ? new Int8Array(2 * ranges) : new Float32Array(2 * ranges);
  for (let part = 0; part < ranges; part++) {
    let [low, high] = [golden[part * size], golden[part * size]];
    for (let i = part * size; i < (part + 1) * size; i++) {
      low = Math.min(low, golden[i]);
      high = Math.max(high, golden[i]);
    }
    bounds[2 * part] = low;
    bounds[2 * part + 1] = high;
  }
  const view = patternView(bounds, bits);
  for (const cell of flips ?? []) {
    const element = Math.floor(cell / bits);
    view.set(element, (view.get(element) ^ (1 << (cell % bits))) >>> 0);
  }
  return bounds;
}
