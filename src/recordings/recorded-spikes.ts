// Recordings on steps, coarser in space if asked: the spikes that networks of coding `events` take.

import { InvalidValueError } from "../base/errors.ts";
import { binEvents } from "../coding/bin-events.ts";
import type { InputSpikes } from "../coding/input-spikes.ts";
import type { EventRecording } from "../data/event-recording.ts";
import type { ImageShape } from "../data/image-shape.ts";

export interface SpikeGrid {
  readonly steps: number;
  readonly stepUs: number;
  /** Side of the squares of pixels that become one input; rows alone where the height is 1. Default 1. */
  readonly pool?: number;
  /** Whether a step holds an input's spike once however many events there are. Default false. */
  readonly isBinary?: boolean;
}

/** The inputs of a recording on a grid, [polarities, height, width]. */
export function gridShape({ polarities, height, width }: EventRecording, pool = 1): ImageShape {
  return [polarities, Math.ceil(height / pool), Math.ceil(width / pool)];
}

/**
 * @param recordings - all of one size
 * @returns spikes, as many samples as recordings; events after the last step are left out
 * @throws {InvalidValueError} for steps that hold nothing, or a pool of no whole number
 */
export function recordedSpikes(recordings: readonly EventRecording[], grid: SpikeGrid): InputSpikes {
  const { steps, stepUs, pool = 1, isBinary = false } = grid;
  if (!(Number.isInteger(pool) && pool >= 1))
    throw new InvalidValueError("pool", "must be a whole number of at least 1", pool);
  const pooled = pool === 1 ? recordings : recordings.map((recording) => coarser(recording, pool));
  return binEvents(pooled, { by: "time", binUs: stepUs, steps }, { isBinary }).spikes;
}

function coarser(recording: EventRecording, pool: number): EventRecording {
  const [, height, width] = gridShape(recording, pool);
  const divided = (values: Uint16Array): Uint16Array => values.map((value) => Math.floor(value / pool));
  return { ...recording, height, width, x: divided(recording.x), y: divided(recording.y) };
}

/**
 * A recording moved by whole pixels; what leaves the frame is gone. Moved copies teach a network that places do
 * not matter where recordings are few.
 */
export function movedRecording(recording: EventRecording, right: number, down: number): EventRecording {
  const { width, height, x, y, timeUs, polarity } = recording;
  const kept: number[] = [];
  for (let i = 0; i < x.length; i++) {
    const [column, row] = [x[i] + right, y[i] + down];
    if (column >= 0 && column < width && row >= 0 && row < height) kept.push(i);
  }
  return {
    ...recording,
    timeUs: Uint32Array.from(kept, (i) => timeUs[i]),
    x: Uint16Array.from(kept, (i) => x[i] + right),
    y: Uint16Array.from(kept, (i) => y[i] + down),
    polarity: Uint8Array.from(kept, (i) => polarity[i]),
  };
}
