export { type SurrogateName, surrogateNames } from "../kernels/surrogate-functions.ts";
export { scalarGradient } from "./scalar-gradient.ts";
export type { ScalarGradient, ScalarGradientOptions } from "./scalar-tape.ts";
export {
  meanSquaredSeries,
  rSquared,
  type SeriesLoss,
  type SeriesLossArgs,
  type SeriesLossName,
  seriesLosses,
} from "./series-losses.ts";
export { type SimulatedSeriesSet, seriesFit, simulatedSeries } from "./simulated-series.ts";
export {
  initialiseSpiking,
  type NeuronStart,
  type SpikingNetworkSpec,
  spikingNetwork,
} from "./spiking-network.ts";
export { SurrogateEngine, type SurrogateEngineOptions } from "./surrogate-engine.ts";
export { type SurrogateSettings, surrogateFields } from "./surrogate-fields.ts";
export {
  learntLayout,
  type SurrogateFormOptions,
  surrogateEngine,
  surrogateForm,
  type TimedSet,
  type TrainingSpikes,
  timedSet,
} from "./surrogate-training.ts";
export { type Surrogate, surrogates } from "./surrogates.ts";
export {
  type LearnableParameter,
  learnableParameters,
  type TrainedLayout,
  trainedLayout,
} from "./trained-layout.ts";
