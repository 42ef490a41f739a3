// Scrubbing: every so many inferences the weights are read and their CRC-32, layer by layer, compared with
// the one stored. It notices faults, and says in which layer; repair (reading the weights anew) is the
// system's matter.
//
// A CRC-32 notices every burst of up to 32 bits, every odd number of flipped bits, and all but 2⁻³² of the
// rest (Peterson & Brown 1961). A fault stays unnoticed until the next scrub: an interval of I inferences
// leaves I, I − 1 … 1 of them struck, (I + 1)/2 on average. Checksums are stored in cells that can be struck,
// too, and then alarm falsely.

import type { Model } from "../../model/model.ts";
import { int, type Values } from "../../space/field.ts";
import type { StoredWeights } from "../weight-bit-flip.ts";
import { noCost, noOverhead, type ProtectionDesign, type RedundantFlips } from "./protection.ts";
import { goldenWeights, patternView, storedBitsOf, struckLayers, sumOverLayers } from "./stored-patterns.ts";

const fields = {
  intervalInferences: int({
    about: "inferences from one scrub to the next",
    unit: "1",
    low: 1,
    high: 1_000_000_000,
    scale: "log",
    default: 1000,
  }),
};

const checksumBits = 32;
/** x³² + x²⁶ + x²³ + … + 1, bits reversed (IEEE 802.3). */
const polynomial = 0xedb88320;
/** A bit at a time: the bit meets the register's end, and that 13 inner taps. */
const gatesPerBit = 14;

export interface Checksums extends ProtectionDesign<typeof fields> {
  redundantBits(model: Model, layer: string, settings: Values<typeof fields>): number;
  /**
   * Layers whose checksum no longer is the one stored.
   *
   * @throws {InvalidValueError} when the struck weights are not of the model's layers, format and sizes
   */
  alarms(model: Model, struck: StoredWeights, redundantFlips: RedundantFlips): readonly string[];
}

export const checksums: Checksums = {
  name: "checksum-scrubbing",
  about: "reads all weights every so many inferences and compares their checksums",
  fields,
  redundantBits: () => checksumBits,
  alarms: (model, struck, redundantFlips) =>
    struckLayers(model, struck, redundantFlips)
      .filter(({ layer, read }) => {
        const bits = storedBitsOf(model);
        let stored = crc32(goldenWeights(model, layer), bits);
        for (const cell of redundantFlips[layer] ?? []) stored ^= 1 << cell;
        return crc32(read, bits) !== stored >>> 0;
      })
      .map(({ layer }) => layer),
  cost(model, { intervalInferences }) {
    const layers = sumOverLayers(model, () => 1);
    const bits = sumOverLayers(model, (layer) => goldenWeights(model, layer).length) * storedBitsOf(model);
    return {
      ...noCost,
      extraBits: checksumBits * layers,
      perInference: {
        ...noOverhead,
        bitsRead: (bits + checksumBits * layers) / intervalInferences,
        comparisons: layers / intervalInferences,
        gates: (gatesPerBit * bits) / intervalInferences,
      },
    };
  },
};

/** Inferences that run on a fault before it is noticed, on average, where it strikes at any time alike. */
export function meanInferencesUnnoticed(intervalInferences: number): number {
  return (intervalInferences + 1) / 2;
}

const table = Uint32Array.from({ length: 256 }, (_, byte) => {
  let register = byte;
  for (let bit = 0; bit < 8; bit++) register = (register >>> 1) ^ (register & 1 ? polynomial : 0);
  return register;
});

/** Over the stored bits, the lowest of the first weight first; the last byte is filled up with zeros. */
function crc32(weights: Int8Array | Float32Array, bits: number): number {
  const bytes = bits % 8 === 0 ? bytesOf(weights) : packed(weights, bits);
  let register = 0xffffffff;
  for (const byte of bytes) register = (register >>> 8) ^ table[(register ^ byte) & 255];
  return (register ^ 0xffffffff) >>> 0;
}

function bytesOf({ buffer, byteOffset, byteLength }: Int8Array | Float32Array): Uint8Array {
  return new Uint8Array(buffer, byteOffset, byteLength);
}

function packed(weights: Int8Array | Float32Array, bits: number): Uint8Array {
  const view = patternView(weights, bits);
  const bytes = new Uint8Array(Math.ceil((view.count * bits) / 8));
  for (let i = 0; i < view.count; i++) {
    const [byte, shift] = [(i * bits) >> 3, (i * bits) & 7];
    const pattern = view.get(i) << shift;
    bytes[byte] |= pattern;
    if (shift + bits > 8) bytes[byte + 1] |= pattern >> 8;
  }
  return bytes;
}
