export { type ChosenProtection, chosenProtection } from "./chosen-protection.ts";
export { type ConversionDesign, designSpace, type SnnDesign, usualSpace } from "./design-space.ts";
export { dropInterval, faultyAccuracyInterval } from "./drop-objective.ts";
export { evaluateModel, type ModelToEvaluate } from "./evaluate-model.ts";
export type {
  Evaluation,
  EventFigures,
  FaultResult,
  Interval,
  LayerActivity,
  NoiseResult,
  OperationSpread,
} from "./evaluation.ts";
export type {
  AnnActivation,
  EvaluationOutcome,
  EvaluationTask,
  Executor,
  FaultPlan,
  NetworkPlan,
  PreparationTask,
  SkipPlan,
  StoredBits,
  TrainedPlan,
  TtfsPlan,
} from "./evaluation-task.ts";
export { Evaluator, type EvaluatorOptions } from "./evaluator.ts";
export type { Explanation } from "./explanation.ts";
export { type NoiseName, type NoisePlan, noiseDoseField, noiseNames } from "./noise-plan.ts";
export { badEnd, type Objective, type ObjectiveContext } from "./objective.ts";
export { type ObjectiveName, objectives } from "./objectives.ts";
export { calibrationImages, PreparedAnn, type PreparedAnnOptions } from "./prepared-ann.ts";
export { type ProtectionName, protectionFields, protectionSettingNames } from "./protection-fields.ts";
export type { SkipRecipe } from "./trained/skip-recipe.ts";
export type { TtfsRecipe } from "./trained/ttfs-recipe.ts";
