// Weights of dense layers driven by lists of spikes: laid out in the tiles of spike-dense.ts, and their gradient,
//
//   dw[unit, input] += worth · Σ d[s, unit] (· x) over the events of every segment s, in their order
//
// A spike adds one run of memory, as forward, so the work is that of the spikes and not of all inputs.

import { addressOf, type Kernels } from "./kernels.ts";
import { requireLength } from "./require-length.ts";
import { requireSegments, type SpikeSegments } from "./spike-segments.ts";

export interface LayTilesArgs {
  /** Shape [units, inputs]. */
  readonly weights: Float32Array;
  /** Output, zeroed where lanes have no unit. Length outputs · inputs. */
  readonly tiles: Float32Array;
  readonly units: number;
  /** `paddedOutputs(units)`. */
  readonly outputs: number;
  readonly inputs: number;
}

/** `tileWeights` of spike-dense.ts, which is its twin, in kernel memory. */
export function layTiles(kernels: Kernels, { weights, tiles, units, outputs, inputs }: LayTilesArgs): void {
  requireLength("layTiles weights", weights, units * inputs);
  requireLength("layTiles tiles", tiles, outputs * inputs);
  const [from, to] = [addressOf(kernels, "weights", weights), addressOf(kernels, "tiles", tiles)];
  kernels.exports["layTiles"](from, to, units, outputs, inputs);
}

export interface SpikeDenseGradientArgs extends SpikeSegments {
  /** Derivatives by the sums. Shape [segments, outputs]. */
  readonly d: Float32Array;
  readonly units: number;
  /** `paddedOutputs(units)`. */
  readonly outputs: number;
  readonly inputs: number;
  readonly worth: number;
  /** Added to. Shape [units, inputs]. */
  readonly dweight: Float32Array;
}

/** @throws {InvalidValueError} when a view is too short or not in kernel memory */
export function spikeDenseGradient(kernels: Kernels, args: SpikeDenseGradientArgs): void {
  const { events, values, ends, segments, d, units, outputs, inputs, worth, dweight } = args;
  requireSegments("spikeDenseGradient", args);
  requireLength("spikeDenseGradient d", d, segments * outputs);
  requireLength("spikeDenseGradient dweight", dweight, units * inputs);
  const address = (name: string, view: ArrayBufferView): number =>
    addressOf(kernels, `spikeDenseGradient ${name}`, view);
  const mark = kernels.mark();
  const tiles = kernels.float32(outputs * inputs);
  kernels.exports["spikeDenseGradient"](
    address("events", events),
    values === undefined ? 0 : address("values", values),
    address("ends", ends),
    segments,
    address("d", d),
    outputs,
    inputs,
    tiles.byteOffset,
  );
  kernels.exports["gatherTiles"](
    tiles.byteOffset,
    address("dweight", dweight),
    units,
    outputs,
    inputs,
    worth,
  );
  kernels.release(mark);
}

/** Scalar twin of {@link spikeDenseGradient}: defines what is correct. */
export function spikeDenseGradientScalar(args: SpikeDenseGradientArgs): void {
  const { events, values, ends, segments, d, units, outputs, inputs, worth, dweight } = args;
  const sums = new Float32Array(units * inputs);
  for (let s = 0, at = 0; s < segments; s++) {
    for (; at < ends[s]; at++) {
      for (let o = 0; o < units; o++)
        sums[o * inputs + events[at]] += Math.fround(d[s * outputs + o] * (values?.[at] ?? 1));
    }
  }
  for (let i = 0; i < sums.length; i++) dweight[i] += Math.fround(sums[i] * Math.fround(worth));
}
