// Turns images into spike lists, by any spike code.
//
// Chances are tabulated once for all 256 pixel values and steps. Pixels that can never fire are left
// out before the steps are walked; random codes draw for the others.

import type { SpikeCode } from "./spike-code.ts";
import { drawnBits, stepSeed } from "./spike-draw.ts";

/** Where spikes go: packed indices, and where each segment of `steps` per image ends. */
export interface SpikeSink {
  /** Indices of firing inputs, ascending within a step; what follows the last one may be overwritten. */
  readonly events: Int32Array;
  /** End of every segment in `events`; segment = image · steps + step − 1. */
  readonly ends: Int32Array;
}

/** An image in a set of pixels. */
export interface EncodedImage {
  /** 0 … 255. */
  readonly pixels: Uint8Array;
  /** Place of the image's first pixel. */
  readonly start: number;
  /** Number of pixels. */
  readonly count: number;
  /** From `imageSeed`; only read by random codes. */
  readonly seed: number;
}

/**
 * Writes an image's spikes into the sink, in place.
 *
 * @param segment - the image's first segment
 * @param start - where its events begin
 * @returns where they end
 */
export type SpikeEncoder = (image: EncodedImage, sink: SpikeSink, segment: number, start: number) => number;

/** @param options - `scale` and `offset` make x = pixel · scale + offset, which must be in [0, 1] */
export function createSpikeEncoder(
  code: SpikeCode,
  options: { readonly steps: number; readonly scale: number; readonly offset: number },
): SpikeEncoder {
  const { steps, scale, offset } = options;
  const chances = new Float64Array(steps * 256);
  const everFires = new Uint8Array(256);
  for (let pixel = 0; pixel < 256; pixel++) {
    for (let step = 1; step <= steps; step++) {
      const chance = code.chance({ x: pixel * scale + offset, step, steps });
      chances[(step - 1) * 256 + pixel] = chance;
      if (chance > 0) everFires[pixel] = 1;
    }
  }
  const writeStep = code.isRandom
    ? drawnStep(chances.map((chance) => chance * 4294967296))
    : certainStep(Uint8Array.from(chances));
  let alive: AlivePixels = { count: 0, places: new Int32Array(0), values: new Uint8Array(0) };
  return ({ pixels, start: first, count, seed }, { events, ends }, segment, start) => {
    if (alive.places.length < count + 1) {
      alive = { count: 0, places: new Int32Array(count + 1), values: new Uint8Array(count + 1) };
    }
    alive.count = 0;
    for (let i = 0; i < count; i++) {
      const pixel = pixels[first + i];
      alive.places[alive.count] = i;
      alive.values[alive.count] = pixel;
      alive.count += everFires[pixel];
    }
    let end = start;
    for (let step = 0; step < steps; step++) {
      end = writeStep(alive, step, seed, events, end);
      ends[segment + step] = end;
    }
    return end;
  };
}

/** The pixels of an image that fire at some step or may do so. */
interface AlivePixels {
  count: number;
  readonly places: Int32Array;
  readonly values: Uint8Array;
}

// Both write every candidate and keep it if it fires: a branch on spikes would be mispredicted
// half of the time.

/** Appends a step's spikes (0 the first step) and returns where they end. */
type StepWriter = (
  alive: AlivePixels,
  step: number,
  seed: number,
  events: Int32Array,
  start: number,
) => number;

/** @param fires - shape [steps, 256] */
function certainStep(fires: Uint8Array): StepWriter {
  return ({ count, places, values }, step, _seed, events, start) => {
    const row = step * 256;
    let end = start;
    for (let k = 0; k < count; k++) {
      events[end] = places[k];
      end += fires[row + values[k]];
    }
    return end;
  };
}

/** @param limits - chances times 2³². Shape [steps, 256] */
function drawnStep(limits: Float64Array): StepWriter {
  return ({ count, places, values }, step, seed, events, start) => {
    const row = step * 256;
    const drawn = stepSeed(seed, step + 1);
    let end = start;
    for (let k = 0; k < count; k++) {
      events[end] = places[k];
      end += drawnBits(drawn, places[k]) < limits[row + values[k]] ? 1 : 0;
    }
    return end;
  };
}
