// Copies of a sample's spikes moved by whole inputs, another way in every epoch: what lies at the side of a camera's
// field in one epoch lies nearer its middle in the next, so that few recordings teach that places do not matter.

import { Random } from "../base/random.ts";
import type { Shape } from "../model/network.ts";
import { asImageShape } from "../model/shapes.ts";

export interface SampleSpikes {
  readonly events: Int32Array;
  /** End of every step. Shape [steps]. */
  readonly ends: Int32Array;
}

/** Where to a sample moves, at most `most` inputs each way; sideways alone where the field is one row. */
export function drawShift(
  { seed, trial }: { readonly seed: number; readonly trial: number },
  sample: number,
  shape: Shape,
  most: number,
): readonly [down: number, right: number] {
  const random = new Random({ seed, trial, purpose: "shift", index: sample });
  const [, height, width] = asImageShape(shape);
  const along = (length: number): number => (length === 1 ? 0 : random.integer(2 * most + 1) - most);
  return [along(height), along(width)];
}

/** @returns the spikes moved, what leaves the field left out; order within a step stays */
export function shiftedSpikes(
  { events, ends }: SampleSpikes,
  shape: Shape,
  [down, right]: readonly [number, number],
): SampleSpikes {
  const [, height, width] = asImageShape(shape);
  const moved = new Int32Array(ends.at(-1) ?? 0);
  const movedEnds = new Int32Array(ends.length);
  let [at, end] = [0, 0];
  for (let step = 0; step < ends.length; step++) {
    for (; at < ends[step]; at++) {
      const column = (events[at] % width) + right;
      const row = (Math.floor(events[at] / width) % height) + down;
      if (column >= 0 && column < width && row >= 0 && row < height)
        moved[end++] = events[at] + down * width + right;
    }
    movedEnds[step] = end;
  }
  return { events: moved, ends: movedEnds };
}
