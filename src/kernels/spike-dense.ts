// Sums of a dense layer that is driven by spikes.
//
//   out[s, o] = worth · Σ_i w[i, o] (· x_i) + bias[o]   over the events i of segment s, in their order
//
// Weights stand by input, so that a spike reads one run of memory: in tiles of 32 outputs, each
// tile [inputs, 32]; outputs are padded to 16, and a last tile of 16 is [inputs, 16].

import { InvalidValueError } from "../base/errors.ts";
import { addressOf, type Kernels } from "./kernels.ts";
import { requireLength } from "./require-length.ts";
import { requireSegments, type SpikeSegments } from "./spike-segments.ts";

export interface SpikeDenseArgs extends SpikeSegments {
  /** From `tileWeights`. */
  readonly weights: Float32Array;
  readonly inputs: number;
  /** Padded: `paddedOutputs(units)`. */
  readonly outputs: number;
  /** What a spike is worth: 1, or 1/window behind an average pool. */
  readonly worth: number;
  /** Shape [outputs]. */
  readonly bias: Float32Array;
  /** Output. Shape [segments, outputs]. */
  readonly out: Float32Array;
}

const wideTile = 32;
const narrowTile = 16;

export function paddedOutputs(units: number): number {
  return Math.ceil(units / narrowTile) * narrowTile;
}

/**
 * Write a weight matrix in tiles, in place; padding is left as it is.
 *
 * @param weights - shape [units, inputs]
 * @param tiles - zeroed, length paddedOutputs(units) · inputs
 */
export function tileWeights(
  weights: ArrayLike<number>,
  tiles: Float32Array,
  units: number,
  inputs: number,
): void {
  const outputs = paddedOutputs(units);
  for (let first = 0; first < units; first += wideTile) {
    const width = Math.min(wideTile, outputs - first);
    const last = Math.min(units, first + width);
    for (let o = first; o < last; o++) {
      let to = first * inputs + o - first;
      const row = o * inputs;
      for (let i = 0; i < inputs; i++, to += width) tiles[to] = weights[row + i];
    }
  }
}

/** @throws {InvalidValueError} when a view is too short or not in kernel memory */
export function spikeDense(kernels: Kernels, args: SpikeDenseArgs): void {
  checkLengths(args);
  const { events, values, ends, segments, weights, inputs, outputs, worth, bias, out } = args;
  const address = (name: string, view: ArrayBufferView): number =>
    addressOf(kernels, `spikeDense ${name}`, view);
  kernels.exports["spikeDenseF32"](
    address("events", events),
    values === undefined ? 0 : address("values", values),
    address("ends", ends),
    segments,
    address("weights", weights),
    inputs,
    outputs,
    worth,
    address("bias", bias),
    address("out", out),
  );
}

/** Scalar twin of {@link spikeDense}: defines what is correct. */
export function spikeDenseScalar(args: SpikeDenseArgs): void {
  checkLengths(args);
  const { events, values, ends, segments, weights, inputs, outputs, worth, bias, out } = args;
  for (let s = 0; s < segments; s++) {
    for (let o = 0; o < outputs; o++) {
      const first = o - (o % wideTile);
      const width = Math.min(wideTile, outputs - first);
      let sum = 0;
      for (let k = s === 0 ? 0 : ends[s - 1]; k < ends[s]; k++) {
        const weight = weights[first * inputs + events[k] * width + (o % wideTile)];
        sum = Math.fround(sum + Math.fround(weight * (values?.[k] ?? 1)));
      }
      out[s * outputs + o] = Math.fround(sum * Math.fround(worth)) + bias[o];
    }
  }
}

function checkLengths(args: SpikeDenseArgs): void {
  const { segments, weights, inputs, outputs, bias, out } = args;
  requireSegments("spikeDense", args);
  requireLength("spikeDense weights", weights, inputs * outputs);
  requireLength("spikeDense bias", bias, outputs);
  requireLength("spikeDense out", out, segments * outputs);
  if (outputs % narrowTile !== 0) {
    throw new InvalidValueError("spikeDense outputs", `must be a multiple of ${narrowTile}`, outputs);
  }
}
