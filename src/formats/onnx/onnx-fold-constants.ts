// Nodes of constants alone, computed while reading: how exporters write shapes, transposed weights, scaled
// biases and quantised weights. Results are bounded in size each and in all, since a few bytes of graph can ask
// for any amount.

import type { Shape } from "../../model/network.ts";
import { axisFrom, refuse, wholeAttribute, wholeAttributes } from "./onnx-attributes.ts";
import {
  arrayOf,
  type Constant,
  type ExternalData,
  elementCount,
  elementTypeOf,
  isFloat,
  readConstant,
} from "./onnx-constant.ts";
import type { Node } from "./onnx-graph.ts";
import { type ElementType, elementTypes } from "./onnx-schema.ts";
import { broadcastShape, broadcastTo, permuted, reshapedSizes, stridesOf } from "./onnx-sizes.ts";
import { rangesOf } from "./onnx-slice.ts";

export interface FoldingContext {
  readonly where: string;
  readonly opset: number;
  readonly external: ExternalData | undefined;
  /** How many were computed so far, counted in place. */
  readonly made: { elements: number };
  /** Of the file and those beside it. */
  readonly fileBytes: () => number;
}

type Fold = (node: Node, inputs: readonly Constant[], context: FoldingContext) => Constant;

/**
 * Elements all folded constants of a file may have: some, and a few times those that its bytes can hold. So weights
 * may be turned, scaled and dequantised, and a small file takes no more than some megabytes.
 */
const [leastElements, elementsPerByte] = [2 ** 20, 8];

const folds: Readonly<Record<string, Fold>> = {
  Constant: constant,
  ConstantOfShape: constantOfShape,
  Identity: (_, [x]) => x,
  Cast: cast,
  CastLike: (node, [x, like], context) => castTo(like.type, node, x, context),
  Reshape: (node, [x, shape]) => withSizes(node, x, reshapedSizes(node, x.shape, [...shape.data])),
  Flatten: (node, [x]) => {
    const axis = wholeAttribute(node, "axis", 1);
    const at = axis < 0 ? axis + x.shape.length : axis;
    return withSizes(node, x, [product(x.shape.slice(0, at)), product(x.shape.slice(at))]);
  },
  Squeeze: (node, [x, axes]) => withSizes(node, x, squeezed(node, x.shape, axesOf(node, axes))),
  Unsqueeze: (node, [x, axes]) => withSizes(node, x, unsqueezed(node, x.shape, axesOf(node, axes) ?? [])),
  Transpose: (node, [x], context) => {
    spend(context, node, x.data.length);
    const { sizes, order } = permuted(node, x.shape, wholeAttributes(node, "perm"));
    return mapped(context, node, { shape: sizes, type: x.type }, (i) => x.data[order[i]]);
  },
  Concat: concat,
  Gather: gather,
  Slice: slice,
  Add: binary((a, b) => a + b),
  Sub: binary((a, b) => a - b),
  Mul: binary((a, b) => a * b),
  Div: binary((a, b) => a / b),
  Mod: (node, inputs, context) =>
    binary(wholeAttribute(node, "fmod", 0) === 1 ? (a, b) => a % b : (a, b) => a - b * Math.floor(a / b))(
      node,
      inputs,
      context,
    ),
  Pow: binary((a, b) => a ** b),
  Max: ofAll(Math.max),
  Min: ofAll(Math.min),
  Expand: expand,
  ReduceProd: reduceProd,
  Neg: unary((a) => 0 - a),
  Sqrt: unary(Math.sqrt),
  Reciprocal: unary((a) => 1 / a),
  DequantizeLinear: dequantise,
};

/** Whether a node of constants can be computed. */
export function isFoldable(op: string): boolean {
  return Object.hasOwn(folds, op);
}

/**
 * @param inputs - those given; optional ones at the end may be missing
 * @throws {InvalidValueError} naming the node that cannot be computed
 */
export function foldConstant(node: Node, inputs: readonly Constant[], context: FoldingContext): Constant {
  const least = leastInputs[node.op] ?? 1;
  if (inputs.length < least || inputs.slice(0, least).includes(undefined as never)) {
    refuse(node, `must have ${least} inputs`, inputs.length);
  }
  return folds[node.op](node, inputs, context);
}

const leastInputs: Readonly<Record<string, number>> = {
  Constant: 0,
  Reshape: 2,
  Gather: 2,
  Add: 2,
  Sub: 2,
  Mul: 2,
  Div: 2,
  Mod: 2,
  Pow: 2,
  Expand: 2,
  CastLike: 2,
  DequantizeLinear: 2,
};

function product(sizes: Shape): number {
  return sizes.reduce((all, size) => all * size, 1);
}

function mapped(
  context: FoldingContext,
  node: Node,
  { shape, type }: Pick<Constant, "shape" | "type">,
  value: (index: number) => number,
): Constant {
  const count = elementCount(shape, `${context.where}: node ${node.name}`);
  spend(context, node, count);
  const data = arrayOf(type, count);
  for (let i = 0; i < count; i++) data[i] = value(i);
  return { shape, data, type };
}

function spend({ made, fileBytes }: FoldingContext, node: Node, count: number): void {
  made.elements += count;
  if (made.elements <= leastElements) return;
  const most = leastElements + elementsPerByte * fileBytes();
  if (made.elements > most) refuse(node, `must not make constants beyond ${most} elements in all`, count);
}

function withSizes(node: Node, x: Constant, shape: Shape): Constant {
  if (product(shape) !== x.data.length) refuse(node, `must keep ${x.data.length} elements`, shape);
  return { ...x, shape };
}

function constant(node: Node, _: readonly Constant[], { where, external }: FoldingContext): Constant {
  const { attributes } = node;
  const [only] = attributes.values();
  const scalar = (value: number, type: "float" | "int64"): Constant => {
    return { shape: [], data: Float64Array.of(value), type };
  };
  if (only?.t !== undefined) return readConstant(only.t, `${where}: node ${node.name}`, external);
  if (only?.f !== undefined) return scalar(only.f, "float");
  if (only?.i !== undefined) return scalar(only.i, "int64");
  const values =
    only?.name === "value_floats" ? only.floats : only?.name === "value_ints" ? only.ints : undefined;
  if (values === undefined) return refuse(node, "must hold numbers", only?.name ?? "nothing");
  const type = only?.name === "value_floats" ? "float" : "int64";
  return { shape: [values.length], data: Float64Array.from(values), type };
}

function constantOfShape(node: Node, [shape]: readonly Constant[], context: FoldingContext): Constant {
  const given = node.attributes.get("value")?.t;
  const value =
    given === undefined ? undefined : readConstant(given, `${context.where}: node ${node.name}`, undefined);
  const fill = value?.data[0] ?? 0;
  return mapped(context, node, { shape: [...shape.data], type: value?.type ?? "float" }, () => fill);
}

function cast(node: Node, [x]: readonly Constant[], context: FoldingContext): Constant {
  const type = elementTypeOf(wholeAttribute(node, "to", elementTypes.float));
  if (type === undefined) return refuse(node, "must cast to numbers", node.attributes.get("to")?.i);
  return castTo(type, node, x, context);
}

function castTo(type: ElementType, node: Node, x: Constant, context: FoldingContext): Constant {
  if (isFloat(type)) return { ...x, type };
  return mapped(context, node, { shape: x.shape, type }, (i) => Math.trunc(x.data[i]));
}

/** As attribute before opset 13, as input from then on. */
export function axesOf(node: Node, axes: Constant | undefined): readonly number[] | undefined {
  return axes === undefined ? wholeAttributes(node, "axes") : [...axes.data];
}

export function squeezed(node: Node, sizes: Shape, axes: readonly number[] | undefined): Shape {
  const gone = axes?.map((axis) => axisFrom(node, axis, sizes.length));
  const stray = gone?.find((axis) => sizes[axis] !== 1);
  if (stray !== undefined) refuse(node, "must only leave out axes of size 1", sizes[stray]);
  return sizes.filter((size, axis) => (gone === undefined ? size !== 1 : !gone.includes(axis)));
}

export function unsqueezed(node: Node, sizes: Shape, axes: readonly number[]): Shape {
  const rank = sizes.length + axes.length;
  const added = new Set(axes.map((axis) => axisFrom(node, axis, rank)));
  if (added.size !== axes.length) refuse(node, "must not add an axis twice", axes);
  const rest = [...sizes];
  return Array.from({ length: rank }, (_, axis) => (added.has(axis) ? 1 : (rest.shift() as number)));
}

function concat(node: Node, inputs: readonly Constant[], context: FoldingContext): Constant {
  const [first] = inputs;
  const axis = axisFrom(node, wholeAttribute(node, "axis", 0), first.shape.length);
  for (const { shape } of inputs) {
    const isAlike =
      shape.length === first.shape.length && shape.every((size, i) => i === axis || size === first.shape[i]);
    if (!isAlike) refuse(node, `must join tensors alike but for axis ${axis}`, shape);
  }
  const along = inputs.reduce((sum, { shape }) => sum + shape[axis], 0);
  const sizes = first.shape.map((size, i) => (i === axis ? along : size));
  const inner = product(first.shape.slice(axis + 1));
  const joined = mapped(context, node, { shape: sizes, type: first.type }, () => 0);
  let offset = 0;
  for (const { data: part, shape } of inputs) {
    const run = shape[axis] * inner;
    for (let i = 0; i < part.length; i++)
      joined.data[Math.floor(i / run) * along * inner + offset + (i % run)] = part[i];
    offset += run;
  }
  return joined;
}

function gather(node: Node, [x, indices]: readonly Constant[], context: FoldingContext): Constant {
  const axis = axisFrom(node, wholeAttribute(node, "axis", 0), x.shape.length);
  const size = x.shape[axis] ?? 0;
  const chosen = Array.from(indices.data, (index) => (index < 0 ? index + size : index));
  const stray = chosen.find((index) => !(Number.isInteger(index) && index >= 0 && index < size));
  if (stray !== undefined) refuse(node, `must have indices below ${size}`, stray);
  const sizes = [...x.shape.slice(0, axis), ...indices.shape, ...x.shape.slice(axis + 1)];
  const inner = product(x.shape.slice(axis + 1));
  const run = chosen.length * inner;
  return mapped(context, node, { shape: sizes, type: x.type }, (i) => {
    const index = chosen[Math.floor((i % run) / inner)];
    return x.data[Math.floor(i / run) * size * inner + index * inner + (i % inner)];
  });
}

function slice(node: Node, [x, ...lists]: readonly Constant[], context: FoldingContext): Constant {
  const ranges = rangesOf(
    node,
    x.shape,
    lists.map((list) => list?.data),
  );
  const shape = ranges.map(({ count }) => count);
  const [strides, own] = [stridesOf(shape), stridesOf(x.shape)];
  return mapped(context, node, { shape, type: x.type }, (i) => {
    let at = 0;
    for (let axis = 0; axis < ranges.length; axis++) {
      const { start, step, count } = ranges[axis];
      at += (start + (Math.floor(i / strides[axis]) % count) * step) * own[axis];
    }
    return x.data[at];
  });
}

function binary(combine: (a: number, b: number) => number): Fold {
  return (node, [a, b], context) => {
    const sizes = broadcastShape(node, a.shape, b.shape);
    const [fromA, fromB] = [broadcastTo(a.shape, sizes), broadcastTo(b.shape, sizes)];
    const isWhole = !isFloat(a.type);
    return mapped(context, node, { shape: sizes, type: a.type }, (i) => {
      const value = combine(a.data[fromA(i)], b.data[fromB(i)]);
      return isWhole ? Math.trunc(value) : value;
    });
  };
}

/** Of one and more tensors. */
function ofAll(combine: (a: number, b: number) => number): Fold {
  return (node, inputs, context) => inputs.reduce((all, next) => binary(combine)(node, [all, next], context));
}

/** Sizes broadcast both ways. */
function expand(node: Node, [x, wanted]: readonly Constant[], context: FoldingContext): Constant {
  const sizes = broadcastShape(node, x.shape, [...wanted.data]);
  const at = broadcastTo(x.shape, sizes);
  return mapped(context, node, { shape: sizes, type: x.type }, (i) => x.data[at(i)]);
}

/** Of a list, as exporters multiply sizes. */
function reduceProd(node: Node, [x, axes]: readonly Constant[]): Constant {
  const along = axesOf(node, axes) ?? [0];
  if (x.shape.length !== 1 || along.length !== 1)
    refuse(node, "must multiply the numbers of a list", x.shape);
  axisFrom(node, along[0], 1);
  const shape = wholeAttribute(node, "keepdims", 1) === 0 ? [] : [1];
  return { shape, data: Float64Array.of(product([...x.data])), type: x.type };
}

function unary(compute: (a: number) => number): Fold {
  return (node, [x], context) => {
    return mapped(context, node, x, (i) => compute(x.data[i]));
  };
}

/** (code − zero point) · scale, for the whole tensor or by index along an axis. */
function dequantise(node: Node, inputs: readonly Constant[], context: FoldingContext): Constant {
  const [x, scale, zeroPoint] = inputs;
  if (wholeAttribute(node, "block_size", 0) !== 0) refuse(node, "must have no blocks", "block_size");
  const isWhole = scale.data.length === 1;
  const axis = isWhole ? 0 : axisFrom(node, wholeAttribute(node, "axis", 1), x.shape.length);
  const stride = isWhole ? 1 : stridesOf(x.shape)[axis];
  const count = isWhole ? 1 : x.shape[axis];
  if (scale.data.length !== count || (zeroPoint !== undefined && zeroPoint.data.length !== count)) {
    refuse(node, `must have ${count} scales and zero points`, scale.data.length);
  }
  return mapped(context, node, { shape: x.shape, type: "float" }, (i) => {
    const channel = Math.floor(i / stride) % count;
    return (x.data[i] - (zeroPoint?.data[channel] ?? 0)) * scale.data[channel];
  });
}
