// Pixels as the network's input, by the map of their channel.

import { pixelsToFloat } from "../kernels/elementwise.ts";
import type { Kernels } from "../kernels/kernels.ts";
import type { PixelMaps } from "../model/preprocessing.ts";

export interface InputValuesArgs {
  /** Of whole images. Shape [batch, …image]. */
  readonly pixels: Uint8Array;
  /** Output. Shape [batch, …image]. */
  readonly out: Float32Array;
}

export function inputValues(
  kernels: Kernels,
  { maps, plane }: PixelMaps,
  { pixels, out }: InputValuesArgs,
): void {
  if (maps.length === 1) {
    pixelsToFloat(kernels, { pixels, out, ...maps[0] });
    return;
  }
  for (let start = 0, c = 0; start < out.length; start += plane, c++) {
    const end = start + plane;
    const part = { pixels: pixels.subarray(start, end), out: out.subarray(start, end) };
    pixelsToFloat(kernels, { ...part, ...maps[c % maps.length] });
  }
}
