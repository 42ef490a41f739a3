// Dense and convolution layers: those with weights. A conv1d is a conv2d over [channels, length, 1].

import type { Conv1dLayer, Conv2dLayer, DenseLayer, Layer, Shape } from "./network.ts";

export type LinearLayer = DenseLayer | Conv1dLayer | Conv2dLayer;

/** The same work with one kind of convolution; weights lie in the same order. */
export type LoweredLayer = DenseLayer | Conv2dLayer;

export function isLinear(layer: Layer): layer is LinearLayer {
  return layer.kind === "dense" || layer.kind === "conv1d" || layer.kind === "conv2d";
}

export function lowered(layer: LinearLayer): LoweredLayer {
  if (layer.kind !== "conv1d") return layer;
  const { id, inputs, channels, groups, bias } = layer;
  return {
    id,
    inputs,
    kind: "conv2d",
    channels,
    kernel: [layer.kernel, 1],
    stride: [layer.stride, 1],
    padding: [layer.padding, 0],
    dilation: [layer.dilation, 1],
    groups,
    bias,
  };
}

/** Shape of the layer's weight tensor. */
export function weightShape(layer: LinearLayer, input: Shape): Shape {
  if (layer.kind === "dense") return [layer.units, input[0]];
  const kernel = layer.kind === "conv1d" ? [layer.kernel] : layer.kernel;
  return [layer.channels, input[0] / layer.groups, ...kernel];
}
