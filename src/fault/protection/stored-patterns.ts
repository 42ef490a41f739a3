// Stored weights as the bits they are made of, whatever number they stand for.

import { InvalidValueError } from "../../base/errors.ts";
import type { Model } from "../../model/model.ts";
import type { StoredWeights } from "../weight-bit-flip.ts";
import type { RedundantFlips } from "./protection.ts";

/** Bits of a stored weight. */
export function storedBitsOf({ weightFormat }: Model): number {
  return weightFormat.kind === "int" ? weightFormat.bits : 32;
}

/** Ids of the layers that have weights, in order. */
export function weightLayers(model: Model): readonly string[] {
  return model.network.layers.map(({ id }) => id).filter((id) => `${id}.weight` in model.tensors);
}

/** Sum of a number each layer with weights has. */
export function sumOverLayers(model: Model, numberOf: (layer: string) => number): number {
  return weightLayers(model).reduce((sum, layer) => sum + numberOf(layer), 0);
}

/** The fault-free weights of a layer; not a copy. */
export function goldenWeights(model: Model, layer: string): Int8Array | Float32Array {
  return model.tensors[`${layer}.weight`].data as Int8Array | Float32Array;
}

/** Bits of a layer's weights, read and written in place as unsigned numbers. */
export interface PatternView {
  readonly count: number;
  readonly bits: number;
  /** What holds the patterns: they are equal where these are. */
  readonly raw: Int8Array | Uint32Array;
  /** From 0 to 2^bits − 1. */
  get(element: number): number;
  set(element: number, pattern: number): void;
}

export function patternView(weights: Int8Array | Float32Array, bits: number): PatternView {
  if (weights instanceof Float32Array) {
    const words = new Uint32Array(weights.buffer, weights.byteOffset, weights.length);
    return {
      count: words.length,
      bits,
      raw: words,
      get: (element) => words[element],
      set: (element, pattern) => {
        words[element] = pattern;
      },
    };
  }
  const [mask, unused] = [2 ** bits - 1, 32 - bits];
  return {
    count: weights.length,
    bits,
    raw: weights,
    get: (element) => weights[element] & mask,
    set: (element, pattern) => {
      weights[element] = (pattern << unused) >> unused; // kept sign-extended
    },
  };
}

/**
 * Layer by layer what a protection works on: every layer that is struck, in its weights or in redundant cells.
 *
 * @returns `read` is a copy of what the memory holds, to be repaired in place
 * @throws {InvalidValueError} when struck weights are not of the model's layers, format and sizes
 */
export function struckLayers(
  model: Model,
  struck: StoredWeights,
  redundantFlips: RedundantFlips,
): readonly {
  readonly layer: string;
  readonly golden: PatternView;
  readonly read: Int8Array | Float32Array;
}[] {
  const known = weightLayers(model);
  for (const layer of [...Object.keys(struck), ...Object.keys(redundantFlips)]) {
    if (known.includes(layer)) continue;
    throw new InvalidValueError(
      "struck layer",
      "must be a layer with weights",
      layer,
      `These have: ${known.join(", ")}.`,
    );
  }
  const bits = storedBitsOf(model);
  return known
    .filter((layer) => layer in struck || (redundantFlips[layer]?.length ?? 0) > 0)
    .map((layer) => {
      const golden = goldenWeights(model, layer);
      const held = struck[layer] ?? golden;
      if (held.constructor !== golden.constructor || held.length !== golden.length) {
        throw new InvalidValueError(
          `struck weights of layer ${JSON.stringify(layer)}`,
          `must be ${golden.length} of ${golden.constructor.name}`,
          `${held.length} of ${held.constructor.name}`,
        );
      }
      return { layer, golden: patternView(golden, bits), read: held.slice() };
    });
}

/** Elements, or words of so many, that differ from the golden ones or have a flipped redundant cell; ascending. */
export function damagedWords(
  golden: PatternView,
  read: PatternView,
  weightsPerWord: number,
  flips: Uint32Array | undefined,
  redundantBitsPerWord: number,
): ReadonlyMap<number, readonly number[]> {
  const damaged = new Map<number, number[]>();
  const [sound, held] = [golden.raw, read.raw];
  for (let i = 0; i < sound.length; i++) {
    if (sound[i] !== held[i]) damaged.set(Math.floor(i / weightsPerWord), []);
  }
  for (const cell of flips ?? []) {
    const word = Math.floor(cell / redundantBitsPerWord);
    const cells = damaged.get(word) ?? [];
    cells.push(cell % redundantBitsPerWord);
    damaged.set(word, cells);
  }
  return damaged;
}
