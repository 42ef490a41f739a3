// Shape inference: the shape of every layer's output, from the input shape down.

import { InvalidValueError } from "../base/errors.ts";
import type { Conv2dLayer, Layer, Network, PoolLayer, Shape } from "./network.ts";

/** The id that stands for the network's input. */
export const inputId = "input";

/**
 * Infer the shape of every layer's output (no batch axis). Also checks the graph: unique ids,
 * known inputs, an order in which delay-0 inputs come first, arities, sizes.
 *
 * @returns shapes by layer id, and the input's under `"input"`
 * @throws {InvalidValueError} naming the layer that cannot be
 */
export function inferShapes(network: Network): ReadonlyMap<string, Shape> {
  requireSizes("network.inputShape", network.inputShape);
  if (network.inputShape.length !== 1 && network.inputShape.length !== 3) {
    throw new InvalidValueError(
      "network.inputShape",
      "must be [features] or [channels, height, width]",
      network.inputShape,
    );
  }
  const shapes = new Map<string, Shape>([[inputId, network.inputShape]]);
  const ids = new Set(network.layers.map((layer) => layer.id));
  for (const layer of network.layers) {
    const where = `layer ${JSON.stringify(layer.id)}`;
    if (!/^[A-Za-z][A-Za-z0-9_-]*$/.test(layer.id) || layer.id === inputId) {
      throw new InvalidValueError(where, "must have a plain id other than input", layer.id);
    }
    if (shapes.has(layer.id)) throw new InvalidValueError(where, "must have an id of its own", layer.id);
    shapes.set(layer.id, outputShape(layer, inputShapesOf(layer, shapes, ids, where), where));
  }
  if (!shapes.has(network.output) || network.output === inputId) {
    throw new InvalidValueError("network.output", "must be the id of a layer", network.output);
  }
  return shapes;
}

/** Number of values in a shape. */
export function sizeOf(shape: Shape): number {
  return shape.reduce((product, size) => product * size, 1);
}

/** A shape as [channels, height, width]; vectors become [features, 1, 1]. */
export function asImageShape(shape: Shape): readonly [channels: number, height: number, width: number] {
  return [shape[0], shape[1] ?? 1, shape[2] ?? 1];
}

function inputShapesOf(
  layer: Layer,
  known: ReadonlyMap<string, Shape>,
  ids: ReadonlySet<string>,
  where: string,
): readonly Shape[] {
  const joins = layer.kind === "add" || layer.kind === "concat";
  if (joins ? layer.inputs.length < 2 : layer.inputs.length !== 1) {
    throw new InvalidValueError(
      where,
      joins ? "must have at least 2 inputs" : "must have 1 input",
      layer.inputs.length,
    );
  }
  return layer.inputs.map(({ from, delay }) => {
    if (!Number.isInteger(delay) || delay < 0) {
      throw new InvalidValueError(
        `${where} input ${JSON.stringify(from)}`,
        "must have a delay of 0 or more steps",
        delay,
      );
    }
    const shape = known.get(from);
    if (shape !== undefined) return shape;
    if (!ids.has(from)) throw new InvalidValueError(where, "must take its input from a layer or input", from);
    throw new InvalidValueError(
      where,
      "must come after the layers it takes its input from",
      from,
      "Order the layers so; a cycle needs a delay of 1 or more, and cycles cannot be run yet.",
    );
  });
}

function outputShape(layer: Layer, inputs: readonly Shape[], where: string): Shape {
  const [input] = inputs;
  switch (layer.kind) {
    case "dense":
      requireSizes(`${where} units`, [layer.units]);
      if (input.length !== 1) {
        throw new InvalidValueError(
          where,
          "must have a vector as input",
          input,
          "Put a flatten layer before it.",
        );
      }
      return [layer.units];
    case "conv2d":
      return conv2dShape(layer, input, where);
    case "averagePool":
    case "maxPool":
      return poolShape(layer, input, where);
    case "flatten":
      return [sizeOf(input)];
    case "batchNorm":
    case "relu":
    case "neuron":
      return input;
    case "add":
      for (const other of inputs) {
        if (String(other) !== String(input)) {
          throw new InvalidValueError(where, `must add inputs of one shape ([${input}])`, other);
        }
      }
      return input;
    case "concat":
      for (const other of inputs) {
        if (String(other.slice(1)) !== String(input.slice(1))) {
          throw new InvalidValueError(
            where,
            `must join inputs alike but for the first axis ([${input}])`,
            other,
          );
        }
      }
      return [inputs.reduce((sum, shape) => sum + shape[0], 0), ...input.slice(1)];
    default:
      throw new InvalidValueError(where, "must be of a known kind", (layer satisfies never as Layer).kind);
  }
}

function conv2dShape(layer: Conv2dLayer, input: Shape, where: string): Shape {
  requireImage(input, where);
  requireSizes(`${where} channels`, [layer.channels]);
  requireSizes(`${where} kernel`, layer.kernel);
  requireSizes(`${where} stride`, layer.stride);
  requireSizes(`${where} groups`, [layer.groups]);
  if (layer.padding.some((p) => !Number.isInteger(p) || p < 0)) {
    throw new InvalidValueError(`${where} padding`, "must be 0 or more", layer.padding);
  }
  if (input[0] % layer.groups !== 0 || layer.channels % layer.groups !== 0) {
    throw new InvalidValueError(
      `${where} groups`,
      `must divide ${input[0]} input and ${layer.channels} output channels`,
      layer.groups,
    );
  }
  return [
    layer.channels,
    windows(input[1] + 2 * layer.padding[0], layer.kernel[0], layer.stride[0], where),
    windows(input[2] + 2 * layer.padding[1], layer.kernel[1], layer.stride[1], where),
  ];
}

function poolShape(layer: PoolLayer, input: Shape, where: string): Shape {
  requireImage(input, where);
  requireSizes(`${where} kernel`, layer.kernel);
  requireSizes(`${where} stride`, layer.stride);
  return [
    input[0],
    windows(input[1], layer.kernel[0], layer.stride[0], where),
    windows(input[2], layer.kernel[1], layer.stride[1], where),
  ];
}

function windows(length: number, kernel: number, stride: number, where: string): number {
  if (kernel > length) throw new InvalidValueError(where, `must have a kernel of at most ${length}`, kernel);
  return Math.floor((length - kernel) / stride) + 1;
}

function requireImage(input: Shape, where: string): void {
  if (input.length !== 3)
    throw new InvalidValueError(where, "must have [channels, height, width] as input", input);
}

function requireSizes(where: string, sizes: readonly number[]): void {
  if (sizes.length === 0 || sizes.some((size) => !Number.isInteger(size) || size < 1)) {
    throw new InvalidValueError(where, "must be whole numbers of at least 1", sizes);
  }
}
