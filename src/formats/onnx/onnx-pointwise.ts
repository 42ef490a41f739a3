// Nodes that keep an activation's sizes: relu and clip, scales and offsets, batch norm, additions, joins,
// quantising. A scale or offset becomes a batch norm with mean 0 and variance 1, which is exact; it is merged
// into its neighbours afterwards (onnx-merge-affine.ts).

import { sizeOf } from "../../model/shapes.ts";
import { axisFrom, realAttribute, refuse, wholeAttribute } from "./onnx-attributes.ts";
import {
  anySignalOf,
  type Builder,
  constantOf,
  type Signal,
  signalOf,
  tensor,
  type Value,
} from "./onnx-builder.ts";
import { type Constant, elementTypeOf, isFloat } from "./onnx-constant.ts";
import type { Node } from "./onnx-graph.ts";
import { neverNegative } from "./onnx-pooling.ts";
import { broadcastTo } from "./onnx-sizes.ts";

type Inputs = readonly (Value | undefined)[];

export function relu(node: Node, inputs: Inputs, builder: Builder): Signal {
  const signal = signalOf(node, inputs[0]);
  return builder.add(node, { kind: "relu" }, [signal], { seen: signal });
}

/** Bounds are attributes before opset 11, inputs from then on. */
export function clip(node: Node, inputs: Inputs, builder: Builder): Signal {
  const signal = signalOf(node, inputs[0]);
  const bound = (name: "min" | "max", at: number, otherwise: number): number => {
    if (builder.opset < 11) return realAttribute(node, name, otherwise);
    return inputs[at] === undefined ? otherwise : constantOf(node, inputs[at], name).data[0];
  };
  return bounded(
    node,
    signal,
    [bound("min", 1, Number.NEGATIVE_INFINITY), bound("max", 2, Number.POSITIVE_INFINITY)],
    builder,
  );
}

/** Max and Min of one signal and a number, as exporters write a clip with one bound. */
export function extremum(node: Node, inputs: Inputs, builder: Builder): Signal {
  const signals = inputs.filter((value) => value !== undefined && "signal" in value);
  const numbers = inputs.flatMap((value) =>
    value !== undefined && "constant" in value && value.constant.data.length === 1
      ? [value.constant.data[0]]
      : [],
  );
  if (signals.length !== 1 || numbers.length !== inputs.length - 1 || numbers.length === 0) {
    refuse(node, "must take one computed value and single numbers", `${signals.length} computed values`);
  }
  const bounds: readonly [number, number] =
    node.op === "Max"
      ? [Math.max(...numbers), Number.POSITIVE_INFINITY]
      : [Number.NEGATIVE_INFINITY, Math.min(...numbers)];
  return bounded(node, signalOf(node, signals[0]), bounds, builder);
}

function bounded(
  node: Node,
  signal: Signal,
  [lowest, highest]: readonly [lowest: number, highest: number],
  builder: Builder,
): Signal {
  // Beyond float32, as exporters write "no bound".
  if (lowest < -3.4e38 && !(highest < 3.4e38)) return signal;
  if (lowest !== 0 && !(lowest < 0 && neverNegative(signal.layer, builder))) {
    refuse(node, "must clip at 0 from below", lowest, "Activations that spikes stand for are 0 or more.");
  }
  if (!(highest < 3.4e38)) return builder.add(node, { kind: "relu" }, [signal], { seen: signal });
  if (!(highest > 0)) refuse(node, "must clip above 0", highest);
  const tensors = { bound: tensor([1], [highest]) };
  return builder.add(node, { kind: "relu", bounded: true }, [signal], { seen: signal, tensors });
}

/** Add and Sum, of signals and constants; Sub, Mul and Div by a constant; Neg. */
export function arithmetic(node: Node, inputs: Inputs, builder: Builder): Signal {
  if (node.op === "Neg") return affine(node, signalOf(node, inputs[0]), { scale: scalar(-1) }, builder);
  if (node.op === "Add" || node.op === "Sum") return sum(node, inputs, builder);
  const [left, right] = inputs;
  if (left !== undefined && "constant" in left) {
    const signal = signalOf(node, right);
    if (node.op === "Mul") return affine(node, signal, { scale: left.constant }, builder);
    if (node.op === "Div") refuse(node, "must divide by a constant", "a constant divided by computed values");
    return affine(node, signal, { scale: scalar(-1), offset: left.constant }, builder);
  }
  const signal = signalOf(node, left);
  const constant = constantOf(node, right, "second operand");
  if (node.op === "Mul") return affine(node, signal, { scale: constant }, builder);
  const turned = Float64Array.from(constant.data, (value) => (node.op === "Div" ? 1 / value : 0 - value));
  const operand = { ...constant, data: turned };
  return affine(node, signal, node.op === "Div" ? { scale: operand } : { offset: operand }, builder);
}

function scalar(value: number): Constant {
  return { shape: [], data: Float64Array.of(value), type: "float" };
}

function sum(node: Node, inputs: Inputs, builder: Builder): Signal {
  const signals: Signal[] = [];
  const constants: Constant[] = [];
  for (const input of inputs) {
    if (input !== undefined && "constant" in input) constants.push(input.constant);
    else signals.push(signalOf(node, input));
  }
  const [first] = signals;
  for (const { sizes } of signals) {
    if (String(sizes) !== String(first.sizes))
      refuse(node, `must add values of one size, [${first.sizes}]`, sizes);
  }
  let total = first;
  if (signals.length > 1) {
    const isAlike = signals.every(
      ({ shape, order }) => String(shape) === String(first.shape) && String(order) === String(first.order),
    );
    const alike = isAlike ? signals : signals.map((signal) => builder.exact(node, signal));
    total = builder.add(node, { kind: "add" }, alike, { seen: isAlike ? first : alike[0] });
  }
  constants.forEach((offset, i) => {
    const name = signals.length > 1 || i > 0 ? `${node.name}_offset` : node.name;
    total = affine({ ...node, name }, total, { offset }, builder);
  });
  return total;
}

/** y = scale · x + offset, by channel. */
function affine(
  node: Node,
  given: Signal,
  { scale, offset }: { readonly scale?: Constant; readonly offset?: Constant },
  builder: Builder,
): Signal {
  const signal = given.sizes.length === 1 ? builder.flattened(node, given) : given;
  const byChannel = (constant: Constant | undefined, otherwise: number): ArrayLike<number> =>
    constant === undefined
      ? new Float32Array(signal.shape[0]).fill(otherwise)
      : channelValues(node, signal, constant, builder.batch);
  return addNorm(
    node,
    signal,
    { gamma: byChannel(scale, 1), beta: byChannel(offset, 0), epsilon: 0 },
    builder,
  );
}

function addNorm(
  node: Node,
  signal: Signal,
  norm: {
    readonly gamma: ArrayLike<number>;
    readonly beta: ArrayLike<number>;
    readonly mean?: ArrayLike<number>;
    readonly variance?: ArrayLike<number>;
    readonly epsilon: number;
  },
  builder: Builder,
): Signal {
  const [channels] = signal.shape;
  const { gamma, beta, epsilon } = norm;
  const mean = norm.mean ?? new Float32Array(channels);
  const variance = norm.variance ?? new Float32Array(channels).fill(1);
  const tensors = Object.fromEntries(
    Object.entries({ gamma, beta, mean, variance }).map(([name, data]) => [name, tensor([channels], data)]),
  );
  return builder.add(node, { kind: "batchNorm", epsilon, momentum: 0.1 }, [signal], {
    seen: signal,
    tensors,
  });
}

/** What a constant is to every channel of ours. */
function channelValues(node: Node, signal: Signal, constant: Constant, batch: number): ArrayLike<number> {
  const { shape, sizes, order } = signal;
  const values = new Float64Array(shape[0]);
  if (constant.data.length === 1) return values.fill(constant.data[0]);
  const all = [batch, ...sizes];
  const skipped = all.length - constant.shape.length;
  const isWithin =
    skipped >= 0 &&
    constant.shape.every((size, axis) => size === 1 || (size === all[axis + skipped] && axis + skipped > 0));
  if (!isWithin) refuse(node, `must have a constant that goes with [${sizes}]`, constant.shape);
  const at = broadcastTo(constant.shape, [1, ...sizes]);
  const plane = sizeOf(shape) / shape[0];
  const isKnown = new Uint8Array(shape[0]);
  for (let i = 0; i < sizeOf(sizes); i++) {
    const channel = Math.floor((order?.[i] ?? i) / plane);
    const value = constant.data[at(i)];
    if (isKnown[channel] === 1 && values[channel] !== value) {
      refuse(node, "must have one number a channel", `a constant of [${constant.shape}]`);
    }
    values[channel] = value;
    isKnown[channel] = 1;
  }
  return values;
}

export function batchNormalization(node: Node, inputs: Inputs, builder: Builder): Signal {
  const given = signalOf(node, inputs[0]);
  if (wholeAttribute(node, "training_mode", 0) !== 0)
    refuse(node, "must be in inference mode", "training_mode 1");
  // Before opset 14 there is no such attribute: a node that gives a batch's statistics uses them.
  if (builder.opset < 14 && node.outputs.slice(1).some((name) => name !== "")) {
    refuse(
      node,
      "must be in inference mode",
      `${node.outputs.length} outputs`,
      "Export the network for inference.",
    );
  }
  if (wholeAttribute(node, "spatial", 1) !== 1) refuse(node, "must normalise by channel", "spatial 0");
  // The values of a vector may stand in any order: what is theirs goes along.
  const signal = given.sizes.length === 1 ? builder.flattened(node, given) : builder.exact(node, given);
  const [channels] = signal.shape;
  const [gamma, beta, mean, variance] = ["scale", "bias", "mean", "variance"].map((what, i) => {
    const { data } = constantOf(node, inputs[i + 1], what);
    if (data.length !== channels)
      refuse(node, `must have a ${what} for each of ${channels} channels`, data.length);
    return signal.order === null ? data : reordered(data, signal.order);
  });
  const epsilon = Number(realAttribute(node, "epsilon", 1e-5).toPrecision(7));
  return addNorm(node, signal, { gamma, beta, mean, variance, epsilon }, builder);
}

/** @param order - by index in the file's order: index in ours */
function reordered(data: ArrayLike<number>, order: Int32Array): Float64Array {
  const turned = new Float64Array(data.length);
  for (let i = 0; i < data.length; i++) turned[order[i]] = data[i];
  return turned;
}

export function concat(node: Node, inputs: Inputs, builder: Builder): Signal {
  const given = inputs.map((input) => signalOf(node, input));
  if (given.length > 1 && given.every(({ sizes }) => sizes.length === 1)) {
    return joinedVectors(node, given, builder);
  }
  const signals = given.map((signal) => builder.exact(node, signal));
  const [first] = signals;
  const axis = axisFrom(node, wholeAttribute(node, "axis", 1), first.sizes.length + 1);
  if (axis !== 1) refuse(node, "must join channels or features (axis 1)", axis);
  for (const { sizes } of signals) {
    if (String(sizes.slice(1)) !== String(first.sizes.slice(1))) {
      refuse(node, `must join values that are alike but for axis 1, [${first.sizes}]`, sizes);
    }
  }
  return signals.length === 1
    ? first
    : builder.add(node, { kind: "concat" }, signals, { rank: first.sizes.length - 1 });
}

/** Vectors end to end, each in an order of its own. */
function joinedVectors(node: Node, signals: readonly Signal[], builder: Builder): Signal {
  const axis = axisFrom(node, wholeAttribute(node, "axis", 1), 2);
  if (axis !== 1) refuse(node, "must join channels or features (axis 1)", axis);
  const vectors = signals.map((signal) => builder.flattened(node, signal));
  const total = vectors.reduce((sum, { sizes: [length] }) => sum + length, 0);
  const joined = builder.add(node, { kind: "concat" }, vectors, { seen: { sizes: [total], order: null } });
  if (vectors.every(({ order }) => order === null)) return joined;
  const order = new Int32Array(total);
  let start = 0;
  for (const vector of vectors) {
    const [length] = vector.sizes;
    for (let i = 0; i < length; i++) order[start + i] = start + (vector.order?.[i] ?? i);
    start += length;
  }
  return { ...joined, order };
}

const codeRanges: Readonly<Record<string, readonly [lowest: number, highest: number]>> = {
  uint4: [0, 15],
  int4: [-8, 7],
  uint8: [0, 255],
  int8: [-128, 127],
  uint16: [0, 65_535],
  int16: [-32_768, 32_767],
};

export function quantise(node: Node, inputs: Inputs): Signal {
  const signal = signalOf(node, inputs[0]);
  const scale = constantOf(node, inputs[1], "scale");
  const zeroPoint = inputs[2] === undefined ? null : constantOf(node, inputs[2], "zero point");
  const type = zeroPoint?.type ?? "uint8";
  const range = codeRanges[type];
  if (range === undefined) refuse(node, "must quantise to 4, 8 or 16 bits", type);
  if (scale.data.length !== 1 || !(scale.data[0] > 0)) {
    refuse(node, "must quantise activations by one scale above 0", [...scale.data.slice(0, 4)]);
  }
  const [lowest, highest] = range;
  const zero = zeroPoint?.data[0] ?? 0;
  return { ...signal, pending: { kind: "codes", scale: scale.data[0], zeroPoint: zero, lowest, highest } };
}

/**
 * Codes turned back. With 0 as their lowest they are a relu with as many levels as there are codes,
 * s · clip(round(x/s), 0, L), exact but for halves, which ONNX rounds to even. With negative values
 * there is no such activation: these are left as they are, at most half a step away within their range.
 */
export function dequantise(node: Node, inputs: Inputs, builder: Builder): Signal {
  const coded = anySignalOf(node, inputs[0]);
  const { pending, ...signal } = coded;
  if (pending?.kind !== "codes") return refuse(node, "must follow QuantizeLinear", "other values");
  const scale = constantOf(node, inputs[1], "scale").data;
  const zeroPoint = inputs[2] === undefined ? 0 : constantOf(node, inputs[2], "zero point").data[0];
  if (scale.length !== 1 || scale[0] !== pending.scale || zeroPoint !== pending.zeroPoint) {
    refuse(node, "must have the scale and zero point of its QuantizeLinear", [scale[0], zeroPoint]);
  }
  if (zeroPoint !== pending.lowest) {
    builder.notes.add("quantisation of signed activations left out: they are not rounded as in the file");
    return signal;
  }
  const levels = pending.highest - pending.lowest;
  const tensors = { bound: tensor([1], [pending.scale * levels]) };
  return builder.add(node, { kind: "relu", bounded: true, levels }, [signal], { seen: signal, tensors });
}

/** Identity, Dropout in inference, and Cast between kinds of real numbers. */
export function pass(node: Node, inputs: Inputs): Signal {
  const signal = anySignalOf(node, inputs[0]);
  if (node.op === "Cast") {
    const type = elementTypeOf(wholeAttribute(node, "to", 0));
    if (type === undefined || !isFloat(type)) refuse(node, "must cast to real numbers", type ?? "others");
  }
  const training = inputs[2];
  if (node.op === "Dropout" && training !== undefined && constantOf(node, training, "mode").data[0] !== 0) {
    refuse(node, "must be in inference mode", "training_mode true");
  }
  return signal;
}
