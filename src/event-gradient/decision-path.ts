// How the decision on a sample moves as output spikes come in: what an observer knows at any time, and no more.
//
//   count   the class of most spikes so far, ties to the lowest index; margin: its lead over the next, in spikes
//   first   the class of the first spike; nothing that comes later can change it, so its margin is infinite

import { InvalidValueError } from "../base/errors.ts";
import type { EventDecoding } from "./event-decision.ts";
import type { OutputSpikes } from "./event-loss.ts";

/** Moments at which output spikes came, each with what is decided from then on. Shapes [moments]. */
export interface DecisionPath {
  /** Seconds from the start of the window, ascending, each moment once. */
  readonly timeS: Float64Array;
  readonly decision: Int16Array;
  readonly margin: Float64Array;
}

/** Before any output spike there is no class. */
export const undecided = -1;

/**
 * @param output - spikes of the last layer for one sample, sorted by time
 * @throws {InvalidValueError} when there are more than 32,767 classes
 */
export function decisionPath(
  { neurons, neuron, timeS }: Omit<OutputSpikes, "windowS">,
  decoding: EventDecoding,
): DecisionPath {
  if (neurons > 32767) throw new InvalidValueError("classes", "must be at most 32767", neurons);
  const counts = new Uint32Array(neurons);
  const moments = { timeS: [] as number[], decision: [] as number[], margin: [] as number[] };
  for (let k = 0; k < neuron.length; ) {
    const now = timeS[k];
    let lowest = neurons;
    for (; k < neuron.length && timeS[k] === now; k++) {
      counts[neuron[k]]++;
      lowest = Math.min(lowest, neuron[k]);
    }
    const { leader, lead } = decoding === "first" ? { leader: lowest, lead: Infinity } : leaderOf(counts);
    moments.timeS.push(now);
    moments.decision.push(leader);
    moments.margin.push(lead);
    if (decoding === "first") break;
  }
  return {
    timeS: Float64Array.from(moments.timeS),
    decision: Int16Array.from(moments.decision),
    margin: Float64Array.from(moments.margin),
  };
}

/** What is decided on spikes at or before a time. */
export function decisionAt({ timeS, decision }: DecisionPath, atS: number): number {
  let last = undecided;
  for (let k = 0; k < timeS.length && timeS[k] <= atS; k++) last = decision[k];
  return last;
}

function leaderOf(counts: Uint32Array): { readonly leader: number; readonly lead: number } {
  let [leader, next] = [0, 0];
  for (let i = 1; i < counts.length; i++) {
    if (counts[i] > counts[leader]) {
      next = counts[leader];
      leader = i;
    } else next = Math.max(next, counts[i]);
  }
  return { leader, lead: counts[leader] - next };
}
