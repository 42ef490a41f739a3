// Turns images into spike lists, by any spike code.
//
// Deterministic codes are tabulated once for all 256 pixel values and steps; random ones are drawn
// pixel by pixel. Pixels that can never fire are left out before the steps are walked.

import type { SpikeCode } from "./spike-code.ts";
import { inputDraw, stepSeed } from "./spike-draw.ts";

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
  let values = new Uint8Array(0);
  return ({ pixels, start: first, count }, { events, ends }, segment, start) => {
    if (alive.length < count + 1) {
      alive = new Int32Array(count + 1);
      values = new Uint8Array(count + 1);
    }
    let aliveCount = 0;
    for (let i = 0; i < count; i++) {
      const pixel = pixels[first + i];
      alive[aliveCount] = i;
      values[aliveCount] = pixel;
      aliveCount += everFires[pixel];
    }
    let end = start;
    for (let step = 0; step < steps; step++) {
      const row = step * 256;
      // Written always, kept if it fires: a branch on spikes would be mispredicted half of the time.
      for (let k = 0; k < aliveCount; k++) {
        events[end] = alive[k];
        end += table[row + values[k]];
      }
      ends[segment + step] = end;
    }
    return end;
  };
}

function drawnEncoder(code: SpikeCode, x: Float64Array, steps: number): SpikeEncoder {
  let alive = new Int32Array(0);
  let values = new Float64Array(0);
  return ({ pixels, start: first, count, seed }, { events, ends }, segment, start) => {
    if (alive.length < count + 1) {
      alive = new Int32Array(count + 1);
      values = new Float64Array(count + 1);
    }
    let aliveCount = 0;
    for (let i = 0; i < count; i++) {
      const value = x[pixels[first + i]];
      alive[aliveCount] = i;
      values[aliveCount] = value;
      aliveCount += Number(value > 0);
    }
    let end = start;
    for (let step = 1; step <= steps; step++) {
      const drawn = stepSeed(seed, step);
      for (let k = 0; k < aliveCount; k++) {
        events[end] = alive[k];
        end += Number(code.firesAt({ x: values[k], step, steps, draw: inputDraw(drawn, alive[k]) }));
      }
      ends[segment + step - 1] = end;
    }
    return end;
  };
}
