// Which windows every input of a pooling layer lies in.

import type { PoolLayer, Shape } from "../model/network.ts";
import { asImageShape, sizeOf } from "../model/shapes.ts";

export interface PoolWindows {
  /** Windows of input i stand from starts[i] to starts[i + 1], ascending. Shape [inputs + 1]. */
  readonly starts: Int32Array;
  readonly windows: Int32Array;
  /** Number of windows. */
  readonly count: number;
  /** The first window of every input; `count` for inputs in none. Shape [inputs]. */
  readonly firstOf: Int32Array;
  /** Most windows of any input: 1 unless they overlap. */
  readonly mostPerInput: number;
}

export function poolWindows(layer: PoolLayer, input: Shape, output: Shape): PoolWindows {
  const [channels, height, width] = asImageShape(input);
  const [, outHeight, outWidth] = asImageShape(output);
  const starts = new Int32Array(sizeOf(input) + 1);
  const windows: number[] = [];
  let mostPerInput = 0;
  let i = 0;
  for (let c = 0; c < channels; c++) {
    for (let y = 0; y < height; y++) {
      const [firstY, lastY] = covering(y, outHeight, layer, 0);
      for (let x = 0; x < width; x++) {
        const [firstX, lastX] = covering(x, outWidth, layer, 1);
        for (let oy = firstY; oy <= lastY; oy++) {
          for (let ox = firstX; ox <= lastX; ox++) windows.push((c * outHeight + oy) * outWidth + ox);
        }
        starts[++i] = windows.length;
        mostPerInput = Math.max(mostPerInput, starts[i] - starts[i - 1]);
      }
    }
  }
  const count = sizeOf(output);
  const firstOf = new Int32Array(starts.length - 1);
  for (let k = 0; k < firstOf.length; k++)
    firstOf[k] = starts[k] === starts[k + 1] ? count : windows[starts[k]];
  return { starts, windows: Int32Array.from(windows), count, firstOf, mostPerInput };
}

/** First and last window along one axis that covers a place. */
function covering(place: number, outputs: number, layer: PoolLayer, axis: 0 | 1): [number, number] {
  const first = Math.max(0, Math.ceil((place - layer.kernel[axis] + 1) / layer.stride[axis]));
  return [first, Math.min(outputs - 1, Math.floor(place / layer.stride[axis]))];
}
