// Weight bits that the reader flips one by one, beside those that are drawn. A bit that was drawn, too, is flipped twice,
// which leaves it as it was stored.

import { InvalidValueError } from "../../base/errors.ts";
import type { FlipMask, LayerFlips } from "../../fault/weight-bit-flip.ts";
import type { Model } from "../../model/model.ts";
import { formatNumber } from "../format.ts";
import { element, fragment, type Markup } from "../markup.ts";

export interface ChosenBit {
  readonly layer: string;
  /** Index of the weight in its layer. */
  readonly weight: number;
  /** 0: the lowest. */
  readonly bit: number;
}

/** More are not listed. */
const mostListed = 12;

/** With the bit if it was not among them, else without. */
export function toggledBit(bits: readonly ChosenBit[], bit: ChosenBit): readonly ChosenBit[] {
  const left = bits.filter((one) => nameOf(one) !== nameOf(bit));
  return left.length < bits.length ? left : [...bits, bit];
}

/**
 * The mask with the chosen bits flipped on top.
 *
 * @throws {InvalidValueError} for a bit the network has not
 */
export function withChosenBits(model: Model, mask: FlipMask, chosen: readonly ChosenBit[]): FlipMask {
  if (chosen.length === 0) return mask;
  const flips = new Map<string, Set<number>>(
    mask.layers.map(({ layer, elements, bits }) => [
      layer,
      new Set(Array.from(elements, (weight, i) => cellOf(weight, bits[i]))),
    ]),
  );
  for (const { layer, weight, bit } of chosen) {
    const count = model.tensors[`${layer}.weight`]?.data.length ?? 0;
    requireWithin(`weight of ${layer}`, weight, count);
    requireWithin(`bit of ${layer}`, bit, mask.weightBits);
    const cells = flips.get(layer) ?? new Set();
    if (!cells.delete(cellOf(weight, bit))) cells.add(cellOf(weight, bit));
    flips.set(layer, cells);
  }
  const layers = [...flips]
    .filter(([, cells]) => cells.size > 0)
    .map(([layer, cells]) => flipsOf(layer, cells));
  const flippedBits = layers.reduce((sum, { bits }) => sum + bits.length, 0);
  return { ...mask, layers, flippedBits };
}

/** In order; no format has more than 32 bits. */
function cellOf(weight: number, bit: number): number {
  return 32 * weight + bit;
}

function flipsOf(layer: string, cells: ReadonlySet<number>): LayerFlips {
  const sorted = [...cells].sort((a, b) => a - b);
  return {
    layer,
    elements: Uint32Array.from(sorted, (cell) => Math.floor(cell / 32)),
    bits: Uint8Array.from(sorted, (cell) => cell % 32),
  };
}

function requireWithin(where: string, value: number, count: number): void {
  if (Number.isInteger(value) && value >= 0 && value < count) return;
  throw new InvalidValueError(
    where,
    count === 0 ? "must be one that is stored" : `must be from 0 to ${count - 1}`,
    value,
  );
}

/** What a bit is, e.g. `7, the sign`. */
export function bitTitle(bit: number, weightBits: number): string {
  if (bit === weightBits - 1) return `${bit}, the sign`;
  if (weightBits === 32) return bit >= 23 ? `${bit}, exponent` : `${bit}, mantissa`;
  return bit === 0 ? "0, the lowest" : String(bit);
}

/** The chosen bits, each a button that restores it. */
export function chosenBitsList(bits: readonly ChosenBit[]): Markup {
  const listed = bits.slice(-mostListed);
  return fragment(
    listed.map((one) => {
      const text = `${one.layer}, weight ${formatNumber(one.weight, 15)}, bit ${one.bit}`;
      return element(
        "button",
        { type: "button", "data-bit": nameOf(one), "aria-label": `Restore ${text}` },
        `${text} ×`,
      );
    }),
    bits.length > listed.length ? element("span", {}, `and ${bits.length - listed.length} more`) : null,
  );
}

export function nameOf({ layer, weight, bit }: ChosenBit): string {
  return `${weight} ${bit} ${layer}`;
}
