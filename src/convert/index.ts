export { activationBounds } from "./activation-bounds.ts";
export {
  type ActivationStatistics,
  activationPercentile,
  type LayerStatistics,
  StatisticsCollector,
} from "./activation-statistics.ts";
export { type Calibration, collectStatistics } from "./collect-statistics.ts";
export { conversionFields } from "./conversion-fields.ts";
export { type ConversionSettings, convertToSnn, outputSpikesId } from "./convert-to-snn.ts";
export { foldBatchNorm } from "./fold-batch-norm.ts";
export { integerNetwork } from "./integer-network.ts";
export { quantiseWeights } from "./quantise-weights.ts";
