// What a layer gives, as NIR nodes give it: NIR has edges only, whose values are summed. A layer's values are parts,
// each of one node, times a gain, at some channels; additions and concatenations are lists of parts, and the weights
// behind them are split, a node for each that differs. That is exact: [W₁ W₂] (x₁, x₂) = W₁ x₁ + W₂ x₂.

import type { Shape } from "../../model/network.ts";

export interface ValuePart {
  /** Name of the node; `input` is the graph's. */
  readonly node: string;
  /** Steps it is held back. */
  readonly delay: number;
  /** Channel (or feature) of the layer it begins at, and how many it has. */
  readonly first: number;
  readonly channels: number;
  /** Factor by channel of the part; null: 1. */
  readonly gain: Float64Array | null;
}

/** All a node gives. @param shape - of that */
export function wholePart(node: string, shape: Shape): ValuePart {
  return { node, delay: 0, first: 0, channels: shape[0], gain: null };
}

/** Parts with the same place and gain: one node can take their sum. */
export interface PartGroup {
  readonly first: number;
  readonly channels: number;
  readonly gain: Float64Array | null;
  readonly parts: readonly ValuePart[];
}

export function groupsOf(parts: readonly ValuePart[]): readonly PartGroup[] {
  const groups: { first: number; channels: number; gain: Float64Array | null; parts: ValuePart[] }[] = [];
  for (const part of parts) {
    const { first, channels, gain } = part;
    const own = groups.find(
      (group) => group.first === first && group.channels === channels && isSame(group.gain, gain),
    );
    if (own !== undefined) own.parts.push(part);
    else groups.push({ first, channels, gain, parts: [part] });
  }
  return groups;
}

/** The same values several times are those values times how often: equal edges would be taken for one. */
export function mergedTwins(parts: readonly ValuePart[]): readonly ValuePart[] {
  const kept: ValuePart[] = [];
  for (const part of parts) {
    const { node, delay, first, channels, gain } = part;
    const place = kept.findIndex(
      (own) => own.node === node && own.delay === delay && own.first === first && own.channels === channels,
    );
    if (place < 0) {
      kept.push(part);
      continue;
    }
    const before = kept[place].gain;
    const sum = Float64Array.from({ length: channels }, (_, c) => (before?.[c] ?? 1) + (gain?.[c] ?? 1));
    kept[place] = { ...part, gain: sum };
  }
  return kept;
}

/** A part times factors by channel, or one for all. */
export function timesGain(part: ValuePart, factors: ArrayLike<number> | number): ValuePart {
  const gain = Float64Array.from({ length: part.channels }, (_, c) => {
    const factor = typeof factors === "number" ? factors : factors[part.first + c];
    return (part.gain?.[c] ?? 1) * factor;
  });
  return { ...part, gain: gain.every((g) => g === 1) ? null : gain };
}

/** A part whose every channel becomes `inChannel` features. */
export function flattenedPart(part: ValuePart, inChannel: number): ValuePart {
  const { first, channels, gain } = part;
  const features = channels * inChannel;
  return {
    ...part,
    first: first * inChannel,
    channels: features,
    gain: gain && Float64Array.from({ length: features }, (_, i) => gain[Math.floor(i / inChannel)]),
  };
}

function isSame(a: Float64Array | null, b: Float64Array | null): boolean {
  if (a === null || b === null) return a === b;
  return a.every((value, i) => value === b[i]);
}

/** Whether float32 numbers times this are not rounded. */
export function isPowerOfTwo(gain: number): boolean {
  return Number.isInteger(Math.log2(Math.abs(gain)));
}
