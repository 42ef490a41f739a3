// Conv, Gemm and MatMul as convolution and dense layers. Scales of Gemm and layouts of its input go into the
// weights, in float64 and rounded once.

import type { LayerSpec } from "../../model/build.ts";
import { sizeOf } from "../../model/shapes.ts";
import { realAttribute, refuse, textAttribute, wholeAttribute, wholeAttributes } from "./onnx-attributes.ts";
import {
  anySignalOf,
  type Builder,
  constantOf,
  type Signal,
  signalOf,
  tensor,
  type Value,
} from "./onnx-builder.ts";
import type { Constant } from "./onnx-constant.ts";
import type { Node } from "./onnx-graph.ts";

/** Along one axis of an image. */
interface Window {
  readonly size: number;
  readonly kernel: number;
  readonly stride: number;
  readonly dilation: number;
}

/** Zeros at the begin and end of every axis: given, or as much as auto_pad says. */
export function paddingOf(
  node: Node,
  windows: readonly Window[],
): readonly (readonly [begin: number, end: number])[] {
  const rank = windows.length;
  const auto = textAttribute(node, "auto_pad", "NOTSET");
  if (auto === "VALID") return windows.map(() => [0, 0]);
  if (auto === "SAME_UPPER" || auto === "SAME_LOWER") {
    return windows.map(({ size, kernel, stride, dilation }) => {
      const reach = (Math.ceil(size / stride) - 1) * stride + (kernel - 1) * dilation + 1;
      const total = Math.max(0, reach - size);
      const less = Math.floor(total / 2);
      return auto === "SAME_UPPER" ? [less, total - less] : [total - less, less];
    });
  }
  if (auto !== "NOTSET") refuse(node, "must have a known auto_pad", auto);
  const pads = wholeAttributes(node, "pads") ?? new Array<number>(2 * rank).fill(0);
  if (pads.length !== 2 * rank || pads.some((pad) => pad < 0 || pad > 65_536)) {
    refuse(node, `must have ${2 * rank} pads from 0 to 65536`, pads);
  }
  return windows.map((_, axis) => [pads[axis], pads[axis + rank]]);
}

/** One positive number for each of `rank` axes; 1 where the file has none. */
export function sizesAttribute(node: Node, name: string, rank: number): readonly number[] {
  const sizes = wholeAttributes(node, name) ?? new Array<number>(rank).fill(1);
  if (sizes.length !== rank || sizes.some((size) => size < 1 || size > 65_536)) {
    refuse(node, `must have ${rank} ${name} from 1 to 65536`, sizes);
  }
  return sizes;
}

export function conv(node: Node, inputs: readonly (Value | undefined)[], builder: Builder): Signal {
  const given = anySignalOf(node, inputs[0]);
  if (given.pending?.kind === "codes") signalOf(node, inputs[0]);
  const weight = constantOf(node, inputs[1], "weight");
  const rank = weight.shape.length - 2;
  if (rank !== 1 && rank !== 2) refuse(node, "must have a weight of 3 or 4 axes", weight.shape);
  if (given.sizes.length !== rank + 1) {
    refuse(node, `must take an input of ${rank + 1} axes besides the batch`, given.sizes);
  }
  const padding = given.pending?.kind === "padding" ? given.pending : null;
  const { pending: _, ...plain } = given;
  const image = builder.exact(node, padding === null ? given : { ...plain, sizes: plain.shape });
  const [channels, perGroup, ...kernel] = weight.shape;
  if (sizeOf(weight.shape) === 0) refuse(node, "must have a weight", weight.shape);
  const kernelShape = wholeAttributes(node, "kernel_shape") ?? kernel;
  if (String(kernelShape) !== String(kernel))
    refuse(node, `must have the kernel shape of its weight, [${kernel}]`, kernelShape);
  const strides = sizesAttribute(node, "strides", rank);
  const dilations = sizesAttribute(node, "dilations", rank);
  const groups = wholeAttribute(node, "group", 1);
  if (!(groups >= 1 && perGroup * groups === image.shape[0])) {
    refuse(
      node,
      `must have ${image.shape[0]} input channels in all groups`,
      `${groups} groups of ${perGroup}`,
    );
  }
  const own = paddingOf(
    node,
    kernel.map((size, axis) => {
      return { size: given.sizes[axis + 1], kernel: size, stride: strides[axis], dilation: dilations[axis] };
    }),
  );
  const pads = own.map(
    ([begin, end], axis) => [begin + (padding?.begin[axis] ?? 0), end + (padding?.end[axis] ?? 0)] as const,
  );
  const even = evenly(node, { shape: weight.shape, data: weight.data, dilations, pads }, builder);
  const bias = inputs[2] === undefined ? null : constantOf(node, inputs[2], "bias");
  if (bias !== null && bias.data.length !== channels) {
    refuse(node, `must have a bias of ${channels}`, bias.shape);
  }
  const shared = { channels, groups, bias: bias !== null };
  const k = even.shape.slice(2);
  const spec: LayerSpec =
    rank === 1
      ? {
          kind: "conv1d",
          ...shared,
          kernel: k[0],
          stride: strides[0],
          padding: even.padding[0],
          dilation: even.dilations[0],
        }
      : {
          kind: "conv2d",
          ...shared,
          kernel: [k[0], k[1]],
          stride: [strides[0], strides[1]],
          padding: [even.padding[0], even.padding[1]],
          ...(even.dilations.some((dilation) => dilation > 1) && {
            dilation: [even.dilations[0], even.dilations[1]] as const,
          }),
        };
  const tensors = {
    weight: tensor(even.shape, even.data),
    ...(bias !== null && { bias: tensor([channels], bias.data) }),
  };
  return builder.add(node, spec, [image], { tensors });
}

export interface Kernel {
  readonly shape: readonly number[];
  readonly data: ArrayLike<number>;
  readonly dilations: readonly number[];
}

/**
 * A kernel with as much padding on both sides. Where there is more on one, taps of 0 are added on the other:
 * output o = Σ w[i] x[o s + i − begin] stays what it is.
 */
export function evenly(
  node: Node,
  { shape, data, dilations, pads }: Kernel & { readonly pads: readonly (readonly [number, number])[] },
  builder: Builder,
): Kernel & { readonly padding: readonly number[] } {
  const padding = pads.map(([begin, end]) => Math.max(begin, end));
  if (pads.every(([begin, end]) => begin === end)) return { shape, data, dilations, padding };
  const axes = pads.map(([begin, end], axis) => {
    const extra = Math.abs(end - begin);
    const [size, dilation] = [shape[axis + 2], dilations[axis]];
    // Taps at the old distance where the zeros fit in whole; else the gaps become taps, too.
    const spread = extra % dilation === 0 ? 1 : dilation;
    const taps = (size - 1) * spread + 1 + (extra * spread) / dilation;
    const first = end > begin ? (extra * spread) / dilation : 0;
    return { size, spread, taps, first, dilation: dilation / spread };
  });
  const [outer, perGroup] = shape;
  const grown = [outer, perGroup, ...axes.map(({ taps }) => taps)];
  if (sizeOf(grown) > 2 ** 26)
    refuse(node, "must have padding that a kernel can take in", `kernel [${grown}]`);
  const wide = new Float64Array(sizeOf(grown));
  const [rows, columns] = axes.length === 2 ? axes : [axes[0], { size: 1, spread: 1, taps: 1, first: 0 }];
  for (let plane = 0; plane < outer * perGroup; plane++) {
    for (let i = 0; i < rows.size; i++) {
      for (let j = 0; j < columns.size; j++) {
        const [row, column] = [rows.first + i * rows.spread, columns.first + j * columns.spread];
        wide[(plane * rows.taps + row) * columns.taps + column] =
          data[(plane * rows.size + i) * columns.size + j];
      }
    }
  }
  builder.notes.add("kernels of convolutions with more padding on one side widened by taps of 0");
  return { shape: grown, data: wide, dilations: axes.map(({ dilation }) => dilation), padding };
}

export function gemm(node: Node, inputs: readonly (Value | undefined)[], builder: Builder): Signal {
  if (wholeAttribute(node, "transA", 0) !== 0) refuse(node, "must not transpose its input", "transA 1");
  const weight = constantOf(node, inputs[1], "weight");
  const [alpha, beta] = [realAttribute(node, "alpha", 1), realAttribute(node, "beta", 1)];
  const isTransposed = wholeAttribute(node, "transB", 0) !== 0;
  const bias = inputs[2] === undefined ? null : constantOf(node, inputs[2], "bias");
  return dense(node, signalOf(node, inputs[0]), { weight, isTransposed, alpha, bias, beta }, builder);
}

export function matMul(node: Node, inputs: readonly (Value | undefined)[], builder: Builder): Signal {
  const weight = constantOf(node, inputs[1], "right-hand side");
  const input = signalOf(node, inputs[0]);
  return dense(node, input, { weight, isTransposed: false, alpha: 1, bias: null, beta: 1 }, builder);
}

interface Product {
  /** [inputs, units], or [units, inputs] where transposed. */
  readonly weight: Constant;
  readonly isTransposed: boolean;
  readonly alpha: number;
  readonly bias: Constant | null;
  readonly beta: number;
}

function dense(node: Node, input: Signal, product: Product, builder: Builder): Signal {
  const { weight, isTransposed, alpha, bias, beta } = product;
  if (weight.shape.length !== 2) refuse(node, "must have a weight of 2 axes", weight.shape);
  if (input.sizes.length !== 1) {
    refuse(node, "must take vectors", input.sizes, "Flatten the image before it.");
  }
  const [fanIn, units] = isTransposed ? [weight.shape[1], weight.shape[0]] : weight.shape;
  if (input.sizes[0] !== fanIn || fanIn === 0 || units === 0) {
    refuse(node, `must take vectors of ${fanIn}`, input.sizes);
  }
  if (bias !== null && bias.data.length !== 1 && bias.shape.at(-1) !== bias.data.length) {
    refuse(node, "must have one bias for every unit", bias.shape);
  }
  if (bias !== null && bias.data.length !== 1 && bias.data.length !== units) {
    refuse(node, `must have 1 or ${units} biases`, bias.shape);
  }
  const vector = builder.flattened(node, input);
  const data = new Float32Array(weight.data.length);
  for (let unit = 0; unit < units; unit++) {
    for (let i = 0; i < fanIn; i++) {
      const value = weight.data[isTransposed ? unit * fanIn + i : i * units + unit];
      data[unit * fanIn + (vector.order?.[i] ?? i)] = alpha * value;
    }
  }
  const biasOf = (unit: number): number => beta * (bias?.data[bias.data.length === 1 ? 0 : unit] ?? 0);
  const tensors = {
    weight: { shape: [units, fanIn], data },
    ...(bias !== null && {
      bias: tensor(
        [units],
        Array.from({ length: units }, (_, unit) => biasOf(unit)),
      ),
    }),
  };
  return builder.add(node, { kind: "dense", units, bias: bias !== null }, [vector], { tensors });
}
