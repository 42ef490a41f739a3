// Samples that networks with skips are trained on and judged by: images, or spikes on steps with labels and no pixels.

import type { InputSpikes } from "../coding/input-spikes.ts";
import { subsetSpikes } from "../coding/subset-spikes.ts";
import type { ImageSet } from "../data/dataset.ts";
import { subset } from "../data/image-set.ts";

export interface SkipSamples extends ImageSet {
  /** As many samples as labels, for coding `events`. */
  readonly spikes?: InputSpikes;
}

/**
 * Samples [from, from + count), as views.
 *
 * @throws {InvalidValueError} when the set does not hold them
 */
export function subsetSamples(samples: SkipSamples, from: number, count: number): SkipSamples {
  const images = subset(samples, from, count);
  return samples.spikes === undefined
    ? images
    : { ...images, spikes: subsetSpikes(samples.spikes, from, count) };
}
