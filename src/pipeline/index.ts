export { designSpace, type SnnDesign, usualSpace } from "./design-space.ts";
export { dropInterval, faultyAccuracyInterval } from "./drop-objective.ts";
export { evaluateModel, type ModelToEvaluate } from "./evaluate-model.ts";
export type { Evaluation, FaultResult, Interval, LayerActivity, OperationSpread } from "./evaluation.ts";
export type {
  AnnActivation,
  EvaluationOutcome,
  EvaluationTask,
  Executor,
  FaultPlan,
  NetworkPlan,
  StoredBits,
} from "./evaluation-task.ts";
export { Evaluator, type EvaluatorOptions } from "./evaluator.ts";
export type { Explanation } from "./explanation.ts";
export { badEnd, type Objective, type ObjectiveContext } from "./objective.ts";
export { type ObjectiveName, objectives } from "./objectives.ts";
export { calibrationImages, PreparedAnn, type PreparedAnnOptions } from "./prepared-ann.ts";
