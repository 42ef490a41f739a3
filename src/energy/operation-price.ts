// Prices of single operations. A width the source does not list is, for integer products only,
// priced int8x8 · a·b/64: the area and energy of an array multiplier grow with the product of the
// operands' bits (Horowitz 2014: 8 bit 0.2 pJ, 32 bit 3.1 pJ, against 3.2 pJ by this rule).

import type { EnergyProfile } from "./profile.ts";

export interface ProductPrice {
  readonly pj: number;
  readonly isInterpolated: boolean;
}

/** Price of one product, or null if the hardware cannot do it or has no price for it. */
export function multiplyPj({ multiplyPj: prices }: EnergyProfile, width: string): ProductPrice | null {
  if (prices === null) return null;
  if (Object.hasOwn(prices, width)) return { pj: prices[width], isInterpolated: false };
  const bits = integerBits(width);
  if (bits === null || !Object.hasOwn(prices, "int8x8")) return null;
  return { pj: (prices["int8x8"] * bits[0] * bits[1]) / 64, isInterpolated: true };
}

/** Price of one addition, or null if the profile has none. */
export function addPj({ addPj: prices }: EnergyProfile, width: string): number | null {
  return Object.hasOwn(prices, width) ? prices[width] : null;
}

/** Price of one comparison, or null if the profile has none. */
export function comparePj({ comparePj: prices }: EnergyProfile, width: string): number | null {
  return Object.hasOwn(prices, width) ? prices[width] : null;
}

/** Bytes of the weight in a product of this width; packed, so 4 bits are half a byte. */
export function weightBytesOf(productWidth: string): number {
  const bits = integerBits(productWidth);
  return bits === null ? 4 : bits[0] / 8;
}

/** `"int8x3"` → [8, 3]; null for anything else. */
function integerBits(width: string): readonly [weight: number, input: number] | null {
  const match = /^int([1-9]\d?)x([1-9]\d?)$/.exec(width);
  return match && [Number(match[1]), Number(match[2])];
}
