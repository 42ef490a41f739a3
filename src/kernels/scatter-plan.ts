// How a convolution of codes lies in memory for steps of few spikes: assembly/spiking-convolution-int.ts.
//
// Every spike adds rows of its kernel to sums with margins left and right. Addresses are counted in vectors of
// eight int16.

import { channelOf, type IntConvolution, int16, lanesPerVector, laneVectorsOf } from "./int-convolution.ts";
import type { Kernels } from "./kernels.ts";

export interface ScatterPlan {
  /** What the kernel reads. */
  readonly numbers: Int32Array;
  readonly sumVectors: number;
}

/** Addresses have 16 bits. */
const mostVectors = 65_535;

/** @returns undefined where addresses do not fit */
export function planScatter(kernels: Kernels, convolution: IntConvolution): ScatterPlan | undefined {
  const { input, output, stride, kernel, padding, groups } = convolution.shape;
  const laneVectors = laneVectorsOf(convolution.shape);
  const columnVectors = laneVectors * groups;
  // Taps are padded to whole strides, so that every input reaches equally many outputs.
  const reach = ([0, 1] as const).map((axis) => Math.ceil(kernel[axis] / stride[axis]));
  const taps = ([0, 1] as const).map((axis) => reach[axis] * stride[axis]);
  const lastColumn = Math.max(output[2] - 1, Math.floor((input[2] - 1 + padding[1]) / stride[1]));
  const pitch = (lastColumn + reach[1]) * columnVectors;
  const sumVectors = output[1] * pitch;
  const weightVectors = input[0] * taps[0] * taps[1] * laneVectors;
  if (sumVectors > mostVectors || weightVectors > mostVectors || reach[0] > 255) return undefined;
  const weights = int16(kernels, weightVectors * lanesPerVector);
  layCodes(convolution, weights, taps, laneVectors);
  const origin = (reach[1] - 1) * columnVectors;
  const { starts, rows } = layStarts(kernels, convolution, { reach, taps, pitch, origin, laneVectors });
  const isDense = stride[1] === 1 && groups === 1;
  const numbers = kernels.int32(18);
  numbers.set([
    weights.byteOffset,
    starts.byteOffset,
    rows.byteOffset,
    isDense ? reach[1] * laneVectors : laneVectors,
    isDense ? 1 : reach[1],
    columnVectors,
    stride[1] * laneVectors,
    pitch,
    stride[0] * taps[1] * laneVectors,
    sumVectors,
    ...[origin, output[1], output[2], columnVectors, pitch, laneVectors, output[0] / groups, groups],
  ]);
  return { numbers, sumVectors };
}

interface ScatterLayout {
  readonly reach: readonly number[];
  readonly taps: readonly number[];
  readonly pitch: number;
  readonly origin: number;
  readonly laneVectors: number;
}

/** By event: where its sums and its weights begin, two uint16, and how many kernel rows reach an output. */
function layStarts(
  kernels: Kernels,
  { shape, places }: IntConvolution,
  { reach, taps, pitch, origin, laneVectors }: ScatterLayout,
): { readonly starts: Uint16Array; readonly rows: Uint8Array } {
  const { input, output, stride, padding, groups } = shape;
  const columnVectors = laneVectors * groups;
  const starts = kernels.uint16(2 * places.length);
  const rows = kernels.uint8(places.length);
  for (let i = 0; i < places.length; i++) {
    const [c, y, x] = channelOf(places[i], input);
    if (c >= input[0]) continue;
    const group = Math.floor(c / (input[0] / groups));
    const [lowest, lowestTap] = firstReached(y + padding[0], taps[0], stride[0]);
    // Rows above the first output are left out, as are those below the last.
    const oy = Math.max(0, lowest);
    const tapY = lowestTap + (oy - lowest) * stride[0];
    const [ox, tapX] = firstReached(x + padding[1], taps[1], stride[1]);
    rows[i] = Math.max(0, Math.min(output[1], lowest + reach[0]) - oy);
    if (rows[i] === 0) continue;
    starts[2 * i] = origin + oy * pitch + ox * columnVectors + group * laneVectors;
    starts[2 * i + 1] = ((c * taps[0] + tapY) * taps[1] + tapX) * laneVectors;
  }
  return { starts, rows };
}

/** First output reached by an input along one axis, and its tap's place from the right. */
function firstReached(place: number, taps: number, stride: number): readonly [number, number] {
  const output = Math.floor((place - taps) / stride) + 1;
  return [output, taps - 1 - (place - output * stride)];
}

function layCodes(
  { codes, shape }: IntConvolution,
  weights: Int16Array,
  taps: readonly number[],
  laneVectors: number,
): void {
  const { input, output, kernel, groups } = shape;
  const inGroup = input[0] / groups;
  const outGroup = output[0] / groups;
  let from = 0;
  for (let c = 0; c < output[0]; c++) {
    const first = Math.floor(c / outGroup) * inGroup;
    for (let i = first; i < first + inGroup; i++) {
      for (let ky = 0; ky < kernel[0]; ky++) {
        for (let kx = 0; kx < kernel[1]; kx++) {
          const place = (i * taps[0] + taps[0] - 1 - ky) * taps[1] + taps[1] - 1 - kx;
          weights[place * laneVectors * lanesPerVector + (c % outGroup)] = codes[from++];
        }
      }
    }
  }
}
