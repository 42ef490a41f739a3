export type { ClosedForm, Crossing } from "./closed-form.ts";
export { closedFormOf } from "./closed-form-of.ts";
export { type EventNeuron, eventNetworkFields, eventNeuronFields } from "./event-fields.ts";
export {
  type Conv2dEventLayer,
  type DenseEventLayer,
  type EventLayer,
  type EventNetwork,
  type EventShape,
  eventNetwork,
  eventShapes,
  eventWeightShapes,
  type GivenEventLayer,
  type GivenEventNetwork,
  neuronsOf,
  type PoolEventLayer,
} from "./event-network.ts";
export { fireLayer, type LayerDrive, type LayerSpikes } from "./fire-layer.ts";
export { onePlusLambertW } from "./lambert-w.ts";
export { type LatencyCoding, type LatencyInputs, latencyFields, latencyTrains } from "./latency-trains.ts";
export { type LayerGradient, layerGradient } from "./layer-gradient.ts";
export {
  type EventWeights,
  type SampleSpikes,
  type SpikeTimeGradient,
  spikeTimeGradient,
  spikeTimes,
} from "./spike-times.ts";
export {
  type SampleEvents,
  type SpikeTrains,
  sampleOf,
  spikeTrainsOf,
  type TrainRules,
} from "./spike-trains.ts";
