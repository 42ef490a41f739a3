// A network laid out for execution: every layer with its shapes, in order, checked to be runnable as an ANN.

import { InvalidValueError } from "../base/errors.ts";
import type { Layer, Network, Shape } from "../model/network.ts";
import { asImageShape, inferShapes, sizeOf } from "../model/shapes.ts";

export interface PlannedLayer {
  readonly layer: Layer;
  /** Ids of the inputs, in order. */
  readonly inputs: readonly string[];
  readonly inputShape: readonly [channels: number, height: number, width: number];
  readonly outputShape: readonly [channels: number, height: number, width: number];
  /** Values of one image. */
  readonly inputSize: number;
  readonly outputSize: number;
}

/**
 * @throws {InvalidValueError} naming a spiking layer or a delayed connection: those are the simulator's
 */
export function planNetwork(network: Network): readonly PlannedLayer[] {
  const shapes = inferShapes(network);
  return network.layers.map((layer) => {
    if (layer.kind === "neuron") {
      throw new InvalidValueError(
        `layer "${layer.id}"`,
        "must not be spiking to be run as an ANN",
        layer.kind,
        "Simulate the network instead.",
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
