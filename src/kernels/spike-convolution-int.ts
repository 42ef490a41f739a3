// Sums of a convolution of stored int8 codes that is driven by spikes: eight outputs at once.
//
//   out[s, c, y, x] = worth · Σ count · w[c, i, ky, kx] + bias[c]
//
// Sums of codes are exact, so any order gives what `spikeConvolution` gives; int16 lanes hold them as long
// as no output can exceed 32,767, which `planIntConvolution` finds out from the codes themselves. Its
// twin is therefore `spikeConvolutionScalar`, given every event as often as it counts.

import { addressOf, type Kernels } from "./kernels.ts";
import { requireLength } from "./require-length.ts";
import type { SpikeConvolutionShape } from "./spike-convolution.ts";
import { requireSegments, type SpikeSegments } from "./spike-segments.ts";

/** Weights and addresses laid out for the kernel, in kernel memory. */
export interface IntConvolutionPlan {
  readonly shape: SpikeConvolutionShape;
  readonly weights: Int16Array;
  readonly starts: Uint16Array;
  readonly rows: Uint8Array;
  readonly fanOut: Int32Array;
  readonly numbers: Int32Array;
  readonly sums: Int16Array;
}

export interface SpikeConvolutionIntArgs extends Omit<SpikeSegments, "values"> {
  readonly plan: IntConvolutionPlan;
  /** How often every event stands; absent: once. */
  readonly counts?: Uint8Array;
  readonly worth: number;
  /** Shape [output channels]. */
  readonly bias: Float32Array;
  /** Output; segments lie `stride` apart. Shape [segments, stride]. */
  readonly out: Float32Array;
  readonly outStride: number;
  /** Output: spikes of every segment, and the synapses they crossed. Shape [segments, 2]. */
  readonly work: Int32Array;
}

const lanesPerVector = 8;
/** Addresses are counted in vectors, in 16 bits. */
const mostVectors = 65_535;
const largestSum = 32_767;

/**
 * Lay a convolution out.
 *
 * @param codes - shape [output channels, input channels/groups, kernel height, kernel width]
 * @param multiplicity - most often an input stands in a segment
 * @param fanOut - synapses of every input. Shape [inputs]
 * @returns undefined where a sum may not fit int16, or addresses do not fit: use `spikeConvolution`
 * @throws {ResourceError} when the memory is full
 */
export function planIntConvolution(
  kernels: Kernels,
  codes: Int8Array,
  shape: SpikeConvolutionShape,
  multiplicity: number,
  fanOut: Int32Array,
): IntConvolutionPlan | undefined {
  const { input, output, stride, padding, groups } = shape;
  if (
    multiplicity > 255 ||
    shape.kernel[0] > 255 ||
    largestSumOf(codes, output[0]) * multiplicity > largestSum
  )
    return undefined;
  const laneVectors = Math.ceil(output[0] / groups / lanesPerVector);
  const columnVectors = laneVectors * groups;
  // Taps are padded to whole strides, so that every input reaches equally many outputs.
  const reach = ([0, 1] as const).map((axis) => Math.ceil(shape.kernel[axis] / stride[axis]));
  const taps = ([0, 1] as const).map((axis) => reach[axis] * stride[axis]);
  const lastColumn = Math.max(output[2] - 1, Math.floor((input[2] - 1 + padding[1]) / stride[1]));
  const pitch = (lastColumn + reach[1]) * columnVectors;
  const sumVectors = output[1] * pitch;
  const weightVectors = input[0] * taps[0] * taps[1] * laneVectors;
  if (sumVectors > mostVectors || weightVectors > mostVectors) return undefined;
  const weights = int16(kernels, weightVectors * lanesPerVector);
  layCodes(codes, weights, shape, taps, laneVectors);
  const starts = kernels.uint16(2 * input[0] * input[1] * input[2]);
  const rows = kernels.uint8(input[0] * input[1] * input[2]);
  const origin = (reach[1] - 1) * columnVectors;
  let i = 0;
  for (let c = 0; c < input[0]; c++) {
    const group = Math.floor(c / (input[0] / groups));
    for (let y = 0; y < input[1]; y++) {
      const [lowest, lowestTap] = firstReached(y + padding[0], taps[0], stride[0]);
      // Rows above the first output are left out, as are those below the last.
      const oy = Math.max(0, lowest);
      const tapY = lowestTap + (oy - lowest) * stride[0];
      const reached = Math.max(0, Math.min(output[1], lowest + reach[0]) - oy);
      for (let x = 0; x < input[2]; x++) {
        const [ox, tapX] = firstReached(x + padding[1], taps[1], stride[1]);
        rows[i] = reached;
        starts[2 * i] = reached === 0 ? 0 : origin + oy * pitch + ox * columnVectors + group * laneVectors;
        starts[2 * i + 1] = reached === 0 ? 0 : ((c * taps[0] + tapY) * taps[1] + tapX) * laneVectors;
        i++;
      }
    }
  }
  const isDense = stride[1] === 1 && groups === 1;
  const numbers = kernels.int32(16);
  numbers.set([
    0,
    isDense ? reach[1] * laneVectors : laneVectors,
    isDense ? 1 : reach[1],
    columnVectors,
    stride[1] * laneVectors,
    pitch,
    stride[0] * taps[1] * laneVectors,
    sumVectors,
    origin,
    output[1],
    output[2],
    columnVectors,
    pitch,
    laneVectors,
    output[0] / groups,
    groups,
  ]);
  const fan = kernels.int32(fanOut.length);
  fan.set(fanOut);
  return {
    shape,
    weights,
    starts,
    rows,
    fanOut: fan,
    numbers,
    sums: int16(kernels, sumVectors * lanesPerVector),
  };
}

/** First output reached by an input along one axis, and its tap's place from the right. */
function firstReached(place: number, taps: number, stride: number): readonly [number, number] {
  const output = Math.floor((place - taps) / stride) + 1;
  return [output, taps - 1 - (place - output * stride)];
}

/** Most that the codes of one output can add up to, either way, if every input stands once. */
function largestSumOf(codes: Int8Array, channels: number): number {
  const perChannel = codes.length / channels;
  let largest = 0;
  for (let c = 0; c < channels; c++) {
    let positive = 0;
    let negative = 0;
    for (let k = c * perChannel; k < (c + 1) * perChannel; k++) {
      if (codes[k] > 0) positive += codes[k];
      else negative -= codes[k];
    }
    largest = Math.max(largest, positive, negative);
  }
  return largest;
}

function layCodes(
  codes: Int8Array,
  weights: Int16Array,
  { input, output, kernel, groups }: SpikeConvolutionShape,
  taps: readonly number[],
  laneVectors: number,
): void {
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

function int16(kernels: Kernels, length: number): Int16Array {
  return new Int16Array(kernels.buffer, kernels.take(2 * length), length).fill(0);
}

/** @throws {InvalidValueError} when a view is too short or not in kernel memory */
export function spikeConvolutionInt(kernels: Kernels, args: SpikeConvolutionIntArgs): void {
  const { events, counts, ends, segments, plan, worth, bias, out, outStride, work } = args;
  const { output } = plan.shape;
  const size = output[0] * output[1] * output[2];
  requireSegments("spikeConvolutionInt", args);
  if (counts) requireLength("spikeConvolutionInt counts", counts, segments === 0 ? 0 : ends[segments - 1]);
  requireLength("spikeConvolutionInt bias", bias, output[0]);
  requireLength("spikeConvolutionInt stride", { length: outStride }, size);
  requireLength("spikeConvolutionInt work", work, 2 * segments);
  if (segments > 0) requireLength("spikeConvolutionInt out", out, (segments - 1) * outStride + size);
  const address = (name: string, view: ArrayBufferView): number =>
    addressOf(kernels, `spikeConvolutionInt ${name}`, view);
  kernels.exports["spikeConvolutionI8"](
    address("events", events),
    counts === undefined ? 0 : address("counts", counts),
    address("ends", ends),
    segments,
    address("weights", plan.weights),
    address("starts", plan.starts),
    address("rows", plan.rows),
    address("fanOut", plan.fanOut),
    address("numbers", plan.numbers),
    address("sums", plan.sums),
    worth,
    address("bias", bias),
    address("out", out),
    outStride * 4,
    address("work", work),
  );
}
