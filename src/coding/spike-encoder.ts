// Turns images into spike lists, by any spike code.
//
// Deterministic codes are tabulated once for all 256 pixel values and steps; random ones are drawn
// pixel by pixel. Pixels that can never fire are left out before the steps are walked.

import type { SpikeCode } from "./spike-code.ts";
import { spikeDraw } from "./spike-draw.ts";

/** Where spikes go: packed indices, and where each segment of `steps` per image ends. */
export interface SpikeSink {
  /** Indices of firing inputs, ascending within a step. */
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
  const x = Float64Array.from({ length: 256 }, (_, pixel) => pixel * options.scale + options.offset);
  return code.isRandom ? drawnEncoder(code, x, options.steps) : tabulatedEncoder(code, x, options.steps);
}

function tabulatedEncoder(code: SpikeCode, x: Float64Array, steps: number): SpikeEncoder {
  const table = new Uint8Array(steps * 256);
  const everFires = new Uint8Array(256);
  for (let step = 1; step <= steps; step++) {
    for (let pixel = 0; pixel < 256; pixel++) {
      const fires = code.firesAt({ x: x[pixel], step, steps, draw: 0 });
      if (fires) table[(step - 1) * 256 + pixel] = everFires[pixel] = 1;
    }
  }
  let alive = new Int32Array(0);
  return ({ pixels, start: first, count }, { events, ends }, segment, start) => {
    if (alive.length < count) alive = new Int32Array(count);
    let aliveCount = 0;
    for (let i = 0; i < count; i++) {
      alive[aliveCount] = i;
      aliveCount += everFires[pixels[first + i]];
    }
    let end = start;
    for (let step = 0; step < steps; step++) {
      for (let k = 0; k < aliveCount; k++) {
        if (table[step * 256 + pixels[first + alive[k]]] !== 0) events[end++] = alive[k];
      }
      ends[segment + step] = end;
    }
    return end;
  };
}

function drawnEncoder(code: SpikeCode, x: Float64Array, steps: number): SpikeEncoder {
  return ({ pixels, start: first, count, seed }, { events, ends }, segment, start) => {
    let end = start;
    for (let step = 1; step <= steps; step++) {
      for (let i = 0; i < count; i++) {
        const value = x[pixels[first + i]];
        if (value <= 0) continue;
        if (code.firesAt({ x: value, step, steps, draw: spikeDraw(seed, step, i) })) events[end++] = i;
      }
      ends[segment + step - 1] = end;
    }
    return end;
  };
}
