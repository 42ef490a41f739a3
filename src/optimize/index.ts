export { autoSampler, chosenSampler } from "./auto-sampler.ts";
export { hypervolume, referencePointOf } from "./hypervolume.ts";
export { exclusiveHypervolumes, selectByHypervolume } from "./hypervolume-contributions.ts";
export { type Importance, type ImportanceRequest, importances } from "./importance.ts";
export {
  crowdingDistance,
  type Direction,
  dominates,
  minimised,
  nonDominatedRanks,
  paretoFront,
} from "./pareto.ts";
export type { PastTrial, PendingTrial, SampleRequest, Sampler } from "./sampler.ts";
export { type SamplerName, samplers } from "./samplers.ts";
export { sobolDimensions, sobolPoint, sobolShift } from "./sobol.ts";
export { braninCurrin, dtlz2, type TestFunction, zdt1, zdt2, zdt3 } from "./test-functions.ts";
export { type TpeOptions, tpeSampler, tpeSamplerWith } from "./tpe-sampler.ts";
