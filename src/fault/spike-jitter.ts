// Jitter: every spike of a layer arrives some steps too early or too late.
//
// The delay is a normal number of the given deviation, rounded to whole steps; spikes that would arrive before the
// first or behind the last step arrive in it, and of two in one step one is left. Unlike other faults it
// moves what is there: what it does depends on the spikes, so that it cannot be listed beforehand.

import { InvalidValueError } from "../base/errors.ts";
import { Random, type StreamKey } from "../base/random.ts";
import { float } from "../space/field.ts";
import { checkValue } from "../space/resolve.ts";
import { drawNormal } from "./draw-normal.ts";

const spikeJitterFields = {
  deviationSteps: float({
    about: "standard deviation of a spike's delay",
    unit: "step",
    low: 0,
    high: 1e6,
    default: 1,
  }),
};

export interface SpikeJitter {
  /** Id of a layer of neurons, or `"input"` where input is coded as spikes. */
  readonly layer: string;
  readonly deviationSteps: number;
  /** Names the delays; every image has its own. */
  readonly key: Omit<StreamKey, "index">;
}

/** @throws {InvalidValueError} for a deviation that is no number of at least 0, or no layer of spikes */
export function checkJitter({ layer, deviationSteps }: SpikeJitter, spikingLayers: readonly string[]): void {
  checkValue("deviationSteps", spikeJitterFields.deviationSteps, deviationSteps);
  if (spikingLayers.includes(layer)) return;
  throw new InvalidValueError(
    "layer",
    `must be one whose spikes can be moved (${spikingLayers.join(", ")})`,
    layer,
  );
}

/**
 * Trains with their spikes moved.
 *
 * @param trains - bit t % 32 of word element · words + ⌊t / 32⌋ is a spike in step t
 * @param moved - output, as long as `trains`
 */
export function moveSpikes(
  { deviationSteps, key }: SpikeJitter,
  image: number,
  steps: number,
  trains: Uint32Array,
  moved: Uint32Array,
): void {
  const random = new Random({ ...key, index: image });
  const words = Math.ceil(steps / 32);
  moved.fill(0);
  for (let place = 0; place < trains.length; place++) {
    const element = Math.floor(place / words);
    const first = 32 * (place % words);
    for (let bits = trains[place]; bits !== 0; bits &= bits - 1) {
      const step = first + 31 - Math.clz32(bits & -bits) + Math.round(deviationSteps * drawNormal(random));
      const at = Math.min(steps - 1, Math.max(0, step));
      moved[element * words + (at >> 5)] |= 1 << (at & 31);
    }
  }
}
