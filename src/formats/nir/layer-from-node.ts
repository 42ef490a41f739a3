// Nodes without a state as layers: weights, pools, flattening. Sizes are checked where all layers' are, in
// `inferShapes`; here it is that the node says nothing a layer cannot hold.

import { FormatError, InvalidValueError } from "../../base/errors.ts";
import type { LayerSpec } from "../../model/build.ts";
import type { Tensor } from "../../model/model.ts";
import type { NirArray } from "./nir-graph.ts";
import type { NodeValues } from "./node-values.ts";

export interface LayerRead {
  readonly spec: LayerSpec;
  /** By parameter. */
  readonly tensors: Readonly<Record<string, Tensor>>;
}

/** @throws {FormatError} and {InvalidValueError} naming node and field */
export function layerFromNode(node: NodeValues): LayerRead {
  switch (node.type) {
    case "Affine":
    case "Linear":
      return denseOf(node);
    case "Conv1d":
    case "Conv2d":
      return convolutionOf(node);
    case "SumPool2d":
    case "AvgPool2d":
      return poolOf(node);
    case "Flatten":
      return flattenOf(node);
    default:
      throw new InvalidValueError(node.where, "must be a layer without a state", node.type);
  }
}

function denseOf(node: NodeValues): LayerRead {
  const weight = node.array("weight");
  if (weight.shape.length !== 2)
    throw new FormatError(`${node.where} weight`, "must have shape [out, in]", weight.shape);
  const [units] = weight.shape;
  const bias = node.type === "Affine";
  const tensors = { weight: tensorOf(weight), ...(bias && { bias: biasOf(node, units) }) };
  return { spec: { kind: "dense", units, bias }, tensors };
}

function convolutionOf(node: NodeValues): LayerRead {
  const weight = node.array("weight");
  const axes = node.type === "Conv2d" ? 2 : 1;
  if (weight.shape.length !== 2 + axes) {
    const sizes = axes === 2 ? "height, width" : "length";
    throw new FormatError(`${node.where} weight`, `must have shape [out, in, ${sizes}]`, weight.shape);
  }
  const [channels, , height, width = 1] = weight.shape;
  const kernel = [height, width] as const;
  const stride = node.pair("stride");
  const dilation = node.pair("dilation");
  const padding = paddingOf(node, kernel, stride, dilation, axes);
  const groups = node.whole("groups");
  const tensors = { weight: tensorOf(weight), bias: biasOf(node, channels) };
  const common = { channels, groups, bias: true };
  if (axes === 2) return { spec: { kind: "conv2d", ...common, kernel, stride, padding, dilation }, tensors };
  const along = { kernel: height, stride: stride[0], padding: padding[0], dilation: dilation[0] };
  return { spec: { kind: "conv1d", ...common, ...along }, tensors };
}

function paddingOf(
  node: NodeValues,
  kernel: readonly [number, number],
  stride: readonly [number, number],
  dilation: readonly [number, number],
  axes: number,
): readonly [number, number] {
  const word = node.word("padding");
  if (word === undefined) return node.pair("padding");
  if (word === "valid") return [0, 0];
  const where = `${node.where} padding`;
  if (word !== "same") throw new FormatError(where, "must be numbers, same or valid", word.slice(0, 40));
  const added = kernel.map((size, axis) => (axis < axes ? dilation[axis] * (size - 1) : 0));
  if (stride.slice(0, axes).some((step) => step !== 1) || added.some((zeros) => zeros % 2 !== 0)) {
    const got = `same, for a kernel of ${kernel.slice(0, axes).join(" × ")} and a stride of ${stride.slice(0, axes).join(" × ")}`;
    throw new InvalidValueError(where, "must add as many zeros on both sides, by a stride of 1", got);
  }
  return [added[0] / 2, added[1] / 2];
}

function poolOf(node: NodeValues): LayerRead {
  const padding = node.pair("padding");
  if (padding.some((zeros) => zeros !== 0))
    throw new InvalidValueError(`${node.where} padding`, "must be 0, as pools here add nothing", padding);
  const kind = node.type === "SumPool2d" ? "sumPool" : "averagePool";
  return { spec: { kind, kernel: node.pair("kernel_size"), stride: node.pair("stride") }, tensors: {} };
}

/** Files count axes with and without the batch: those of one image begin at 0, some tools write 1. */
function flattenOf(node: NodeValues): LayerRead {
  const [start, end] = [node.whole("start_dim"), node.whole("end_dim")];
  const axes =
    node.has("input_type") && node.word("input_type") === undefined
      ? node.array("input_type").data.length
      : 0;
  const isAll = (start === 0 || start === 1) && (end === -1 || (axes > 0 && end === axes - 1 + start));
  if (!isAll) {
    const rule = "must flatten all axes but the batch's";
    throw new InvalidValueError(`${node.where} start_dim, end_dim`, rule, [start, end]);
  }
  return { spec: { kind: "flatten" }, tensors: {} };
}

function biasOf(node: NodeValues, outputs: number): Tensor {
  const bias = node.array("bias");
  if (bias.data.length !== outputs)
    throw new FormatError(`${node.where} bias`, `must have shape [${outputs}]`, bias.shape);
  return { shape: [outputs], data: Float32Array.from(bias.data) };
}

function tensorOf({ shape, data }: NirArray): Tensor {
  return { shape, data: Float32Array.from(data) };
}
