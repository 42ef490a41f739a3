export { BatchEngine, type BatchEngineOptions } from "./batch-engine.ts";
export type { AlterSpikes } from "./batch-forward.ts";
export { batchGradient, type ErrorsOf } from "./batch-gradient.ts";
export { type EventEvaluation, evaluateEvents } from "./evaluate-events.ts";
export { type EventDecoding, eventDecision, eventDecodings } from "./event-decision.ts";
export { type EventExperiment, eventExperiments } from "./event-experiments.ts";
export { type EventNeuron, eventNetworkFields, eventNeuronFields } from "./event-fields.ts";
export { type EventGradientSource, LocalEventGradientSource } from "./event-gradient-source.ts";
export type { EventLoss, OutputSpikes } from "./event-loss.ts";
export { type EventLossName, eventLoss, eventLosses, type LossOfSample } from "./event-losses.ts";
export { type EventModel, eventModelOf } from "./event-model.ts";
export {
  type EventLayer,
  type EventNetwork,
  type EventShape,
  eventNetwork,
  eventShapes,
  eventWeightShapes,
  type GivenEventNetwork,
  neuronsOf,
} from "./event-network.ts";
export { type EventTrainingSettings, eventTrainingFields } from "./event-training-fields.ts";
export { type EventCheckpoint, type EventEpochLog, type FitEventsOptions, fitEvents } from "./fit-events.ts";
export { initialiseEventWeights, type StartingWeights } from "./initialise-event-weights.ts";
export { eventCodingFields, type LabelledTrains, labelledTrains } from "./labelled-trains.ts";
export { type LatencyCoding, type LatencyInputs, latencyFields, latencyTrains } from "./latency-trains.ts";
export { type EventWeights, type SampleSpikes, spikeTimeGradient, spikeTimes } from "./spike-times.ts";
export {
  type SampleEvents,
  type SpikeTrains,
  sampleOf,
  spikeTrainsOf,
  type TrainRules,
} from "./spike-trains.ts";
