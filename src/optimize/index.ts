export { chosenSampler } from "./auto-sampler.ts";
export { gridSamplerWith } from "./grid-sampler.ts";
export { hasStalled } from "./has-stalled.ts";
export { hypervolume, referencePointOf } from "./hypervolume.ts";
export { exclusiveHypervolumes, selectByHypervolume } from "./hypervolume-contributions.ts";
export { type HypervolumeAt, hypervolumeHistory } from "./hypervolume-history.ts";
export { type Importance, type ImportanceRequest, importances } from "./importance.ts";
export { knee } from "./knee.ts";
export { type Nsga2Options, nsga2SamplerWith } from "./nsga2-sampler.ts";
export { type Measurement, Optimizer, type OptimizerOptions } from "./optimizer.ts";
export {
  crowdingDistance,
  type Direction,
  dominates,
  minimised,
  nonDominatedRanks,
  paretoFront,
} from "./pareto.ts";
export { type RaceOptions, type Racer, type RaceState, raceState } from "./racing.ts";
export type { PastTrial, PendingTrial, SampleRequest, Sampler } from "./sampler.ts";
export { type SamplerName, samplers } from "./samplers.ts";
export { owenSobolPoint, sobolDimensions, sobolPoint, sobolShift } from "./sobol.ts";
export {
  type HalvingPlan,
  type HalvingStep,
  halvingPlan,
  nextHalvingStep,
  type RungResult,
  type RungUnderWay,
} from "./successive-halving.ts";
export { braninCurrin, dtlz2, type TestFunction, vehicleSafety, zdt1, zdt2, zdt3 } from "./test-functions.ts";
export { type TpeOptions, tpeSamplerWith } from "./tpe-sampler.ts";
