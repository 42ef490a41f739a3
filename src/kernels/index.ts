export { type Activation, activate, activateScalar, reluBackward, reluBackwardScalar } from "./activation.ts";
export {
  batchNormBackward,
  batchNormBackwardScalar,
  batchStatistics,
  batchStatisticsScalar,
  scaleShift,
  scaleShiftScalar,
} from "./batch-norm.ts";
export { type Conv2dGeometry, conv2dBackwardInput, conv2dBackwardWeight, conv2dForward } from "./conv2d.ts";
export { conv2dForwardScalar } from "./conv2d-scalar.ts";
export {
  addInto,
  addIntoScalar,
  addRowSums,
  addRowSumsScalar,
  countNonZero,
  countNonZeroScalar,
  pixelsToFloat,
  pixelsToFloatScalar,
} from "./elementwise.ts";
export { addressOf, type KernelBuild, type KernelExports, Kernels } from "./kernels.ts";
export { hasRelaxedSimd, kernelHash, type LoadOptions, loadKernels } from "./load.ts";
export { type MatmulArgs, matmul, matmulScalar } from "./matmul.ts";
export { adamStep, adamStepScalar, sgdStep, sgdStepScalar } from "./optimiser-step.ts";
export {
  averagePool,
  averagePoolBackward,
  averagePoolBackwardScalar,
  averagePoolScalar,
  maxPool,
  maxPoolBackward,
  maxPoolBackwardScalar,
  maxPoolScalar,
} from "./pooling.ts";
export { softmaxCrossEntropy } from "./softmax-cross-entropy.ts";
