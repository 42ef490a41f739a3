// The description of a network: a directed graph of layers, for ANN and SNN alike.
//
// It knows shapes and names, nothing of execution. Parameters live beside it, as tensors named
// `<layer id>.<parameter>` (see model.ts). Image shapes are [channels, height, width], vectors
// are [features], signals [channels, length]; the batch axis is never part of a shape.

import type { NeuronForm } from "../neuron/neuron-form.ts";

export type Shape = readonly number[];

/** An edge into a layer. */
export interface Connection {
  /** Id of the layer it comes from; `"input"` is the network's input. */
  readonly from: string;
  /** Steps the signal is held back: nothing arrives before. A cycle needs at least one delay ≥ 1; ANNs have none. */
  readonly delay: number;
}

interface LayerBase {
  /** Unique, `[A-Za-z][A-Za-z0-9_-]*`, never `"input"`. */
  readonly id: string;
  readonly inputs: readonly Connection[];
}

/** z = W x + b. Tensors: weight [units, inputs], bias [units] (optional). */
export interface DenseLayer extends LayerBase {
  readonly kind: "dense";
  readonly units: number;
  readonly bias: boolean;
}

/** Cross-correlation. Tensors: weight [channels, inputChannels/groups, kernelHeight, kernelWidth], bias [channels]. */
export interface Conv2dLayer extends LayerBase {
  readonly kind: "conv2d";
  readonly channels: number;
  readonly kernel: readonly [height: number, width: number];
  readonly stride: readonly [vertical: number, horizontal: number];
  /** Zeros added on each side. */
  readonly padding: readonly [vertical: number, horizontal: number];
  /** Distance between neighbouring taps. Default [1, 1]. */
  readonly dilation?: readonly [vertical: number, horizontal: number];
  readonly groups: number;
  readonly bias: boolean;
}

/** Cross-correlation over [channels, length]. Tensors: weight [channels, inputChannels/groups, kernel], bias [channels]. */
export interface Conv1dLayer extends LayerBase {
  readonly kind: "conv1d";
  readonly channels: number;
  readonly kernel: number;
  readonly stride: number;
  /** Zeros added on each side. */
  readonly padding: number;
  readonly dilation: number;
  readonly groups: number;
  readonly bias: boolean;
}

/**
 * Windows that do not fit whole are dropped (floor). Over signals [channels, length] the horizontal
 * sizes are 1. A maxPool of spikes lets those of the window's most active input pass; one of a dense or
 * convolution layer's sums, before the neurons, takes their maximum.
 */
export interface PoolLayer extends LayerBase {
  readonly kind: "averagePool" | "sumPool" | "maxPool";
  readonly kernel: readonly [height: number, width: number];
  readonly stride: readonly [vertical: number, horizontal: number];
}

export interface FlattenLayer extends LayerBase {
  readonly kind: "flatten";
}

/** y = gamma (x − mean)/√(variance + epsilon) + beta, by channel. Tensors: gamma, beta, mean, variance [channels]. */
export interface BatchNormLayer extends LayerBase {
  readonly kind: "batchNorm";
  readonly epsilon: number;
  /** Share of a new batch in the running statistics, in (0, 1]. */
  readonly momentum: number;
  /**
   * In a spiking network of so many steps: factors and statistics of every step for itself, tensors of shape
   * [steps, channels] (Kim & Panda 2021). Such layers are simulated; the others are folded.
   */
  readonly steps?: number;
}

/**
 * max(x, 0); `bounded`: clip(x, 0, λ); with `levels` L too: λ · clip(⌊x L/λ + ½⌋/L, 0, 1) (QCFS, Bu et al. 2022).
 * Tensor where bounded: bound [1], λ > 0. In a converted network a `neuron` layer of the same id stands in
 * its place.
 */
export interface ReluLayer extends LayerBase {
  readonly kind: "relu";
  /** Default false. */
  readonly bounded?: boolean;
  /** Steps above 0 the activation may take; only where bounded. */
  readonly levels?: number;
}

/**
 * Spiking neurons, or leaky integrators. Tensors: those of `parametersOf` in neuron/neuron-parameters.ts,
 * each [1], [channels] or [neurons]; `bound` [1] or [channels] (optional), the
 * activation one spike per step stands for.
 */
export interface NeuronLayer extends LayerBase, NeuronForm {
  readonly kind: "neuron";
}

/**
 * Element-wise sum of its inputs, which have one shape. Tensor, in SNNs only: gain [inputs] or
 * [inputs, channels] (optional), a factor on each input; it turns sums and spikes that mean different amounts into one unit.
 */
export interface AddLayer extends LayerBase {
  readonly kind: "add";
}

/** Joins its inputs along the first axis (channels or features). */
export interface ConcatLayer extends LayerBase {
  readonly kind: "concat";
}

export type Layer =
  | DenseLayer
  | Conv1dLayer
  | Conv2dLayer
  | PoolLayer
  | FlattenLayer
  | BatchNormLayer
  | ReluLayer
  | NeuronLayer
  | AddLayer
  | ConcatLayer;

export type LayerKind = Layer["kind"];

/**
 * A network. `layers` stand in an order in which every delay-0 input comes before its user; an input
 * with a delay may come from a later layer or the layer itself.
 */
export interface Network {
  readonly name: string;
  readonly inputShape: Shape;
  readonly layers: readonly Layer[];
  /** Id of the layer whose values are the class scores. */
  readonly output: string;
}
