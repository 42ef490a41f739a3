export { activationBounds } from "./activation-bounds.ts";
export {
  type ActivationStatistics,
  activationPercentile,
  type LayerStatistics,
  StatisticsCollector,
} from "./activation-statistics.ts";
export { calibrateNeurons, type NeuronCalibration } from "./calibrate-neurons.ts";
export { calibrateWeights, type WeightCalibration } from "./calibrate-weights.ts";
export { type Calibration, collectStatistics } from "./collect-statistics.ts";
export { adviseOn, type ConversionAdvice } from "./conversion-advice.ts";
export { type ConversionSettings, conversionFields } from "./conversion-fields.ts";
export { convertToSnn, outputSpikesId } from "./convert-to-snn.ts";
export { type Diagnosis, diagnose } from "./diagnose.ts";
export { foldBatchNorm } from "./fold-batch-norm.ts";
export { integerNetwork } from "./integer-network.ts";
export type { LayerDiagnosis } from "./layer-errors.ts";
export type { CalibrationImages } from "./mean-activations.ts";
export { poolBeforeRelu } from "./pool-before-relu.ts";
export { quantiseWeights, type WeightScales, type WeightStorage } from "./quantise-weights.ts";
export { type BoundRule, type Bounds, watchBounds } from "./watched-bounds.ts";
