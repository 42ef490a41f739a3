// Which layers run together, step by step, because they are in a loop.

import type { Network } from "../model/network.ts";

/** Places of a run of layers, both ends included. */
export interface LayerRange {
  readonly first: number;
  readonly last: number;
}

/**
 * The ranges of layers that loops span, in order and apart: from every layer that is fed by itself or a
 * later one, to that one. Layers in between run along.
 */
export function loopRanges({ layers }: Network): readonly LayerRange[] {
  const places = new Map(layers.map(({ id }, place) => [id, place]));
  const ranges: { first: number; last: number }[] = [];
  layers.forEach((layer, first) => {
    const last = Math.max(-1, ...layer.inputs.map(({ from }) => places.get(from) ?? -1));
    if (last < first) return;
    const before = ranges.at(-1);
    if (before !== undefined && first <= before.last) before.last = Math.max(before.last, last);
    else ranges.push({ first, last });
  });
  return ranges;
}
