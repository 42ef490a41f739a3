// Slice, of constants and of images. Every so many rows and columns of an image, and zero channels around it, are
// what shortcuts of residual networks without weights are made of: together they are one 1 × 1 convolution of
// weights 0 and 1.

import type { Shape } from "../../model/network.ts";
import { axisFrom, refuse, wholeAttributes } from "./onnx-attributes.ts";
import { type Builder, constantOf, type Signal, signalOf, tensor, type Value } from "./onnx-builder.ts";
import type { Node } from "./onnx-graph.ts";

/** Along one axis: `count` elements from `start` on, `step` apart. */
export interface Range {
  readonly start: number;
  readonly step: number;
  readonly count: number;
}

/** The ranges a Slice takes of every axis. Attributes before opset 10, inputs from then on. */
export function rangesOf(
  node: Node,
  sizes: Shape,
  lists: readonly (ArrayLike<number> | undefined)[],
): readonly Range[] {
  const named = (name: string, at: number): readonly number[] | undefined => {
    const list = lists[at] ?? wholeAttributes(node, name);
    if (list !== undefined && list.length > 8) refuse(node, `must have at most 8 ${name}`, list.length);
    return list === undefined ? undefined : Array.from(list);
  };
  const starts = named("starts", 0) ?? [];
  const ends = named("ends", 1) ?? [];
  const axes = named("axes", 2) ?? starts.map((_, axis) => axis);
  const steps = named("steps", 3) ?? starts.map(() => 1);
  if ([ends, axes, steps].some(({ length }) => length !== starts.length) || steps.includes(0)) {
    refuse(node, `must have ${starts.length} ends, axes and steps other than 0`, [ends.length, axes, steps]);
  }
  const ranges = sizes.map((size): Range => ({ start: 0, step: 1, count: size }));
  axes.forEach((given, i) => {
    const axis = axisFrom(node, given, sizes.length);
    const [size, step] = [sizes[axis], steps[i]];
    const [lowest, highest] = step > 0 ? [0, size] : [-1, size - 1];
    const within = (index: number): number =>
      Math.min(highest, Math.max(lowest, index < 0 ? index + size : index));
    const [start, end] = [within(starts[i]), within(ends[i])];
    ranges[axis] = { start, step, count: Math.max(0, Math.ceil((end - start) / step)) };
  });
  return ranges;
}

/** Every so many rows and columns of an image, from the first on. */
export function sliceImage(node: Node, inputs: readonly (Value | undefined)[], builder: Builder): Signal {
  const image = builder.image(node, signalOf(node, inputs[0]));
  const lists = inputs
    .slice(1)
    .map((value) => (value === undefined ? undefined : constantOf(node, value, "range").data));
  const sizes = [builder.batch, ...image.sizes];
  const ranges = rangesOf(node, sizes, lists);
  const isSampled = ranges.every(
    ({ start, step, count }, axis) =>
      start === 0 && count === Math.ceil(sizes[axis] / step) && (axis > 1 || step === 1),
  );
  if (!isSampled) refuse(node, "must take every so many rows and columns of an image", ranges);
  const strides = [ranges[2].step, ranges[3]?.step ?? 1] as const;
  if (strides.every((stride) => stride === 1)) return image;
  return copyChannels(node, image, { strides, before: 0, behind: 0 }, builder);
}

/** Channels of zeros before and behind those of an image. */
export function padChannels(
  node: Node,
  signal: Signal,
  [before, behind]: readonly [before: number, behind: number],
  builder: Builder,
): Signal {
  const image = builder.image(node, signal);
  if (before < 0 || behind < 0) refuse(node, "must not cut channels off", [before, behind]);
  return copyChannels(node, image, { strides: [1, 1], before, behind }, builder);
}

/** A copy of a copy is made from what the first was made from. */
function copyChannels(
  node: Node,
  image: Signal,
  copy: { readonly strides: readonly [number, number]; readonly before: number; readonly behind: number },
  builder: Builder,
): Signal {
  const first = builder.copies.get(image.layer);
  const source = first?.source ?? image;
  const strides = [0, 1].map((axis) => copy.strides[axis] * (first?.strides[axis] ?? 1));
  const before = copy.before + (first?.before ?? 0);
  const behind = copy.behind + (first?.behind ?? 0);
  const [inner] = source.shape;
  const channels = before + inner + behind;
  if (channels * inner > 2 ** 24) refuse(node, "must copy fewer channels", [inner, channels]);
  const data = new Float32Array(channels * inner);
  for (let channel = 0; channel < inner; channel++) data[(before + channel) * inner + channel] = 1;
  const stride = [strides[0], strides[1]] as const;
  const made = builder.add(
    node,
    { kind: "conv2d", channels, kernel: [1, 1], stride, padding: [0, 0], groups: 1, bias: false },
    [source],
    { tensors: { weight: tensor([channels, inner, 1, 1], data) }, rank: image.sizes.length - 1 },
  );
  builder.copies.set(made.layer, { source, strides: stride, before, behind });
  builder.notes.add(
    "rows, columns and channels of shortcuts copied by 1 × 1 convolutions of weights 0 and 1",
  );
  return made;
}
