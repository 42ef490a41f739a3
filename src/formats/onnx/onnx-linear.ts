// Conv, Gemm and MatMul as convolution and dense layers. Scales of Gemm and layouts of its input go into the
// weights, in float64 and rounded once.

import type { LayerSpec } from "../../model/build.ts";
import { sizeOf } from "../../model/shapes.ts";
import { realAttribute, refuse, wholeAttribute, wholeAttributes } from "./onnx-attributes.ts";
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
import { evenKernel, paddingOf, pairOf, sizesAttribute } from "./onnx-windows.ts";

export function conv(node: Node, inputs: readonly (Value | undefined)[], builder: Builder): Signal {
  const given = anySignalOf(node, inputs[0]);
  const { pending, ...plain } = given;
  const padding = pending?.kind === "padding" ? pending : null;
  const image = builder.image(
    node,
    padding === null ? signalOf(node, inputs[0]) : { ...plain, sizes: padding.around },
  );
  const weight = constantOf(node, inputs[1], "weight");
  const rank = given.sizes.length - 1;
  const [channels, perGroup, ...kernel] = weight.shape;
  if (weight.shape.length !== rank + 2 || sizeOf(weight.shape) === 0) {
    refuse(node, `must have a weight of ${rank + 2} axes`, weight.shape);
  }
  const kernelShape = wholeAttributes(node, "kernel_shape") ?? kernel;
  if (String(kernelShape) !== String(kernel)) {
    refuse(node, `must have the kernel shape of its weight, [${kernel}]`, kernelShape);
  }
  const strides = sizesAttribute(node, "strides", rank);
  const dilations = sizesAttribute(node, "dilations", rank);
  const groups = wholeAttribute(node, "group", 1);
  if (!(groups >= 1 && perGroup * groups === image.shape[0])) {
    const rule = `must have ${image.shape[0]} input channels in all groups`;
    refuse(node, rule, `${groups} groups of ${perGroup}`);
  }
  const windows = kernel.map((size, axis) => {
    return { size: given.sizes[axis + 1], kernel: size, stride: strides[axis], dilation: dilations[axis] };
  });
  const pads = paddingOf(node, windows).map(
    ([begin, end], axis) => [begin + (padding?.begin[axis] ?? 0), end + (padding?.end[axis] ?? 0)] as const,
  );
  const shape = [channels, perGroup, ...pairOf(kernel, 1)] as const;
  const even = evenKernel(node, { shape, data: weight.data, dilations: pairOf(dilations, 1), pads }, builder);
  const bias = inputs[2] === undefined ? null : constantOf(node, inputs[2], "bias");
  if (bias !== null && bias.data.length !== channels) {
    refuse(node, `must have a bias of ${channels}`, bias.shape);
  }
  const spec: LayerSpec = {
    kind: "conv2d",
    channels,
    groups,
    bias: bias !== null,
    kernel: [even.shape[2], even.shape[3]],
    stride: pairOf(strides, 1),
    padding: even.padding,
  };
  const tensors = {
    weight: tensor(even.shape, even.data),
    ...(bias !== null && { bias: tensor([channels], bias.data) }),
  };
  return builder.add(node, spec, [image], { tensors, rank });
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
  const before = input.sizes.slice(0, -1);
  // One row is a vector.
  const isRow = before.length > 0 && before.every((size) => size === 1);
  const vector = isRow ? { ...input, sizes: input.sizes.slice(-1) } : input;
  const product = dense(
    node,
    vector,
    { weight, isTransposed: false, alpha: 1, bias: null, beta: 1 },
    builder,
  );
  return isRow ? { ...product, sizes: [...before, ...product.sizes] } : product;
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
