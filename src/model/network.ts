// The description of a network: a directed graph of layers, for ANN and SNN alike.
//
// It knows shapes and names, nothing of execution. Parameters live beside it, as tensors named
// `<layer id>.<parameter>` (see model.ts). Image shapes are [channels, height, width], vectors
// are [features]; the batch axis is never part of a shape.

export type Shape = readonly number[];

/** An edge into a layer. */
export interface Connection {
  /** Id of the layer it comes from; `"input"` is the network's input. */
  readonly from: string;
  /** Steps the signal is held back. A cycle needs at least one delay ≥ 1; ANNs have none. */
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
  readonly groups: number;
  readonly bias: boolean;
}

/** Windows that do not fit whole are dropped (floor). Padding never counts towards the average or maximum. */
export interface PoolLayer extends LayerBase {
  readonly kind: "averagePool" | "maxPool";
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
}

/** max(x, 0). In a converted network a `neuron` layer of the same id stands in its place. */
export interface ReluLayer extends LayerBase {
  readonly kind: "relu";
}

/**
 * Spiking neurons. Tensors: threshold [1] or [neurons] (> 0), leak [1] (per-step factor in (0, 1],
 * lif only), initialPotential [1]; bound [1], the activation one spike per step stands for.
 */
export interface NeuronLayer extends LayerBase {
  readonly kind: "neuron";
  readonly model: "if" | "lif";
  readonly reset: "subtract" | "zero";
}

/** Element-wise sum of its inputs, which have one shape. */
export interface AddLayer extends LayerBase {
  readonly kind: "add";
}

/** Joins its inputs along the first axis (channels or features). */
export interface ConcatLayer extends LayerBase {
  readonly kind: "concat";
}

export type Layer =
  | DenseLayer
  | Conv2dLayer
  | PoolLayer
  | FlattenLayer
  | BatchNormLayer
  | ReluLayer
  | NeuronLayer
  | AddLayer
  | ConcatLayer;

export type LayerKind = Layer["kind"];

/** A network. `layers` stand in an order in which every delay-0 input comes before its user. */
export interface Network {
  readonly name: string;
  readonly inputShape: Shape;
  readonly layers: readonly Layer[];
  /** Id of the layer whose values are the class scores. */
  readonly output: string;
}
