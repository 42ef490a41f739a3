// Part of a set of samples that are spikes.

import type { InputSpikes } from "./input-spikes.ts";

/** Samples [from, from + count) of a set that holds them; events as a view, ends copied. */
export function subsetSpikes(
  { steps, inputs, events, ends }: InputSpikes,
  from: number,
  count: number,
): InputSpikes {
  const begin = from === 0 ? 0 : ends[from * steps - 1];
  return {
    samples: count,
    steps,
    inputs,
    events: events.subarray(begin),
    ends: ends.slice(from * steps, (from + count) * steps).map((end) => end - begin),
  };
}
