export { decide } from "./decide.ts";
export { simulateScalar } from "./scalar-simulator.ts";
export type { NeuronObservation, ObserveNeurons, SimulationRequest } from "./simulation-request.ts";
export { mergeResults, noClass, type SimulationLayer, type SimulationResult } from "./simulation-result.ts";
export { createSimulator, type Simulator, type SimulatorOptions } from "./simulator.ts";
