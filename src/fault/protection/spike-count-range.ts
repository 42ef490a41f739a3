// A monitor of what a network does: a layer, or a neuron, that fires more or less in an inference than sound runs
// ever did raises an alarm. Ranges are learnt on calibration images and widened by a share of their width.
//
// A whole layer's range is cheap and sees only what upsets many neurons: one that is saturated is lost in the sum of
// a hundred. Ranges by neuron see it, for a counter and two bounds each.

import type { Model } from "../../model/model.ts";
import { inferShapes, sizeOf } from "../../model/shapes.ts";
import { choice, float, type Values } from "../../space/field.ts";
import { noCost, noOverhead, type ProtectionDesign } from "./protection.ts";

const fields = {
  scope: choice({ about: "whose spikes have a range", options: ["layer", "neuron"], default: "neuron" }),
  marginShare: float({
    about: "how far spikes may leave the range seen, as a share of its width",
    unit: "1",
    low: 0,
    high: 10,
    default: 0.1,
  }),
};

type Settings = Values<typeof fields>;

/** Spikes in each inference, by neuron layer. */
export interface SpikesPerImage {
  /** 1 where they are a whole layer's, else its neurons. */
  readonly units: number;
  /** Shape [images, units]. */
  readonly counts: Float64Array;
}

/** Fewest and most spikes of each unit. Shape [units]. */
export interface SpikeCountRange {
  readonly low: Float64Array;
  readonly high: Float64Array;
}

/** What a simulator tells of a layer's neurons on some images. */
export interface ObservedSpikes {
  readonly layer: string;
  /** Place of the first image in the set. */
  readonly firstImage: number;
  readonly images: number;
  readonly neurons: number;
  /** Of signed neurons, spikes less negative ones. Shape [images, neurons]. */
  readonly counts: ArrayLike<number>;
}

export const spikeCountRange: ProtectionDesign<typeof fields> = {
  name: "spike-count-range",
  about: "raises an alarm when a layer or neuron fires more or less than sound runs ever did",
  fields,
  cost(model, { scope }) {
    const units = scope === "layer" ? neuronLayers(model).length : neuronsOf(model);
    return {
      ...noCost,
      // A counter and two bounds each.
      extraBits: 3 * 32 * units,
      perSpike: { ...noOverhead, additions: 1 },
      perInference: { ...noOverhead, bitsRead: 3 * 32 * units, comparisons: 2 * units },
    };
  },
};

/**
 * Add up what a simulator tells of its neurons.
 *
 * @param images - images of the run
 * @param firstImage - place of its first image in the set
 * @returns `observe`, to be handed to the simulator, and what it fills
 */
export function spikeCounter(
  scope: Settings["scope"],
  images: number,
  firstImage = 0,
): {
  readonly observe: (observed: ObservedSpikes) => void;
  readonly spikes: Readonly<Record<string, SpikesPerImage>>;
} {
  const spikes: Record<string, SpikesPerImage> = {};
  const observe = (observed: ObservedSpikes): void => {
    const { layer, neurons, counts } = observed;
    const units = scope === "layer" ? 1 : neurons;
    spikes[layer] ??= { units, counts: new Float64Array(images * units) };
    const start = (observed.firstImage - firstImage) * units;
    for (let i = 0; i < observed.images * neurons; i++)
      spikes[layer].counts[start + (units === 1 ? Math.floor(i / neurons) : i)] += Math.abs(counts[i]);
  };
  return { observe, spikes };
}

/** Ranges of sound runs, by layer. */
export function spikeCountRanges(
  sound: Readonly<Record<string, SpikesPerImage>>,
  { marginShare }: Pick<Settings, "marginShare">,
): Readonly<Record<string, SpikeCountRange>> {
  return Object.fromEntries(
    Object.entries(sound).map(([layer, { units, counts }]) => {
      const low = new Float64Array(units).fill(Number.POSITIVE_INFINITY);
      const high = new Float64Array(units).fill(Number.NEGATIVE_INFINITY);
      for (let i = 0; i < counts.length; i++) {
        low[i % units] = Math.min(low[i % units], counts[i]);
        high[i % units] = Math.max(high[i % units], counts[i]);
      }
      for (let unit = 0; unit < units; unit++) {
        const margin = marginShare * (high[unit] - low[unit]);
        low[unit] -= margin;
        high[unit] += margin;
      }
      return [layer, { low, high }];
    }),
  );
}

/** 1 for images on which something leaves its range. Shape [images]. */
export function spikeCountAlarms(
  seen: Readonly<Record<string, SpikesPerImage>>,
  ranges: Readonly<Record<string, SpikeCountRange>>,
  images: number,
): Uint8Array {
  const alarms = new Uint8Array(images);
  for (const [layer, { low, high }] of Object.entries(ranges)) {
    const { units, counts } = seen[layer];
    for (let i = 0; i < images * units; i++) {
      const unit = i % units;
      if (!(counts[i] >= low[unit] && counts[i] <= high[unit])) alarms[Math.floor(i / units)] = 1;
    }
  }
  return alarms;
}

function neuronLayers({ network }: Model): readonly string[] {
  return network.layers.filter(({ kind }) => kind === "neuron").map(({ id }) => id);
}

function neuronsOf(model: Model): number {
  const shapes = inferShapes(model.network);
  return neuronLayers(model).reduce((sum, layer) => sum + sizeOf(shapes.get(layer) ?? []), 0);
}
