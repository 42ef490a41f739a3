// Test vectors: inputs with the class and the spikes that the scalar simulator gives for them, and a program that
// runs them on the target and says whether it agrees.
//
// All spikes of an image are one number, FNV-1a over words: 2³¹ + layer at every step of every spiking layer, then
// its neurons. One spike more, less or elsewhere changes it.

import { Random } from "../../base/random.ts";
import type { InputSpikes } from "../../coding/input-spikes.ts";
import { imageSeed } from "../../coding/spike-draw.ts";
import type { Model } from "../../model/model.ts";
import { sizeOf } from "../../model/shapes.ts";
import type { Disturb } from "../../simulate/disturbance.ts";
import { simulateScalar } from "../../simulate/scalar-simulator.ts";
import { noClass } from "../../simulate/simulation-result.ts";

export interface VectorInput {
  /** Shape [images, …inputShape]; empty for coding `events`. */
  readonly pixels: Uint8Array;
  /** For coding `events`. */
  readonly spikes?: InputSpikes;
  readonly count: number;
  /** Of random spike codes; images are numbered from 0. */
  readonly seed: number;
}

export interface TestVector {
  /** −1 for none. */
  readonly class: number;
  readonly spikeHash: number;
  readonly spikes: number;
  /** What random spike codes of this image are seeded with. */
  readonly imageSeed: number;
}

/** @throws {InvalidValueError} as the simulator does */
export function testVectors(model: Model, input: VectorInput): readonly TestVector[] {
  const layers = model.network.layers.filter(({ kind }) => kind === "neuron").map(({ id }) => id);
  return Array.from({ length: input.count }, (_, image) => {
    const { disturb, result } = spikeHasher(layers);
    const { pixels, spikes, seed } = input;
    const request = {
      pixels,
      ...(spikes && { spikes }),
      labels: new Uint8Array(input.count),
      firstImage: image,
      count: 1,
      seed,
      trial: 0,
      isCancelled: () => false,
    };
    const [predicted] = simulateScalar(model, request, disturb).predictions;
    return {
      ...result(),
      class: predicted === noClass ? -1 : predicted,
      imageSeed: imageSeed({ seed, trial: 0 }, image),
    };
  });
}

/** Changes nothing, and hears of every neuron at every step. */
function spikeHasher(layers: readonly string[]): {
  readonly disturb: Disturb;
  readonly result: () => Pick<TestVector, "spikeHash" | "spikes">;
} {
  let hash = 0x811c9dc5;
  let spikes = 0;
  const add = (word: number): void => {
    hash = Math.imul(hash ^ word, 0x01000193);
  };
  const disturb: Disturb = (target, layer, element, _step, value) => {
    if (target !== "spike") return value;
    if (element === 0) add(0x80000000 | layers.indexOf(layer));
    if (value !== 0) {
      add(element);
      spikes++;
    }
    return value;
  };
  return { disturb, result: () => ({ spikeHash: hash >>> 0, spikes }) };
}

/** Pixels of which about half are black. */
export function drawnPixels(model: Model, count: number, seed: number): Uint8Array {
  const random = new Random({ seed, trial: 0, purpose: "test-vectors", index: 0 });
  const length = count * sizeOf(model.network.inputShape);
  return Uint8Array.from({ length }, () => Math.max(0, random.integer(511) - 255));
}

/** Input spikes, each with a chance of 1 in 4. */
export function drawnSpikes(model: Model, count: number, seed: number): InputSpikes {
  const random = new Random({ seed, trial: 0, purpose: "test-vectors", index: 1 });
  const inputs = sizeOf(model.network.inputShape);
  const steps = model.inference?.steps ?? 0;
  const events: number[] = [];
  const ends: number[] = [];
  for (let segment = 0; segment < count * steps; segment++) {
    for (let i = 0; i < inputs; i++) if (random.integer(4) === 0) events.push(i);
    ends.push(events.length);
  }
  return { samples: count, steps, inputs, events: Int32Array.from(events), ends: Int32Array.from(ends) };
}
