export {
  type AnnRun,
  type Classified,
  classify,
  decide,
  type ImagesToClassify,
  measureAnn,
  undecided,
} from "./classify.ts";
export {
  type Checkpoint,
  type EpochLog,
  type FitOptions,
  type FitResult,
  fit,
  type TrainingProgress,
} from "./fit.ts";
export { Forward, type ForwardOptions, type Observe } from "./forward.ts";
export { GradientEngine, type GradientEngineOptions, type ShardResult } from "./gradient-engine.ts";
export {
  type BatchRequest,
  type BatchResult,
  type GradientSource,
  LocalGradientSource,
  type ShardDraws,
  type ShardEngine,
  type ShardSettings,
} from "./gradient-source.ts";
export { initialise } from "./initialise.ts";
export { InputGradient, type InputGradientResult } from "./input-gradient.ts";
export { learningRateAt } from "./schedule.ts";
export { annForm, type ParameterLimit, type TrainedForm } from "./trained-form.ts";
export { type TrainingSettings, trainingFields } from "./training-fields.ts";
export { withActivation } from "./with-activation.ts";
