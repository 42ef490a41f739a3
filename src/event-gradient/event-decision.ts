// What the output spikes of a sample say: the class that spikes most, or the one that spikes first.

import type { OutputSpikes } from "./event-loss.ts";
import type { EventTrainingSettings } from "./event-training-fields.ts";

export const eventDecodings = ["count", "first"] as const;

export type EventDecoding = (typeof eventDecodings)[number];

/** A network is read as its loss taught it to speak. */
export function decodingOf(loss: EventTrainingSettings["loss"]): EventDecoding {
  return loss === "count" ? "count" : "first";
}

/** @returns the class; of equals the one of the lowest index; −1 where no output spikes */
export function eventDecision(
  { neurons, neuron, timeS }: Omit<OutputSpikes, "windowS">,
  decoding: EventDecoding,
): number {
  if (neuron.length === 0) return -1;
  if (decoding === "first") {
    // Spikes are sorted by time, those of one time by neuron.
    let first = 0;
    for (let k = 1; k < neuron.length && timeS[k] === timeS[0]; k++) if (neuron[k] < neuron[first]) first = k;
    return neuron[first];
  }
  const counts = new Uint32Array(neurons);
  for (let k = 0; k < neuron.length; k++) counts[neuron[k]]++;
  return counts.indexOf(counts.reduce((most, count) => Math.max(most, count), 0));
}
