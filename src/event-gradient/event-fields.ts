// Settings of event networks: bounds, units, defaults and meanings, written once. Defaults are those of the
// count-trained MNIST network of Bacho & Chu (2023).

import { float, int, type Values } from "../space/field.ts";

/** What a layer of neurons may set. */
export const eventNeuronFields = {
  threshold: float({
    about: "potential at which a neuron fires and by which it is reset; in units of weight × second",
    unit: "1",
    low: 1e-6,
    high: 1e6,
    scale: "log",
    default: 0.2,
  }),
  maxSpikes: int({
    about: "spikes a neuron may fire within the window; 1 is time to first spike",
    unit: "1",
    low: 1,
    high: 4096,
    scale: "log",
    default: 30,
  }),
  tauSynapseS: float({
    about: "time constant of the synaptic current",
    unit: "s",
    low: 1e-6,
    high: 1e3,
    scale: "log",
    default: 0.13,
  }),
  tauMembraneS: float({
    about: "time constant of the potential: twice the synapse's, or equal to it",
    unit: "s",
    low: 1e-6,
    high: 2e3,
    scale: "log",
    default: 0.26,
  }),
};

/** What a whole network may set. */
export const eventNetworkFields = {
  windowS: float({
    about: "end of the time that is looked at; spikes after it do not happen",
    unit: "s",
    low: 1e-6,
    high: 1e6,
    scale: "log",
    default: 0.2,
  }),
};

/** Settings of the neurons of a layer. */
export type EventNeuron = Values<typeof eventNeuronFields>;
