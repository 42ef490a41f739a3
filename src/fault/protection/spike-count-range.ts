// A monitor of what a network does: a layer that fires more, or less, in an inference than sound runs ever
// did raises an alarm. Its range is learnt on calibration images and widened by a share of its width.

import { float, type Values } from "../../space/field.ts";
import { noCost, noOverhead, type ProtectionDesign } from "./protection.ts";

const fields = {
  marginShare: float({
    about: "how far a layer's spikes may leave the range seen, as a share of its width",
    unit: "1",
    low: 0,
    high: 10,
    default: 0.1,
  }),
};

/** Spikes of each layer in each inference: by neuron layer, shape [images]. */
export type SpikesPerImage = Readonly<Record<string, ArrayLike<number>>>;

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

export interface SpikeCountRange {
  readonly low: number;
  readonly high: number;
}

export const spikeCountRange: ProtectionDesign<typeof fields> = {
  name: "spike-count-range",
  about: "raises an alarm when a layer fires more or less than sound runs ever did",
  fields,
  cost({ network }) {
    const layers = network.layers.filter(({ kind }) => kind === "neuron").length;
    return {
      ...noCost,
      // A counter and two bounds for each layer.
      extraBits: 3 * 32 * layers,
      perSpike: { ...noOverhead, additions: 1 },
      perInference: { ...noOverhead, bitsRead: 3 * 32 * layers, comparisons: 2 * layers },
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
  images: number,
  firstImage = 0,
): { readonly observe: (observed: ObservedSpikes) => void; readonly spikes: SpikesPerImage } {
  const spikes: Record<string, Float64Array> = {};
  const observe = (observed: ObservedSpikes): void => {
    const { layer, neurons, counts } = observed;
    spikes[layer] ??= new Float64Array(images);
    for (let i = 0; i < observed.images * neurons; i++)
      spikes[layer][observed.firstImage - firstImage + Math.floor(i / neurons)] += Math.abs(counts[i]);
  };
  return { observe, spikes };
}

/** Ranges of sound runs, by layer. */
export function spikeCountRanges(
  sound: SpikesPerImage,
  { marginShare }: Values<typeof fields>,
): Readonly<Record<string, SpikeCountRange>> {
  return Object.fromEntries(
    Object.entries(sound).map(([layer, counts]) => {
      let [low, high] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
      for (let n = 0; n < counts.length; n++) {
        low = Math.min(low, counts[n]);
        high = Math.max(high, counts[n]);
      }
      const margin = marginShare * (high - low);
      return [layer, { low: low - margin, high: high + margin }];
    }),
  );
}

/** 1 for images on which some layer leaves its range. Shape [images]. */
export function spikeCountAlarms(
  seen: SpikesPerImage,
  ranges: Readonly<Record<string, SpikeCountRange>>,
  images: number,
): Uint8Array {
  const alarms = new Uint8Array(images);
  for (const [layer, { low, high }] of Object.entries(ranges)) {
    const counts = seen[layer];
    for (let n = 0; n < images; n++) if (!(counts[n] >= low && counts[n] <= high)) alarms[n] = 1;
  }
  return alarms;
}
