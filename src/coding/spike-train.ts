// Spike trains of a group of neurons: stepped, as a clock-driven simulator makes them, or timed, as
// an event-driven one does. Metrics take both, so that methods can be compared on one footing.

import { InvalidValueError } from "../base/errors.ts";

/** Spikes on a grid: one word a spike, sorted by step, then neuron. A neuron may stand in a step several times. */
export interface SteppedSpikeTrain {
  readonly kind: "stepped";
  readonly neurons: number;
  readonly steps: number;
  /** Length of a step; turns steps into times. */
  readonly dtMs: number;
  /** Step from 0 and neuron of each spike. Shape [spikes]. */
  readonly step: Uint32Array;
  readonly neuron: Uint32Array;
}

/** Spikes at real times, sorted by time. */
export interface TimedSpikeTrain {
  readonly kind: "timed";
  readonly neurons: number;
  readonly durationMs: number;
  /** Time in [0, durationMs) and neuron of each spike. Shape [spikes]. */
  readonly timeMs: Float64Array;
  readonly neuron: Uint32Array;
}

export type SpikeTrain = SteppedSpikeTrain | TimedSpikeTrain;

/** @throws {InvalidValueError} naming the first spike out of order or range */
export function checkSpikeTrain(train: SpikeTrain): void {
  const { neuron, neurons } = train;
  const times = train.kind === "stepped" ? train.step : train.timeMs;
  const end = train.kind === "stepped" ? train.steps : train.durationMs;
  if (times.length !== neuron.length) {
    throw new InvalidValueError(
      "spike train",
      `must have a neuron for each of ${times.length} spikes`,
      neuron.length,
    );
  }
  for (let i = 0; i < times.length; i++) {
    if (!(times[i] >= 0 && times[i] < end)) {
      throw new InvalidValueError(`spike ${i}`, `must be at or after 0 and before ${end}`, times[i]);
    }
    if (i > 0 && times[i] < times[i - 1])
      throw new InvalidValueError(`spike ${i}`, "must not be before the one ahead of it", times[i]);
    if (neuron[i] >= neurons)
      throw new InvalidValueError(`neuron of spike ${i}`, `must be below ${neurons}`, neuron[i]);
  }
}

/** Spikes of each neuron. Shape [neurons]. */
export function spikeCounts({ neuron, neurons }: SpikeTrain): Uint32Array {
  const counts = new Uint32Array(neurons);
  for (const n of neuron) counts[n]++;
  return counts;
}

/** Time of each neuron's first spike, ms; ∞ for silent ones. A step's spikes are at its end, when they are known. */
export function firstSpikesMs(train: SpikeTrain): Float64Array {
  const first = new Float64Array(train.neurons).fill(Infinity);
  for (let i = train.neuron.length - 1; i >= 0; i--) first[train.neuron[i]] = timeOfMs(train, i);
  return first;
}

/** Mean rate of the group, spikes a neuron and second. */
export function meanRateHz(train: SpikeTrain): number {
  const durationMs = train.kind === "stepped" ? train.steps * train.dtMs : train.durationMs;
  return (1000 * train.neuron.length) / (train.neurons * durationMs);
}

/** Put times on a grid: a spike at t falls into step ⌊t / dt⌋. */
export function toSteps(train: TimedSpikeTrain, dtMs: number): SteppedSpikeTrain {
  const step = Uint32Array.from(train.timeMs, (timeMs) => Math.floor(timeMs / dtMs));
  const order = [...step.keys()].sort((a, b) => step[a] - step[b] || train.neuron[a] - train.neuron[b]);
  return {
    kind: "stepped",
    neurons: train.neurons,
    steps: Math.ceil(train.durationMs / dtMs),
    dtMs,
    step: Uint32Array.from(order, (i) => step[i]),
    neuron: Uint32Array.from(order, (i) => train.neuron[i]),
  };
}

function timeOfMs(train: SpikeTrain, spike: number): number {
  return train.kind === "stepped" ? (train.step[spike] + 1) * train.dtMs : train.timeMs[spike];
}
