// One layer of neurons hears the events of one sample and fires: the scalar truth, in float64.
//
// Events are taken one by one; only the neurons that hear one are brought up to its time, firing on the way.
// A spike at the very time of an event comes before it, and does not depend on it.

import type { Crossing } from "./closed-form.ts";
import { closedFormOf } from "./closed-form-of.ts";
import type { EventNeuron } from "./event-fields.ts";
import { eventOrder } from "./spike-trains.ts";
import type { Wiring } from "./wiring.ts";

/** Spikes of one layer and sample, sorted by time, then neuron. */
export interface LayerSpikes {
  /** Shape [spikes]. */
  readonly neuron: Uint32Array;
  readonly timeS: Float64Array;
  /** du/dt where the neuron fired, 1/s, above 0; of pools, which have no neurons, undefined. */
  readonly slope?: Float64Array;
  /** Of pools: the event of the layer below that each spike is. */
  readonly source?: Uint32Array;
}

export interface LayerDrive {
  readonly neuron: EventNeuron;
  readonly neurons: number;
  readonly wiring: Wiring;
  /** As the layer's weight shape says. */
  readonly weights: Float32Array | Float64Array;
  readonly windowS: number;
}

/** @param input - the sample's events, sorted by time */
export function fireLayer(
  { neuron, neurons, wiring, weights, windowS }: LayerDrive,
  input: Pick<LayerSpikes, "neuron" | "timeS">,
): LayerSpikes {
  const { tauMembraneS, tauSynapseS, maxSpikes } = neuron;
  const { response, rises } = closedFormOf(neuron);
  const current = new Float64Array(neurons);
  const potential = new Float64Array(neurons);
  const nowS = new Float64Array(neurons);
  const counts = new Uint32Array(neurons);
  const fired = { neuron: [] as number[], timeS: [] as number[], slope: [] as number[] };
  const crossing: Crossing = { delayS: 0, slope: 0 };

  const advance = (i: number, delayS: number): void => {
    potential[i] = potential[i] * Math.exp(-delayS / tauMembraneS) + current[i] * response(delayS);
    current[i] *= Math.exp(-delayS / tauSynapseS);
  };
  const fireUntil = (i: number, endS: number): void => {
    while (counts[i] < maxSpikes && rises(current[i], potential[i], crossing)) {
      const timeS = nowS[i] + crossing.delayS;
      if (!(timeS <= endS)) break;
      advance(i, crossing.delayS);
      // It fires at the threshold and is reset by it: exactly at rest, whatever the rounding.
      potential[i] = 0;
      nowS[i] = timeS;
      counts[i]++;
      fired.neuron.push(i);
      fired.timeS.push(timeS);
      fired.slope.push(crossing.slope);
    }
  };

  for (let e = 0; e < input.timeS.length && input.timeS[e] <= windowS; e++) {
    const timeS = input.timeS[e];
    wiring(input.neuron[e], (i, weight) => {
      if (counts[i] === maxSpikes) return;
      fireUntil(i, timeS);
      advance(i, timeS - nowS[i]);
      nowS[i] = timeS;
      current[i] += weights[weight];
    });
  }
  for (let i = 0; i < neurons; i++) fireUntil(i, windowS);
  const order = eventOrder(fired.neuron, fired.timeS);
  return {
    neuron: Uint32Array.from(order, (k) => fired.neuron[k]),
    timeS: Float64Array.from(order, (k) => fired.timeS[k]),
    slope: Float64Array.from(order, (k) => fired.slope[k]),
  };
}
