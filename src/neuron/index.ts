export { fires, type NeuronModel, type NeuronSettings } from "./neuron-model.ts";
export { neurons } from "./neurons.ts";
export { type Reset, resets } from "./reset.ts";
