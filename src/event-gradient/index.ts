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
export { type LatencyCoding, type LatencyInputs, latencyFields, latencyTrains } from "./latency-trains.ts";
export {
  type SampleEvents,
  type SpikeTrains,
  sampleOf,
  spikeTrainsOf,
  type TrainRules,
} from "./spike-trains.ts";
