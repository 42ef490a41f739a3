// Sums of a dense layer of stored int8 codes that is driven by spikes: sixteen outputs a vector.
//
//   out[s, o] = worth · Σ w[place(i), o] + bias[o]   over the events i of segment s
//
// Sums of codes are exact below 131,072 events, so any order gives what `spikeDense` gives, and its twin is
// `spikeDenseScalar`, given the place of every event. Layout: assembly/spiking-dense-int.ts.

import { InvalidValueError } from "../base/errors.ts";
import { addressOf, type Kernels } from "./kernels.ts";
import { requireLength } from "./require-length.ts";
import { paddedOutputs } from "./spike-dense.ts";
import { requireSegments, type SpikeSegments } from "./spike-segments.ts";

export interface SpikeDenseIntArgs extends Omit<SpikeSegments, "values"> {
  /** By event, the input it goes to; `inputs` if to none. Absent: events are inputs. */
  readonly placeOf?: Int32Array;
  /** From `tileCodes`. */
  readonly tiles: Int8Array;
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

const vectorCodes = 16;
/** Low bytes hold codes that much higher. */
const lowOffset = 128;

/** Bytes of `tileCodes`: one row more than inputs, for spikes that go nowhere. */
export function codeTilesLength(units: number, inputs: number): number {
  return paddedOutputs(units) * (inputs + 1);
}

/**
 * Lay codes out for the kernel.
 *
 * @param codes - shape [units, inputs]
 * @param tiles - output, `codeTilesLength(units, inputs)` long
 */
export function tileCodes(codes: Int8Array, tiles: Int8Array, units: number, inputs: number): void {
  const outputs = paddedOutputs(units);
  tiles.fill(0);
  for (let k = 0; k < tiles.length; k += 2) tiles[k] = lowOffset;
  for (let first = 0; first < outputs; ) {
    const width = widthOf(outputs - first);
    const tile = first * (inputs + 1);
    for (let o = first; o < Math.min(units, first + width); o++) {
      const lane = (o - first) % vectorCodes;
      const isLow = lane < vectorCodes / 2;
      let to = tile + (o - first - lane) + (isLow ? 2 * lane : 2 * lane - vectorCodes + 1);
      for (let i = 0; i < inputs; i++, to += width) {
        tiles[to] = codes[o * inputs + i] + (isLow ? lowOffset : 0);
      }
    }
    first += width;
  }
}

function widthOf(left: number): number {
  if (left >= 64) return 64;
  return left >= 32 ? 32 : 16;
}

/** @throws {InvalidValueError} when a view is too short or not in kernel memory */
export function spikeDenseInt(kernels: Kernels, args: SpikeDenseIntArgs): void {
  const { events, placeOf, ends, segments, tiles, inputs, outputs, worth, bias, out } = args;
  requireSegments("spikeDenseInt", args);
  requireLength("spikeDenseInt tiles", tiles, (inputs + 1) * outputs);
  requireLength("spikeDenseInt bias", bias, outputs);
  requireLength("spikeDenseInt out", out, segments * outputs);
  if (outputs % vectorCodes !== 0) {
    throw new InvalidValueError("spikeDenseInt outputs", `must be a multiple of ${vectorCodes}`, outputs);
  }
  const address = (name: string, view: ArrayBufferView): number =>
    addressOf(kernels, `spikeDenseInt ${name}`, view);
  kernels.exports["spikeDenseI8"](
    address("events", events),
    placeOf === undefined ? 0 : address("placeOf", placeOf),
    address("ends", ends),
    segments,
    address("tiles", tiles),
    inputs,
    outputs,
    worth,
    address("bias", bias),
    address("out", out),
  );
}
