// Sums of a convolution of stored int8 codes that is driven by spikes: eight outputs at once.
//
//   out[s, c, y, x] = worth · Σ w[c, i, ky, kx] + bias[c]
//
// Sums of codes are exact, so any order gives what `spikeConvolution` gives; int16 lanes hold them as long
// as no output can exceed 32,767, which `planIntConvolution` finds out from the codes themselves. Its
// twin is therefore `spikeConvolutionScalar`, given the places of all events.

import { type GatherPlan, planGather } from "./gather-plan.ts";
import { type IntConvolution, int16, lanesPerVector } from "./int-convolution.ts";
import { addressOf, type Kernels } from "./kernels.ts";
import { requireLength } from "./require-length.ts";
import { planScatter, type ScatterPlan } from "./scatter-plan.ts";
import type { SpikeConvolutionShape } from "./spike-convolution.ts";
import { requireSegments, type SpikeSegments } from "./spike-segments.ts";

/** Weights and addresses laid out for the kernel, in kernel memory. */
export interface IntConvolutionPlan {
  readonly shape: SpikeConvolutionShape;
  readonly scatter: ScatterPlan;
  readonly gather: GatherPlan | undefined;
  /** Spikes that every event counts as, 0 or 1, and synapses it crosses. Shape [events, 2]. */
  readonly costs: Int32Array;
  readonly sums: Int16Array;
}

export interface SpikeConvolutionIntArgs extends Omit<SpikeSegments, "values"> {
  readonly plan: IntConvolutionPlan;
  readonly worth: number;
  /** Shape [output channels]. */
  readonly bias: Float32Array;
  /** Output; segments lie `stride` apart. Shape [segments, stride]. */
  readonly out: Float32Array;
  readonly outStride: number;
  /** Output: spikes of every segment, and the synapses they crossed. Shape [segments, 2]. */
  readonly work: Int32Array;
}

const largestSum = 32_767;

/**
 * Lay a convolution out.
 *
 * @param fanOut - synapses of every input. Shape [inputs]
 * @returns undefined where a sum may not fit int16, or addresses do not fit: use `spikeConvolution`
 * @throws {ResourceError} when the memory is full
 */
export function planIntConvolution(
  kernels: Kernels,
  convolution: IntConvolution,
  fanOut: Int32Array,
): IntConvolutionPlan | undefined {
  const { shape, codes, places, multiplicity } = convolution;
  if (multiplicity > 255 || largestSumOf(codes, shape.output[0]) * multiplicity > largestSum)
    return undefined;
  const scatter = planScatter(kernels, convolution);
  if (scatter === undefined) return undefined;
  const gather = planGather(kernels, convolution);
  const costs = kernels.int32(2 * places.length);
  for (let i = 0; i < places.length; i++) {
    const isSeen = places[i] < fanOut.length;
    costs[2 * i] = Number(isSeen);
    costs[2 * i + 1] = isSeen ? fanOut[places[i]] : 0;
  }
  const vectors = Math.max(scatter.sumVectors, gather?.sumVectors ?? 0);
  return { shape, scatter, gather, costs, sums: int16(kernels, vectors * lanesPerVector) };
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

/** @throws {InvalidValueError} when a view is too short or not in kernel memory */
export function spikeConvolutionInt(kernels: Kernels, args: SpikeConvolutionIntArgs): void {
  const { events, ends, segments, plan, worth, bias, out, outStride, work } = args;
  const { output } = plan.shape;
  const size = output[0] * output[1] * output[2];
  requireSegments("spikeConvolutionInt", args);
  requireLength("spikeConvolutionInt bias", bias, output[0]);
  requireLength("spikeConvolutionInt stride", { length: outStride }, size);
  requireLength("spikeConvolutionInt work", work, 2 * segments);
  if (segments > 0) requireLength("spikeConvolutionInt out", out, (segments - 1) * outStride + size);
  const address = (name: string, view: ArrayBufferView): number =>
    addressOf(kernels, `spikeConvolutionInt ${name}`, view);
  kernels.exports["spikeConvolutionI8"](
    address("events", events),
    address("ends", ends),
    segments,
    plan.costs.byteOffset,
    plan.scatter.numbers.byteOffset,
    plan.gather?.numbers.byteOffset ?? 0,
    plan.gather?.leastSpikes ?? 0,
    plan.sums.byteOffset,
    worth,
    address("bias", bias),
    address("out", out),
    outStride * 4,
    address("work", work),
  );
}
