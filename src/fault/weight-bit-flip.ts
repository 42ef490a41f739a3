// Transient bit flips in weight memory: each stored bit flips with the same chance, independently.
//
// Stored weights are two's-complement codes of `bits` bits or IEEE float32 patterns; biases, scales,
// thresholds are not hit. An ANN and the SNN made from it store the same codes under the same
// names, so one mask is the same fault in both. In float32 exponent bits dominate: report it apart.
// Runs of sound bits are drawn from the geometric distribution, so cost grows with flips, not with bits.

import { InvalidValueError } from "../base/errors.ts";
import { Random, type StreamKey } from "../base/random.ts";
import type { Model } from "../model/model.ts";
import { float } from "../space/field.ts";
import { checkValue } from "../space/resolve.ts";

export const weightBitFlipFields = {
  bitErrorRate: float({ about: "chance that a stored bit flips", unit: "1", low: 0, high: 1, default: 1e-3 }),
};

/** Flips in one layer's weights; `elements[i]` is the weight's index, `bits[i]` the bit's, 0 the lowest. */
export interface LayerFlips {
  readonly layer: string;
  readonly elements: Uint32Array;
  readonly bits: Uint8Array;
}

/** Which stored bits are flipped. Plain data; only layers with flips are listed. */
export interface FlipMask {
  /** `"int8"`, `"int4"`, …, or `"float32"`. */
  readonly format: string;
  readonly weightBits: number;
  readonly flippedBits: number;
  readonly layers: readonly LayerFlips[];
}

/** Stored weights by layer id, as in a model's `<id>.weight` tensors. */
export type StoredWeights = Readonly<Record<string, Int8Array | Float32Array>>;

/**
 * Draw which bits flip. The mask depends on the key, the rate, and the sizes of the weights in layer order.
 *
 * @throws {InvalidValueError} for a bit error rate that is not from 0 to 1
 */
export function drawFlips(
  model: Model,
  { bitErrorRate, key }: { readonly bitErrorRate: number; readonly key: StreamKey },
): FlipMask {
  checkValue("bitErrorRate", weightBitFlipFields.bitErrorRate, bitErrorRate);
  const { weightFormat } = model;
  const weightBits = weightFormat.kind === "int" ? weightFormat.bits : 32;
  const random = new Random(key);
  const layers: LayerFlips[] = [];
  let flippedBits = 0;
  let firstCell = 0; // of the layer, counted over the whole memory
  let cell = soundCells(bitErrorRate, random);
  for (const { id } of model.network.layers) {
    const weights = model.tensors[`${id}.weight`];
    if (weights === undefined) continue;
    const endCell = firstCell + weights.data.length * weightBits;
    const elements: number[] = [];
    const bits: number[] = [];
    for (; cell < endCell; cell += 1 + soundCells(bitErrorRate, random)) {
      elements.push(Math.floor((cell - firstCell) / weightBits));
      bits.push((cell - firstCell) % weightBits);
    }
    firstCell = endCell;
    if (elements.length === 0) continue;
    layers.push({ layer: id, elements: Uint32Array.from(elements), bits: Uint8Array.from(bits) });
    flippedBits += elements.length;
  }
  const format = weightFormat.kind === "int" ? `int${weightBits}` : "float32";
  return { format, weightBits, flippedBits, layers };
}

/**
 * Flip the mask's bits in place. Applied a second time, it restores every bit.
 *
 * @param weights - at least the mask's layers; changed in place
 * @throws {InvalidValueError} when a layer is missing, of the other format, or too short
 */
export function applyFlips(weights: StoredWeights, mask: FlipMask): void {
  for (const flips of mask.layers) {
    const stored = weights[flips.layer];
    const wanted = mask.format === "float32" ? Float32Array : Int8Array;
    if (!(stored instanceof wanted) || flips.elements[flips.elements.length - 1] >= stored.length) {
      throw new InvalidValueError(
        `weights of layer ${JSON.stringify(flips.layer)}`,
        `must be the ${mask.format} weights the mask was drawn for`,
        stored === undefined ? "nothing" : `${stored.length} of ${stored.constructor.name}`,
      );
    }
    if (stored instanceof Int8Array) flipCodes(stored, flips, mask.weightBits);
    else flipFloats(stored, flips);
  }
}

/**
 * Copies of the weights the mask hits, with its bits flipped; the model stays as it is.
 *
 * @returns by layer id, touched layers only
 */
export function flippedWeights(model: Model, mask: FlipMask): StoredWeights {
  const weights: Record<string, Int8Array | Float32Array> = {};
  for (const { layer } of mask.layers) {
    const data = model.tensors[`${layer}.weight`]?.data;
    if (data instanceof Int8Array || data instanceof Float32Array) weights[layer] = data.slice();
  }
  applyFlips(weights, mask);
  return weights;
}

/** In place. A code is `weightBits` wide and kept sign-extended to 8 bits. */
function flipCodes(codes: Int8Array, { elements, bits }: LayerFlips, weightBits: number): void {
  const unused = 32 - weightBits;
  for (let i = 0; i < elements.length; i++) {
    const element = elements[i];
    codes[element] = ((codes[element] ^ (1 << bits[i])) << unused) >> unused;
  }
}

/** In place, on the bit patterns: as numbers, signalling NaNs would not keep theirs. */
function flipFloats(values: Float32Array, { elements, bits }: LayerFlips): void {
  const patterns = new Uint32Array(values.buffer, values.byteOffset, values.length);
  for (let i = 0; i < elements.length; i++) patterns[elements[i]] ^= 1 << bits[i];
}

/** Sound cells before the next flipped one: geometric, by inversion of a uniform number in [0, 1). */
export function soundCells(rate: number, random: Random): number {
  if (rate === 0) return Number.POSITIVE_INFINITY;
  return Math.floor(Math.log1p(-random.uniform()) / Math.log1p(-rate));
}
