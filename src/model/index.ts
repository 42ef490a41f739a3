export {
  averagePool,
  batchNorm,
  connect,
  conv1d,
  conv2d,
  dense,
  flatten,
  type LayerSpec,
  maxPool,
  neuron,
  relu,
  sequential,
  sumPool,
} from "./build.ts";
export { isLinear, type LinearLayer, lowered, weightShape } from "./linear-layer.ts";
export {
  type Inference,
  type Model,
  type Provenance,
  type Tensor,
  type TensorData,
  tensorOf,
  type WarmUp,
  type WeightFormat,
} from "./model.ts";
export type { Connection, Layer, LayerKind, Network, Shape } from "./network.ts";
export {
  normalisedBy,
  type PixelMap,
  type PixelMaps,
  type Preprocessing,
  pixelMaps,
} from "./preprocessing.ts";
export { type CodeFormat, quantiseTensor, type WeightScales } from "./quantise-codes.ts";
export { type ResidualNetwork, type ResidualNetworkOptions, residualNetwork } from "./resnet.ts";
export { asImageShape, inferShapes, inputId, sizeOf } from "./shapes.ts";
export { spikingDepth } from "./spiking-depth.ts";
export { validateModel } from "./validate-model.ts";
