// A layer of integrate-and-fire neurons over all steps of all images.
//
//   v ← leak · v + current;  spike = v ≥ threshold;  v ← v − threshold (subtract) or 0 (zero)
//
// from v = initial, every operation rounded to float32. leak = 1 is the IF neuron (1 · v is v).
// A NaN potential never fires. Layers are padded to 16 lanes; padding begins at NaN and so is silent.

import { InvalidValueError } from "../base/errors.ts";
import { addressOf, type Kernels } from "./kernels.ts";
import { requireLength } from "./require-length.ts";

/** Entries behind a list that the kernel may write, too. */
export const writtenAhead = 3;

export interface NeuronStepsArgs {
  /** Shape [images, steps, neurons], or [images, neurons] when `isHeld`. */
  readonly current: Float32Array;
  /** Whether the current is the same at every step. */
  readonly isHeld: boolean;
  readonly images: number;
  readonly steps: number;
  /** A multiple of 16. */
  readonly neurons: number;
  /** Potentials before the first step. Shape [neurons]. */
  readonly initial: Float32Array;
  /** Shape [neurons]. */
  readonly thresholds: Float32Array;
  readonly leak: number;
  readonly reset: "subtract" | "zero";
  /** Output: firing neurons, ascending within a segment (a step of an image). Length ≥ images · steps · neurons + `writtenAhead`. */
  readonly events: Int32Array;
  /** Output: where every segment ends. Shape [images · steps]. */
  readonly ends: Int32Array;
  /** By sixteen neurons, as bits: who fired on some image, who at every step of some image; added to in place. Shape [neurons / 16, 2]. */
  readonly flags: Uint16Array;
  /** Lowest potential before reset in 4 lanes, then the highest in 4; widened in place, NaN left out; if absent, nobody asks. Shape [8]. */
  readonly bounds?: Float32Array;
}

/** Beyond, the roundings of a held current's sums might be as large as the sums. */
const mostStepsOfSleep = 2 ** 16;

/**
 * Run the layer.
 *
 * @returns the number of spikes
 * @throws {InvalidValueError} when a view is too short or not in kernel memory
 */
export function neuronSteps(kernels: Kernels, args: NeuronStepsArgs): number {
  checkLengths(args);
  const { current, isHeld, images, steps, neurons, reset } = args;
  const leak = Math.fround(args.leak);
  const address = (name: string, view: ArrayBufferView): number =>
    addressOf(kernels, `neuronSteps ${name}`, view);
  const mark = kernels.mark();
  const bits = kernels.uint8(steps * Math.ceil(neurons / 64) * 8);
  const maySleep = isHeld && leak >= 0 && leak <= 1 && steps < mostStepsOfSleep;
  const leakAll = leak ** steps;
  const spikes = kernels.exports["neuronSteps"](
    address("current", current),
    neurons * (isHeld ? 1 : steps) * 4,
    isHeld ? 0 : neurons * 4,
    images,
    steps,
    neurons,
    bits.byteOffset,
    maySleep ? kernels.take(5 * neurons * 4) : 0,
    address("initial", args.initial),
    address("thresholds", args.thresholds),
    leak,
    leakAll,
    leak === 1 ? steps : (1 - leakAll) / (1 - leak),
    (steps + 8) * 2 ** -22,
    Number(reset === "zero"),
    address("events", args.events),
    address("ends", args.ends),
    address("flags", args.flags),
    args.bounds === undefined ? 0 : address("bounds", args.bounds),
  );
  kernels.release(mark);
  return spikes;
}

/** Scalar twin of {@link neuronSteps}: defines what is correct. */
export function neuronStepsScalar(args: NeuronStepsArgs): number {
  checkLengths(args);
  const { current, isHeld, images, steps, neurons, thresholds, reset, events, ends, flags, bounds } = args;
  const leak = Math.fround(args.leak);
  let spikes = 0;
  for (let image = 0; image < images; image++) {
    const v = args.initial.slice(0, neurons);
    const counts = new Int32Array(neurons);
    for (let step = 0; step < steps; step++) {
      const segment = image * steps + step;
      const input = (isHeld ? image : segment) * neurons;
      for (let i = 0; i < neurons; i++) {
        v[i] = Math.fround(leak * v[i]) + current[input + i];
        if (bounds && v[i] < bounds[i % 4]) bounds[i % 4] = v[i];
        if (bounds && v[i] > bounds[4 + (i % 4)]) bounds[4 + (i % 4)] = v[i];
        if (!(v[i] >= thresholds[i])) continue;
        v[i] = reset === "subtract" ? v[i] - thresholds[i] : 0;
        counts[i]++;
        events[spikes++] = i;
      }
      ends[segment] = spikes;
    }
    for (let i = 0; i < neurons; i++) {
      const place = 2 * Math.floor(i / 16);
      if (counts[i] > 0) flags[place] |= 1 << (i % 16);
      if (counts[i] === steps) flags[place + 1] |= 1 << (i % 16);
    }
  }
  return spikes;
}

function checkLengths(args: NeuronStepsArgs): void {
  const { current, isHeld, images, steps, neurons, initial, thresholds, events, ends } = args;
  if (neurons % 16 !== 0) {
    throw new InvalidValueError("neuronSteps neurons", "must be a multiple of 16", neurons);
  }
  requireLength("neuronSteps current", current, images * (isHeld ? 1 : steps) * neurons);
  requireLength("neuronSteps initial", initial, neurons);
  requireLength("neuronSteps thresholds", thresholds, neurons);
  requireLength("neuronSteps events", events, images * steps * neurons + writtenAhead);
  requireLength("neuronSteps ends", ends, images * steps);
  requireLength("neuronSteps flags", args.flags, neurons / 8);
  if (args.bounds) requireLength("neuronSteps bounds", args.bounds, 8);
}
