// Some samples of a batch backward: from errors of output spikes to weights and input events.

import { eventBackward } from "../kernels/event-backward.ts";
import { type EventNeurons, spikeWords } from "../kernels/event-forward.ts";
import type { BatchPlace, Chunk, NeuronRun } from "./batch-forward.ts";
import { type PlannedStage, tilesOf } from "./batch-plan.ts";

/**
 * @param weights - of all layers, in tiles
 * @param gradient - added to, in the same tiles
 * @param errors - ∂L/∂t of the chunk's output spikes, 1/s, by time within a sample
 * @param wantsInputErrors - whether to compute ∂L/∂t of the input events as well
 * @returns ∂L/∂t of the input events, copied; empty if not wanted
 */
export function backwardChunk(
  { kernels, arena }: Omit<BatchPlace, "windowS">,
  stages: readonly PlannedStage[],
  { weights, gradient }: { readonly weights: Float32Array; readonly gradient: Float32Array },
  { samples, inputs, runs, lists }: Chunk,
  errors: ArrayLike<number>,
  wantsInputErrors: boolean,
): Float32Array {
  for (const run of runs) run?.errors.fill(0);
  const last = runs[runs.length - 1] as NeuronRun;
  const { slots } = lists[lists.length - 1];
  for (let e = 0; e < last.count; e++) last.errors[slots[e]] = errors[e];
  const mark = arena.mark();
  const events = wantsInputErrors ? inputs.starts[samples] : 0;
  const inputErrors = arena.float32("the input's errors", events).fill(0);
  for (let l = stages.length - 1; l >= 0; l--) {
    const stage = stages[l];
    const run = runs[l];
    if (stage.kind === "pool" || run === undefined) continue;
    // Events of a pool have the slots of the layer below it.
    const below = runs.slice(0, l).findLast((other) => other !== undefined);
    const to = below?.errors ?? (wantsInputErrors ? inputErrors : undefined);
    eventBackward(kernels, {
      ...run,
      events: run.heard.units,
      slots: run.heard.slots,
      inputs: stage.inputs,
      outputs: stage.outputs,
      weights: tilesOf(weights, stage),
      neurons: stage.neurons,
      gradient: tilesOf(gradient, stage),
      ...(to !== undefined && { inputErrors: to }),
    });
  }
  const copy = inputErrors.slice();
  arena.release(mark);
  return copy;
}

/** Raise slopes, of which the kernel keeps x = u' e^s, to so many ϑ/τ; in place. */
export function boundSlopes(
  { spikes, count }: NeuronRun,
  { threshold, tauS }: EventNeurons,
  least: number,
): void {
  const slope = (least * threshold) / tauS;
  for (let at = 0; at < spikeWords * count; at += spikeWords) {
    if (spikes[at + 2] < slope * spikes[at + 1]) spikes[at + 2] = slope * spikes[at + 1];
  }
}
