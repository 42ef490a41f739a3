export { type SurrogateName, surrogateNames } from "../kernels/surrogate-functions.ts";
export {
  meanSquaredSeries,
  rSquared,
  type SeriesLoss,
  type SeriesLossArgs,
  type SeriesLossName,
  seriesLosses,
} from "./series-losses.ts";
export { SurrogateEngine, type SurrogateEngineOptions } from "./surrogate-engine.ts";
export { type Surrogate, surrogates } from "./surrogates.ts";
export {
  type LearnableParameter,
  learnableParameters,
  type ParameterLimit,
  type TrainedLayout,
  trainedLayout,
} from "./trained-layout.ts";
