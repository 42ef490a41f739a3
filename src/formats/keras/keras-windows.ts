// Keras's convolutions and pools. Kernels [height, width, inner, outer] become ours, [outer, inner, height, width];
// padding "same" is ONNX's SAME_UPPER.

import { sizeOf } from "../../model/shapes.ts";
import { refuse } from "../onnx/onnx-attributes.ts";
import { anySignalOf, type Builder, type Signal, signalOf, type Value } from "../onnx/onnx-builder.ts";
import type { Constant } from "../onnx/onnx-constant.ts";
import { conv, gemm } from "../onnx/onnx-linear.ts";
import { globalPool, pad, pool } from "../onnx/onnx-pooling.ts";
import { stridesOf } from "../onnx/onnx-sizes.ts";
import {
  asOnnx,
  flagSetting,
  type KerasNode,
  numberSetting,
  requireChannelsLast,
  sizesSetting,
  textSetting,
} from "./keras-node.ts";

type Inputs = readonly (Value | undefined)[];

/** Conv1D and Conv2D. */
export function convolution(node: KerasNode, inputs: Inputs, builder: Builder): Signal {
  const rank = rankOf(node);
  const kernel = weightOf(node, 0, rank + 2);
  const turned = permuted(kernel, [rank + 1, rank, ...axesTo(rank)]);
  const groups = numberSetting(node, "groups", 1);
  return convolved(node, inputs[0], { kernel: turned, bias: node.weights[1], groups }, builder);
}

/** Kernel [height, width, inner, multiplier]: output channel inner · multipliers + multiplier, a group each. */
export function depthwise(node: KerasNode, inputs: Inputs, builder: Builder): Signal {
  const { kernel, channels } = depthwiseKernel(node);
  return convolved(node, inputs[0], { kernel, bias: node.weights[1], groups: channels }, builder);
}

/** A depthwise convolution, then one of 1 × 1. */
export function separable(node: KerasNode, inputs: Inputs, builder: Builder): Signal {
  const rank = rankOf(node);
  const { kernel, channels } = depthwiseKernel(node);
  const first = { ...node, name: `${node.name}_depthwise` };
  const each = convolved(first, inputs[0], { kernel, bias: undefined, groups: channels }, builder);
  const point = permuted(weightOf(node, 1, rank + 2), [rank + 1, rank, ...axesTo(rank)]);
  const plain = { ...node, settings: {} };
  return convolved(plain, { signal: each }, { kernel: point, bias: node.weights[2], groups: 1 }, builder);
}

function depthwiseKernel(node: KerasNode): { readonly kernel: Constant; readonly channels: number } {
  const rank = rankOf(node);
  const given = weightOf(node, 0, rank + 2);
  const { shape, data, type } = permuted(given, [rank, rank + 1, ...axesTo(rank)]);
  const [channels, multipliers, ...window] = shape;
  return { kernel: { shape: [channels * multipliers, 1, ...window], data, type }, channels };
}

interface Convolution {
  /** [outer, inner, …] */
  readonly kernel: Constant;
  readonly bias: Constant | undefined;
  readonly groups: number;
}

function convolved(
  node: KerasNode,
  input: Value | undefined,
  { kernel, bias, groups }: Convolution,
  builder: Builder,
): Signal {
  requireChannelsLast(node);
  const rank = kernel.shape.length - 2;
  const attributes = {
    strides: sizesSetting(node, "strides", rank),
    dilations: sizesSetting(node, "dilation_rate", rank),
    ...paddingAttribute(node, kernel.shape.slice(2)),
    group: groups,
  };
  const constants = [kernel, bias].map((constant) => constant && { constant });
  return conv(asOnnx(node, "Conv", attributes), [input, ...constants], builder);
}

/** Of vectors; of images a convolution of 1 × 1, as Keras multiplies the last axis. */
export function dense(node: KerasNode, inputs: Inputs, builder: Builder): Signal {
  const kernel = weightOf(node, 0, 2);
  const signal = signalOf(node, inputs[0]);
  const bias = node.weights[1];
  const rank = signal.sizes.length - 1;
  if (rank === 0) {
    const constants = [kernel, bias].map((constant) => constant && { constant });
    return gemm(asOnnx(node, "Gemm"), [{ signal }, ...constants], builder);
  }
  const turned = permuted(kernel, [1, 0]);
  const point = { ...turned, shape: [...turned.shape, ...new Array<number>(rank).fill(1)] };
  const plain = { ...node, settings: {} };
  return convolved(plain, { signal }, { kernel: point, bias, groups: 1 }, builder);
}

/** MaxPooling and AveragePooling, of one and two axes. */
export function windowPool(node: KerasNode, inputs: Inputs, builder: Builder): Signal {
  requireChannelsLast(node);
  const rank = rankOf(node);
  const kernel = sizesSetting(node, "pool_size", rank, 2);
  const attributes = {
    kernel_shape: kernel,
    strides: sizesSetting(node, "strides", rank, kernel),
    auto_pad: paddingOf(node),
  };
  const op = node.op.startsWith("Max") ? "MaxPool" : "AveragePool";
  return pool(asOnnx(node, op, attributes), inputs, builder);
}

export function wholePool(node: KerasNode, inputs: Inputs, builder: Builder): Signal {
  requireChannelsLast(node);
  const op = node.op.startsWith("GlobalMax") ? "GlobalMaxPool" : "GlobalAveragePool";
  const pooled = globalPool(asOnnx(node, op), inputs, builder);
  return flagSetting(node, "keepdims", false) ? pooled : { ...pooled, sizes: pooled.sizes.slice(0, 1) };
}

/** ZeroPadding1D and ZeroPadding2D: one number, one an axis, or one a side of each. */
export function zeroPadding(node: KerasNode, inputs: Inputs, builder: Builder): Signal {
  requireChannelsLast(node);
  const rank = rankOf(node);
  const given = node.settings["padding"] ?? 1;
  const perAxis: readonly unknown[] =
    typeof given === "number" || rank === 1 ? new Array(rank).fill(given) : Array.isArray(given) ? given : [];
  const sides = perAxis.map((sizes) => (Array.isArray(sizes) ? sizes : [sizes, sizes]));
  const isSound =
    sides.length === rank &&
    sides.every((pair) => pair.length === 2 && pair.every((size) => Number.isInteger(size) && size >= 0));
  if (!isSound) refuse(node, "must have whole numbers of 0 or more as padding", given);
  const pads = [0, 0, ...sides.map(([begin]) => begin), 0, 0, ...sides.map(([, end]) => end)];
  // Attributes hold 8 numbers; the input stands for them from opset 11 on.
  const constant = { shape: [pads.length], data: Float64Array.from(pads), type: "int64" } as const;
  return pad(asOnnx(node, "Pad"), [{ signal: anySignalOf(node, inputs[0]) }, { constant }], builder);
}

/** Axes of the windows: the kind ends in 1D or 2D. */
function rankOf({ op }: KerasNode): number {
  return op.endsWith("1D") ? 1 : 2;
}

function axesTo(rank: number): readonly number[] {
  return Array.from({ length: rank }, (_, axis) => axis);
}

/** Causal padding, of signals: all of it comes before. */
function paddingAttribute(
  node: KerasNode,
  [length, ...others]: readonly number[],
): { readonly auto_pad: string } | { readonly pads: readonly number[] } {
  if (node.settings["padding"] !== "causal" || others.length > 0) return { auto_pad: paddingOf(node) };
  const [dilation] = sizesSetting(node, "dilation_rate", 1);
  return { pads: [(length - 1) * dilation, 0] };
}

function paddingOf(node: KerasNode): string {
  const padding = textSetting(node, "padding", "valid");
  if (padding !== "valid" && padding !== "same") refuse(node, 'must have padding "valid" or "same"', padding);
  return padding === "same" ? "SAME_UPPER" : "VALID";
}

/** How Keras calls numbers of one kind; others are quantised. */
const plainPolicies: ReadonlySet<string> = new Set(["Policy", "DTypePolicy", "FloatDTypePolicy"]);

function weightOf(node: KerasNode, index: number, rank: number): Constant {
  const { class_name: policy = "Policy" } = (node.settings["dtype"] ?? {}) as {
    readonly class_name?: string;
  };
  if (!plainPolicies.has(policy)) {
    refuse(node, "must not be quantised", policy, "Save the network as it was before quantize().");
  }
  const weight = node.weights[index];
  if (weight === undefined) return refuse(node, `must have weights`, `${node.weights.length} of them`);
  if (weight.shape.length !== rank) refuse(node, `must have a kernel of ${rank} axes`, weight.shape);
  return weight;
}

function permuted({ shape, data, type }: Constant, perm: readonly number[]): Constant {
  const after = perm.map((axis) => shape[axis]);
  const before = stridesOf(shape);
  const strides = stridesOf(after);
  const turned = new Float32Array(sizeOf(shape));
  for (let i = 0; i < turned.length; i++) {
    let at = 0;
    for (let axis = 0; axis < perm.length; axis++) {
      at += (Math.floor(i / strides[axis]) % after[axis]) * before[perm[axis]];
    }
    turned[i] = data[at];
  }
  return { shape: after, data: turned, type };
}
