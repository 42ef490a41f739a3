export { hypervolume, referencePointOf } from "./hypervolume.ts";
export {
  crowdingDistance,
  type Direction,
  dominates,
  minimised,
  nonDominatedRanks,
  paretoFront,
} from "./pareto.ts";
export type { PastTrial, SampleRequest, Sampler } from "./sampler.ts";
export { type SamplerName, samplers } from "./samplers.ts";
export { sobolDimensions, sobolPoint, sobolShift } from "./sobol.ts";
