// A labelled output without a spike has no spike time and so no gradient: errors only push its rivals back, until all
// are silent for ever. It gets the gradient of the spike that it nearly fired: at the peak t* of its potential, as if that
// were ϑ and rose by ϑ/τ there, with the whole error E of a missing label,
//
//   ∂L/∂w_j −= strength · E · κ(t* − t_j) / (ϑ/τ)          for all it heard up to t*
//
// κ(t* − t_j) is what u(t*) gains by w_j, exactly: a peak does not move at first order. This is no gradient of the loss,
// which is flat there, but the same in kind and size as that of the spikes it joins. If nothing lifts the potential above
// rest, t* is where equal weights would lift it most. Times of the layer below get no error.

import { eventLanes } from "../kernels/event-forward.ts";
import type { BatchEngine } from "./batch-engine.ts";
import { type PlannedNeurons, planBatches } from "./batch-plan.ts";
import type { ClosedForm } from "./closed-form.ts";
import { closedFormOf } from "./closed-form-of.ts";
import type { EventNeuron } from "./event-fields.ts";
import type { SampleEvents, SpikeTrains } from "./spike-trains.ts";
import { sampleOf } from "./spike-trains.ts";

export interface UnheardLabels {
  /** Spikes of the output layer for the engine's present samples. */
  readonly output: SpikeTrains;
  /** The network's input, of which the present samples are those from `first`. */
  readonly inputs: SpikeTrains;
  readonly first: number;
  /** Of the inputs. */
  readonly labels: Uint8Array;
  /** ∂L/∂t that a spike of the label would have, 1/s, times the strength. */
  readonly error: number;
}

/**
 * Add what wakes silent labels to the gradient of an engine whose output layer is dense; others are left as they are.
 *
 * @returns how many of the present samples have a silent label
 */
export function wakeLabels(
  engine: BatchEngine,
  { output, inputs, first, labels, error }: UnheardLabels,
): number {
  const { network, weights, gradient } = engine;
  const { stages } = planBatches(network);
  const last = stages.length - 1;
  const [stage, neuron] = [stages[last] as PlannedNeurons, network.layers[last] as EventNeuron];
  if (stage.window !== undefined) return 0;
  const form = closedFormOf(neuron);
  const pull = error / (neuron.threshold / neuron.tauMembraneS);
  let heard: SpikeTrains | undefined;
  let silent = 0;
  for (let s = 0; s < output.samples; s++) {
    const label = labels[first + s];
    if (sampleOf(output, s).neuron.includes(label)) continue;
    silent++;
    if (last > 0) heard ??= engine.trains(last - 1);
    const events = heard === undefined ? sampleOf(inputs, first + s) : sampleOf(heard, s);
    const tile = stage.offset + Math.floor(label / eventLanes) * stage.inputs * eventLanes;
    const place = (input: number): number => tile + input * eventLanes + (label % eventLanes);
    const state = { neuron, form, windowS: network.windowS, events };
    const peakS = peakOf(state, (input) => weights[place(input)]) ?? peakOf(state, () => 1) ?? 0;
    for (let e = 0; e < events.timeS.length && events.timeS[e] < peakS; e++) {
      gradient[place(events.neuron[e])] -= pull * form.response(peakS - events.timeS[e]);
    }
  }
  return silent;
}

interface PeakSearch {
  readonly neuron: EventNeuron;
  readonly form: ClosedForm;
  readonly windowS: number;
  /** By time. */
  readonly events: SampleEvents;
}

/** @returns when the potential is highest within the window, if it ever is above rest */
function peakOf(
  { neuron, form, windowS, events }: PeakSearch,
  weightOf: (input: number) => number,
): number | undefined {
  const { timeS } = events;
  let [current, potential, most] = [0, 0, 0];
  let peakS: number | undefined;
  const after = (delayS: number): number =>
    potential * Math.exp(-delayS / neuron.tauMembraneS) + current * form.response(delayS);
  for (let e = 0; e < timeS.length && timeS[e] <= windowS; e++) {
    current += weightOf(events.neuron[e]);
    const gapS = Math.min(e + 1 < timeS.length ? timeS[e + 1] : windowS, windowS) - timeS[e];
    const delayS = Math.min(form.peakDelayS(current, potential), gapS);
    const height = after(delayS);
    if (height > most) [most, peakS] = [height, timeS[e] + delayS];
    potential = after(gapS);
    current *= Math.exp(-gapS / neuron.tauSynapseS);
  }
  return peakS;
}
