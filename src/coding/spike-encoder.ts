// Turns images into spike lists, by any spike code.
//
// Chances are tabulated once for all 256 pixel values of every map and all steps. Pixels that can never fire are left
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

/** What the pixels of an image mean. */
export interface PixelMeaning {
  /** x = pixel · scale + offset, which must be in [0, 1]. */
  readonly maps: readonly { readonly scale: number; readonly offset: number }[];
  /** Pixels that share a map: pixel i of an image has map ⌊i/plane⌋. */
  readonly plane: number;
}

export function createSpikeEncoder(
  code: SpikeCode,
  { steps, maps, plane }: PixelMeaning & { readonly steps: number },
): SpikeEncoder {
  const columns = maps.length * 256;
  const chances = new Float64Array(steps * columns);
  const everFires = new Uint8Array(columns);
  for (let column = 0; column < columns; column++) {
    const { scale, offset } = maps[column >>> 8];
    for (let step = 1; step <= steps; step++) {
      const chance = code.chance({ x: (column & 255) * scale + offset, step, steps });
      chances[(step - 1) * columns + column] = chance;
      if (chance > 0) everFires[column] = 1;
    }
  }
  const writeStep = code.isRandom
    ? drawnStep(
        chances.map((chance) => chance * 4294967296),
        columns,
      )
    : certainStep(Uint8Array.from(chances), columns);
  let alive: AlivePixels = { count: 0, places: new Int32Array(0), values: new Int32Array(0) };
  return ({ pixels, start: first, count, seed }, { events, ends }, segment, start) => {
    if (alive.places.length < count + 1) {
      alive = { count: 0, places: new Int32Array(count + 1), values: new Int32Array(count + 1) };
    }
    alive.count = 0;
    for (let from = 0, map = 0; from < count; from += plane, map += 256) {
      const end = Math.min(from + plane, count);
      for (let i = from; i < end; i++) {
        const column = map + pixels[first + i];
        alive.places[alive.count] = i;
        alive.values[alive.count] = column;
        alive.count += everFires[column];
      }
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
  /** Their columns in the tables: 256 · map + value. */
  readonly values: Int32Array;
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

/** @param fires - shape [steps, columns] */
function certainStep(fires: Uint8Array, columns: number): StepWriter {
  return ({ count, places, values }, step, _seed, events, start) => {
    const row = step * columns;
    let end = start;
    for (let k = 0; k < count; k++) {
      events[end] = places[k];
      end += fires[row + values[k]];
    }
    return end;
  };
}

/** @param limits - chances times 2³². Shape [steps, columns] */
function drawnStep(limits: Float64Array, columns: number): StepWriter {
  return ({ count, places, values }, step, seed, events, start) => {
    const row = step * columns;
    const drawn = stepSeed(seed, step + 1);
    let end = start;
    for (let k = 0; k < count; k++) {
      events[end] = places[k];
      end += drawnBits(drawn, places[k]) < limits[row + values[k]] ? 1 : 0;
    }
    return end;
  };
}
