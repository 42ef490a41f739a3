// The network under construction while an ONNX graph is read node by node.
//
// A value of the graph is a constant or a signal: what a layer of ours gives, seen with the file's sizes.
// Reshape, Flatten, Squeeze and Transpose change only how a signal is seen, so flattening between convolutions
// and Gemm, layouts and dropped axes need no layers of their own; layers that need a certain form ask for it.

import { FormatError } from "../../base/errors.ts";
import type { LayerSpec } from "../../model/build.ts";
import type { Tensor } from "../../model/model.ts";
import type { Layer, Shape } from "../../model/network.ts";
import { inferShapes, inputId, sizeOf } from "../../model/shapes.ts";
import { refuse, whereOf } from "./onnx-attributes.ts";
import type { Constant } from "./onnx-constant.ts";
import type { Node } from "./onnx-graph.ts";

export interface Signal {
  /** Id of the layer that gives it, or `"input"`. */
  readonly layer: string;
  /** Of what that layer gives. */
  readonly shape: Shape;
  /** As the file sees it, without the batch axis. */
  readonly sizes: Shape;
  /** By index in the file's order: index in ours. null: the same. */
  readonly order: Int32Array | null;
  /** A node that only the next one can make sense of. */
  readonly pending?: Padding | Codes;
}

/** Zeros around an image, which a convolution can take in. `sizes` already hold them. */
export interface Padding {
  readonly kind: "padding";
  readonly begin: readonly number[];
  readonly end: readonly number[];
  /** Sizes of what they are around. */
  readonly around: Shape;
}

/** Quantised values before they are turned back. */
export interface Codes {
  readonly kind: "codes";
  readonly scale: number;
  readonly zeroPoint: number;
  readonly lowest: number;
  readonly highest: number;
}

export type Value = { readonly constant: Constant } | { readonly signal: Signal };

/** How the network's own input is laid out, where it is not as the file's. */
export interface InputForm {
  readonly shape: Shape;
  /** By index in the file's order: index in ours. */
  readonly order: Int32Array | null;
}

export interface ChannelCopy {
  readonly source: Signal;
  readonly strides: readonly [vertical: number, horizontal: number];
  /** Channels of zeros before and behind the source's. */
  readonly before: number;
  readonly behind: number;
}

/** Values of one activation, and of all. */
const [mostValues, mostValuesInAll] = [2 ** 24, 2 ** 28];

export class Builder {
  readonly batch: number;
  readonly opset: number;
  readonly input: Signal;
  /** Of all layers: nodes may share those of the file, layers do not. */
  readonly mostWeights: () => number;
  /** By id, in the order of computation. */
  readonly layers = new Map<string, Layer>();
  readonly tensors: Record<string, Tensor> = {};
  /** Convolutions that only copy channels, and what of. */
  readonly copies = new Map<string, ChannelCopy>();
  /** What was done that a user should know of. */
  readonly notes = new Set<string>();
  /** The form a layer would have liked the network's input to have. */
  wish: InputForm | null = null;
  readonly #ids = new Set<string>([inputId]);
  readonly #flattened = new Map<string, Signal>();
  #values = 0;
  #weights = 0;

  constructor(options: Pick<Builder, "batch" | "opset" | "input" | "mostWeights">) {
    this.batch = options.batch;
    this.opset = options.opset;
    this.input = options.input;
    this.mostWeights = options.mostWeights;
  }

  /**
   * Append a layer; its id follows the node's name.
   *
   * @param seen - how the file sees what it gives; default: as it is, but for the last axes beyond `rank` (the
   * width 1 that signals have here)
   */
  add(
    node: Node,
    spec: LayerSpec,
    inputs: readonly Signal[],
    options: {
      readonly tensors?: Readonly<Record<string, Tensor>>;
      readonly seen?: Pick<Signal, "sizes" | "order">;
      readonly rank?: number;
    } = {},
  ): Signal {
    const id = this.#idOf(node.name, node.op);
    const { tensors = {}, seen, rank = 2 } = options;
    const layer = { ...spec, id, inputs: inputs.map(({ layer: from }) => ({ from, delay: 0 })) } as Layer;
    const shape = outputShape(layer, inputs);
    const count = sizeOf(shape);
    this.#values += count;
    if (count > mostValues || this.#values > mostValuesInAll) {
      refuse(node, `must give at most ${mostValues} values, all layers together ${mostValuesInAll}`, shape);
    }
    for (const { data } of Object.values(tensors)) this.#weights += data.length;
    const most = this.mostWeights();
    if (this.#weights > most) {
      // Not one of many refusals: reading on would only make more of them.
      const rule = `must not bring the weights of the network beyond ${most}`;
      throw new FormatError(whereOf(node), rule, this.#weights);
    }
    this.layers.set(id, layer);
    for (const [name, tensor] of Object.entries(tensors)) this.tensors[`${id}.${name}`] = tensor;
    return { layer: id, shape, sizes: seen?.sizes ?? shape.slice(0, rank + 1), order: seen?.order ?? null };
  }

  /** The signal as an image, or as a signal [channels, length], which here is an image of width 1. */
  image(node: Node, signal: Signal): Signal {
    const rank = signal.sizes.length - 1;
    if (rank === 1 || rank === 2) return this.exact(node, signal);
    return refuse(node, "must take an image or a signal", signal.sizes);
  }

  /** The signal as an image or vector of the file's sizes, in our order. */
  exact(node: Node, signal: Signal): Signal {
    const wanted = signal.sizes.length === 2 ? [...signal.sizes, 1] : signal.sizes;
    if (signal.order === null && String(signal.shape) === String(wanted)) return signal;
    if (signal.sizes.length === 1 && signal.order === null) return this.flattened(node, signal);
    if (this.#isInput(signal.layer)) this.wish ??= { shape: wanted, order: inverse(signal.order) };
    return refuse(
      node,
      `must take its input as it comes, [${signal.shape}] in order`,
      `reshaped or transposed to [${signal.sizes}]`,
      "Only flattening, and layouts that change nothing in the end, can be read.",
    );
  }

  /** The signal as a vector of ours; the order stays. */
  flattened(node: Node, signal: Signal): Signal {
    if (signal.shape.length === 1) return signal;
    let vector = this.#flattened.get(signal.layer);
    if (vector === undefined) {
      vector = this.add({ ...node, name: `${signal.layer}_flatten` }, { kind: "flatten" }, [signal]);
      this.#flattened.set(signal.layer, vector);
    }
    return { ...vector, sizes: signal.sizes, order: signal.order };
  }

  /** The network's input, or what scales and offsets make of it. */
  #isInput(id: string): boolean {
    for (let at = id; ; ) {
      if (at === inputId) return true;
      const layer = this.layers.get(at);
      if (layer?.kind !== "batchNorm") return false;
      at = layer.inputs[0].from;
    }
  }

  #idOf(name: string, op: string): string {
    const plain = (text: string): string =>
      text
        .slice(0, 100)
        .replace(/[^A-Za-z0-9_-]+/g, "_")
        .replace(/^[^A-Za-z]+|_+$/g, "");
    const wanted = plain(name) || plain(op) || "layer";
    let id = wanted;
    for (let i = 2; this.#ids.has(id); i++) id = `${wanted}_${i}`;
    this.#ids.add(id);
    return id;
  }
}

/** Our index to the file's, from the file's to ours. */
function inverse(order: Int32Array | null): Int32Array | null {
  if (order === null) return null;
  const turned = new Int32Array(order.length);
  for (let i = 0; i < order.length; i++) turned[order[i]] = i;
  return turned;
}

/** As the model's own shape inference has it. */
function outputShape(layer: Layer, inputs: readonly Signal[]): Shape {
  if (inputs.length > 1) {
    const [{ shape }] = inputs;
    if (layer.kind === "add") return shape;
    return [inputs.reduce((sum, { shape: [first] }) => sum + first, 0), ...shape.slice(1)];
  }
  const alone = { ...layer, inputs: [{ from: inputId, delay: 0 }] };
  const [{ shape }] = inputs;
  const shapes = inferShapes({ name: "", inputShape: shape, layers: [alone], output: layer.id });
  return shapes.get(layer.id) ?? [];
}

/** The constant among a node's inputs, or a refusal. */
export function constantOf(node: Node, value: Value | undefined, what: string): Constant {
  if (value !== undefined && "constant" in value) return value.constant;
  return refuse(node, `must have a constant ${what}`, value === undefined ? "nothing" : "a computed one");
}

/** The signal among a node's inputs that nothing is pending on, or a refusal. */
export function signalOf(node: Node, value: Value | undefined): Signal {
  const signal = anySignalOf(node, value);
  const { pending } = signal;
  if (pending === undefined) return signal;
  const [got, hint] =
    pending.kind === "padding"
      ? ["padded values", "Zeros around an image can be read right before a convolution or a pool only."]
      : ["quantised codes", "DequantizeLinear must follow QuantizeLinear."];
  return refuse(node, "must take plain values", got, hint);
}

export function anySignalOf(node: Node, value: Value | undefined): Signal {
  if (value !== undefined && "signal" in value) return value.signal;
  return refuse(node, "must take a computed value", value === undefined ? "nothing" : "a constant");
}

/** A tensor of ours, rounded to float32. */
export function tensor(shape: Shape, data: ArrayLike<number>): Tensor {
  return { shape, data: Float32Array.from(data) };
}
