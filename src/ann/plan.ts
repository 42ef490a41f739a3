// A network laid out for execution: every layer with its shapes, in order, checked to be runnable as an ANN.

import { InvalidValueError } from "../base/errors.ts";
import type { Conv1dLayer, Layer, Network, NeuronLayer, PoolLayer, Shape } from "../model/network.ts";
import { asImageShape, inferShapes, sizeOf } from "../model/shapes.ts";

/** Layers an ANN is made of. */
export type AnnLayer = Exclude<Layer, NeuronLayer | Conv1dLayer | PoolLayer> | AnnPoolLayer;

type AnnPoolLayer = PoolLayer & { readonly kind: "averagePool" | "maxPool" };

export interface PlannedLayer {
  readonly layer: AnnLayer;
  /** Ids of the inputs, in order. */
  readonly inputs: readonly string[];
  readonly inputShape: readonly [channels: number, height: number, width: number];
  readonly outputShape: readonly [channels: number, height: number, width: number];
  /** Values of one image. */
  readonly inputSize: number;
  readonly outputSize: number;
}

/**
 * @throws {InvalidValueError} naming what only the simulator runs: a spiking layer, a delayed connection,
 * a conv1d, a sum pool, a dilated convolution
 */
export function planNetwork(network: Network): readonly PlannedLayer[] {
  const shapes = inferShapes(network);
  return network.layers.map((layer) => {
    if (!isAnnLayer(layer)) {
      throw new InvalidValueError(
        `layer "${layer.id}"`,
        layer.kind === "neuron"
          ? "must not be spiking to be run as an ANN"
          : "must be no conv1d, sum pool or dilated convolution to be run as an ANN",
        layer.kind,
        layer.kind === "neuron" ? "Simulate the network instead." : "Only spiking networks may have these.",
      );
    }
    if (layer.kind === "batchNorm" && layer.steps !== undefined) {
      throw new InvalidValueError(
        `layer "${layer.id}"`,
        "must have one set of statistics to be run as an ANN",
        `one for each of ${layer.steps} steps`,
      );
    }
    const delayed = layer.inputs.find(({ delay }) => delay > 0);
    if (delayed !== undefined) {
      throw new InvalidValueError(
        `layer "${layer.id}"`,
        "must not have delayed inputs to be run as an ANN",
        delayed.delay,
      );
    }
    const inputShape = shapes.get(layer.inputs[0].from) as Shape;
    const outputShape = shapes.get(layer.id) as Shape;
    return {
      layer,
      inputs: layer.inputs.map(({ from }) => from),
      inputShape: asImageShape(inputShape),
      outputShape: asImageShape(outputShape),
      inputSize: sizeOf(inputShape),
      outputSize: sizeOf(outputShape),
    };
  });
}

function isAnnLayer(layer: Layer): layer is AnnLayer {
  if (layer.kind === "conv2d") return (layer.dilation ?? [1, 1]).every((distance) => distance === 1);
  return layer.kind !== "neuron" && layer.kind !== "conv1d" && layer.kind !== "sumPool";
}

/** Geometry of a convolution or pooling, as the kernels want it. */
export function windowGeometry({ inputShape, outputShape }: PlannedLayer): {
  readonly channels: number;
  readonly height: number;
  readonly width: number;
  readonly outChannels: number;
  readonly outHeight: number;
  readonly outWidth: number;
} {
  return {
    channels: inputShape[0],
    height: inputShape[1],
    width: inputShape[2],
    outChannels: outputShape[0],
    outHeight: outputShape[1],
    outWidth: outputShape[2],
  };
}
