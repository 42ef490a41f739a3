// MaxPool, AveragePool and pooling of whole images. Our pools have no padding: where the file has some, a
// convolution that copies every channel puts zeros around the image first, which is what an average counts
// and, behind a relu, what a maximum never notices.

import type { Shape } from "../../model/network.ts";
import { inputId, sizeOf } from "../../model/shapes.ts";
import { axisFrom, refuse, textAttribute, wholeAttribute, wholeAttributes } from "./onnx-attributes.ts";
import {
  anySignalOf,
  type Builder,
  constantOf,
  type Signal,
  signalOf,
  tensor,
  type Value,
} from "./onnx-builder.ts";
import { axesOf } from "./onnx-fold-constants.ts";
import type { Node } from "./onnx-graph.ts";
import { stridesOf } from "./onnx-sizes.ts";
import { padChannels } from "./onnx-slice.ts";
import { evenKernel, type Pads, paddingOf, pairOf, sizesAttribute, type Window } from "./onnx-windows.ts";

export function pool(node: Node, inputs: readonly (Value | undefined)[], builder: Builder): Signal {
  const kind = node.op === "MaxPool" ? "maxPool" : "averagePool";
  const given = zerosPut(node, inputs[0], builder);
  const rank = given.sizes.length - 1;
  const kernel = wholeAttributes(node, "kernel_shape") ?? [];
  if (kernel.length !== rank || kernel.some((size) => size < 1 || size > 65_536)) {
    refuse(node, `must have a kernel shape of ${rank} numbers`, kernel);
  }
  const strides = sizesAttribute(node, "strides", rank);
  const dilations = sizesAttribute(node, "dilations", rank);
  if (dilations.some((dilation) => dilation !== 1)) refuse(node, "must have dilations of 1", dilations);
  const windows = kernel.map((size, axis) => {
    return { size: given.sizes[axis + 1], kernel: size, stride: strides[axis], dilation: 1 };
  });
  const pads = lastWindowsFilled(node, windows, paddingOf(node, windows));
  const isPadded = pads.some(([begin, end]) => begin + end > 0);
  const input = isPadded ? padded(node, given, pads, builder) : given;
  const spec = { kind, kernel: pairOf(kernel, 1), stride: pairOf(strides, 1) } as const;
  return builder.add(node, spec, [input], { rank });
}

/** With ceil_mode, a last window that only begins within the image (or its padding before) is one, too. */
function lastWindowsFilled(node: Node, windows: readonly Window[], pads: Pads): Pads {
  if (wholeAttribute(node, "ceil_mode", 0) === 0) return pads;
  return windows.map(({ size, kernel, stride }, axis) => {
    const [begin, end] = pads[axis];
    const room = size + begin + end - kernel;
    const last = Math.ceil(room / stride) * stride;
    if (last === room || last >= size + begin) return [begin, end];
    if (node.op !== "MaxPool") {
      refuse(node, "must have windows that fit whole, or ceil_mode 0", `${kernel} by ${stride} over ${size}`);
    }
    return [begin, end + last - room];
  });
}

/** Zeros of a Pad before the pool are values like others. */
function zerosPut(node: Node, value: Value | undefined, builder: Builder): Signal {
  const { pending, ...signal } = anySignalOf(node, value);
  if (pending?.kind !== "padding") return builder.image(node, signalOf(node, value));
  const image = builder.image(node, { ...signal, sizes: pending.around });
  const pads = pending.begin.map((begin, axis) => [begin, pending.end[axis]] as const);
  return surrounded({ ...node, name: `${node.name}_zeros` }, image, pads, builder);
}

function padded(node: Node, image: Signal, pads: Pads, builder: Builder): Signal {
  if (node.op === "MaxPool" && !neverNegative(image.layer, builder)) {
    refuse(node, "must have no padding, or stand behind a relu", pads.flat(), "Put a relu before it.");
  }
  if (node.op === "AveragePool" && wholeAttribute(node, "count_include_pad", 0) === 0) {
    refuse(node, "must have no padding, or count it (count_include_pad 1)", pads.flat());
  }
  return surrounded(node, image, pads, builder);
}

/** Zeros around an image, by a convolution that copies every channel. */
function surrounded(node: Node, image: Signal, pads: Pads, builder: Builder): Signal {
  const [channels] = image.shape;
  const copies = {
    shape: [channels, 1, 1, 1],
    data: new Float32Array(channels).fill(1),
    dilations: [1, 1],
    pads,
  } as const;
  const { shape, data, padding } = evenKernel(node, copies, builder);
  const named = (role: string): Node => ({ ...node, name: `${node.name}_${role}` });
  const spec = {
    kind: "conv2d",
    channels,
    groups: channels,
    bias: false,
    kernel: [shape[2], shape[3]],
    stride: [1, 1],
    padding,
  } as const;
  const rank = image.sizes.length - 1;
  const zeros = builder.add(named("pad"), spec, [image], { tensors: { weight: tensor(shape, data) }, rank });
  builder.notes.add("padding of pools put around images by convolutions that copy every channel");
  // So that it can spike once it is converted.
  const isPositive = neverNegative(image.layer, builder);
  return isPositive ? builder.add(named("relu"), { kind: "relu" }, [zeros], { seen: zeros }) : zeros;
}

/** Whether a layer gives what relus give: behind one, or pools, joins and sums of such. */
export function neverNegative(id: string, builder: Builder): boolean {
  const open = [id];
  const seen = new Set(open);
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    if (next === inputId) return false;
    const layer = builder.layers.get(next);
    if (layer === undefined) return false;
    if (layer.kind === "relu") continue;
    const passes = ["averagePool", "maxPool", "flatten", "concat", "add"];
    if (!passes.includes(layer.kind)) return false;
    for (const { from } of layer.inputs) {
      if (!seen.has(from)) open.push(from);
      seen.add(from);
    }
  }
  return true;
}

/** GlobalAveragePool, GlobalMaxPool, and ReduceMean and ReduceMax over axes of an image. */
export function globalPool(node: Node, inputs: readonly (Value | undefined)[], builder: Builder): Signal {
  const signal = signalOf(node, inputs[0]);
  const rank = signal.sizes.length + 1;
  const kind = node.op.endsWith("MaxPool") || node.op.endsWith("Max") ? "maxPool" : "averagePool";
  const isReduction = node.op.startsWith("Reduce");
  const axes = isReduction ? reducedAxes(node, inputs, rank) : signal.sizes.slice(1).map((_, i) => i + 2);
  const isReduced = (_: number, axis: number): boolean => axes.includes(axis + 1);
  const keepsAxes = !isReduction || wholeAttribute(node, "keepdims", 1) !== 0;
  const kept = signal.sizes.map((size, axis) => (isReduced(size, axis) ? 1 : size));
  const sizes = keepsAxes ? kept : signal.sizes.filter((size, axis) => !isReduced(size, axis));
  const channels = channelOfEach(signal, kept);
  if (channels !== null) {
    // However the file sees the image: a whole channel is a whole channel.
    const kernel = [signal.shape[1], signal.shape[2]] as const;
    const pooled = builder.add(node, { kind, kernel, stride: kernel }, [signal]);
    const isInOrder = channels.every((channel, i) => channel === i);
    return { ...pooled, sizes, order: isInOrder ? null : channels };
  }
  const image = builder.image(node, signal);
  if (axes.length === 0 || axes.some((axis) => axis < 2)) {
    refuse(node, "must go over axes of the image behind its channels", axes);
  }
  const kernel = [2, 3].map((axis) => (axes.includes(axis) ? image.shape[axis - 1] : 1));
  const stride = pairOf(kernel, 1);
  return { ...builder.add(node, { kind, kernel: stride, stride }, [image]), sizes };
}

function reducedAxes(node: Node, inputs: readonly (Value | undefined)[], rank: number): readonly number[] {
  const [, given] = inputs;
  const axes = axesOf(node, given === undefined ? undefined : constantOf(node, given, "list of axes"));
  const every = Array.from({ length: rank }, (_, axis) => axis);
  return axes === undefined ? every : axes.map((axis) => axisFrom(node, axis, rank));
}

/**
 * Our channel of every group of values that a reduction takes together, or null where groups are not channels.
 *
 * @param kept - sizes as the file sees them, 1 along the reduced axes
 */
function channelOfEach({ shape, sizes, order }: Signal, kept: Shape): Int32Array | null {
  if (shape.length !== 3 || sizeOf(kept) !== shape[0]) return null;
  const plane = shape[1] * shape[2];
  const channels = new Int32Array(shape[0]).fill(-1);
  const [strides, own] = [stridesOf(sizes), stridesOf(kept)];
  for (let i = 0; i < sizeOf(sizes); i++) {
    let group = 0;
    for (let axis = 0; axis < sizes.length; axis++) {
      if (kept[axis] > 1) group += (Math.floor(i / strides[axis]) % sizes[axis]) * own[axis];
    }
    const channel = Math.floor((order?.[i] ?? i) / plane);
    if (channels[group] >= 0 && channels[group] !== channel) return null;
    channels[group] = channel;
  }
  return channels;
}

/** Zeros around an image, kept for the convolution that follows; or channels of zeros. */
export function pad(node: Node, inputs: readonly (Value | undefined)[], builder: Builder): Signal {
  const signal = signalOf(node, inputs[0]);
  const mode = textAttribute(node, "mode", "constant");
  if (mode !== "constant") refuse(node, "must pad with a constant", mode);
  const constantAt = (index: number): ArrayLike<number> | undefined => {
    const value = inputs[index];
    if (value === undefined) return undefined;
    return "constant" in value
      ? value.constant.data
      : refuse(node, "must have constant pads", "computed ones");
  };
  const fill = constantAt(2)?.[0] ?? node.attributes.get("value")?.f ?? 0;
  if (fill !== 0) refuse(node, "must pad with 0", fill);
  const rank = signal.sizes.length + 1;
  const given = Array.from(constantAt(1) ?? wholeAttributes(node, "pads") ?? []);
  const axes = constantAt(3);
  const along = axes === undefined ? undefined : Array.from(axes, (axis) => axisFrom(node, axis, rank));
  const count = along?.length ?? rank;
  if (given.length !== 2 * count || !given.every((size) => Number.isSafeInteger(size) && size <= 65_536)) {
    refuse(node, `must have ${2 * count} pads of at most 65536`, given.slice(0, 16));
  }
  const onAxis = (axis: number, side: 0 | 1): number => {
    const at = along === undefined ? axis : along.indexOf(axis);
    return at < 0 ? 0 : given[at + side * count];
  };
  const all = Array.from({ length: rank }, (_, axis) => [onAxis(axis, 0), onAxis(axis, 1)] as const);
  if (all.every(([begin, end]) => begin === 0 && end === 0)) return signal;
  const [batch, channels, ...image] = all;
  if (all.every(([begin, end], axis) => axis === 1 || (begin === 0 && end === 0))) {
    return padChannels(node, signal, channels, builder);
  }
  const isAround = [batch, channels].every(([begin, end]) => begin === 0 && end === 0);
  if (!isAround || given.some((size) => size < 0)) {
    refuse(node, "must put zeros around an image, channels first", given);
  }
  return {
    ...builder.image(node, signal),
    sizes: signal.sizes.map((size, axis) => size + all[axis + 1][0] + all[axis + 1][1]),
    pending: {
      kind: "padding",
      begin: image.map(([begin]) => begin),
      end: image.map(([, end]) => end),
      around: signal.sizes,
    },
  };
}
