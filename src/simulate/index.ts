export { decide } from "./decide.ts";
export type { Disturb } from "./disturbance.ts";
export type { FlowBuffer } from "./flow-buffer.ts";
export { simulateScalar } from "./scalar-simulator.ts";
export type {
  FlowTrace,
  NeuronObservation,
  ObserveNeurons,
  SimulationRequest,
  TraceFlows,
} from "./simulation-request.ts";
export { mergeResults, noClass, type SimulationLayer, type SimulationResult } from "./simulation-result.ts";
export { createSimulator, type Simulator, type SimulatorOptions } from "./simulator.ts";
