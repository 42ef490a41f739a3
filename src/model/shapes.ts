// Shape inference: the shape of every layer's output, from the input shape down.

import { InvalidValueError } from "../base/errors.ts";
import { dynamicsOf } from "../neuron/dynamics.ts";
import { lowered } from "./linear-layer.ts";
import type { Connection, Conv2dLayer, Layer, Network, PoolLayer, Shape } from "./network.ts";

/** The id that stands for the network's input. */
export const inputId = "input";

/**
 * Infer the shape of every layer's output (no batch axis). Also checks the graph: unique ids,
 * known inputs, an order in which delay-0 inputs come first, arities, sizes, neuron forms.
 *
 * @returns shapes by layer id, and the input's under `"input"`
 * @throws {InvalidValueError} naming the layer that cannot be
 */
export function inferShapes(network: Network): ReadonlyMap<string, Shape> {
  checkGraph(network);
  const shapes = new Map<string, Shape>([[inputId, network.inputShape]]);
  // Delayed inputs may come from later layers: go on until nothing new is known.
  for (let before = 0; before < shapes.size; ) {
    before = shapes.size;
    for (const layer of network.layers) {
      if (shapes.has(layer.id)) continue;
      const shape = outputShape(layer, shapes);
      if (shape !== undefined) shapes.set(layer.id, shape);
    }
  }
  for (const layer of network.layers) {
    const shape = outputShape(layer, shapes);
    if (shape === undefined) {
      throw new InvalidValueError(
        whereOf(layer),
        "must have a shape that follows from the input's",
        "a loop of layers that only depend on each other",
      );
    }
  }
  // In the order of the layers, whatever order they became known in.
  return new Map([inputId, ...network.layers.map(({ id }) => id)].map((id) => [id, shapes.get(id) ?? []]));
}

/** Number of values in a shape. */
export function sizeOf(shape: Shape): number {
  return shape.reduce((product, size) => product * size, 1);
}

/** A shape as [channels, height, width]; vectors become [features, 1, 1], signals [channels, length, 1]. */
export function asImageShape(shape: Shape): readonly [channels: number, height: number, width: number] {
  return [shape[0], shape[1] ?? 1, shape[2] ?? 1];
}

function whereOf({ id }: Layer): string {
  return `layer ${JSON.stringify(id)}`;
}

function checkGraph({ inputShape, layers, output }: Network): void {
  requireSizes("network.inputShape", inputShape);
  if (inputShape.length > 3) {
    throw new InvalidValueError(
      "network.inputShape",
      "must be [features], [channels, length] or [channels, height, width]",
      inputShape,
    );
  }
  const ids = new Set(layers.map(({ id }) => id));
  const known = new Set([inputId]);
  for (const layer of layers) {
    const where = whereOf(layer);
    if (!/^[A-Za-z][A-Za-z0-9_-]*$/.test(layer.id) || layer.id === inputId) {
      throw new InvalidValueError(where, "must have a plain id other than input", layer.id);
    }
    if (known.has(layer.id)) throw new InvalidValueError(where, "must have an id of its own", layer.id);
    const joins = layer.kind === "add" || layer.kind === "concat";
    if (joins ? layer.inputs.length < 2 : layer.inputs.length !== 1) {
      throw new InvalidValueError(
        where,
        joins ? "must have at least 2 inputs" : "must have 1 input",
        layer.inputs.length,
      );
    }
    for (const connection of layer.inputs) checkConnection(connection, known, ids, where);
    known.add(layer.id);
  }
  if (!ids.has(output)) throw new InvalidValueError("network.output", "must be the id of a layer", output);
}

function checkConnection(
  { from, delay }: Connection,
  known: ReadonlySet<string>,
  ids: ReadonlySet<string>,
  where: string,
): void {
  if (!Number.isInteger(delay) || delay < 0) {
    throw new InvalidValueError(
      `${where} input ${JSON.stringify(from)}`,
      "must have a delay of 0 or more steps",
      delay,
    );
  }
  if (!known.has(from) && !ids.has(from)) {
    throw new InvalidValueError(where, "must take its input from a layer or input", from);
  }
  if (known.has(from) || delay > 0) return;
  throw new InvalidValueError(
    where,
    "must come after the layers it takes its input from",
    from,
    "Order the layers so, or give the connection a delay of 1 or more.",
  );
}

/** Undefined while too little is known. */
function outputShape(layer: Layer, shapes: ReadonlyMap<string, Shape>): Shape | undefined {
  const where = whereOf(layer);
  const inputs = layer.inputs.map(({ from }) => shapes.get(from)).filter((shape) => shape !== undefined);
  const [input] = inputs;
  if (layer.kind === "dense") requireSizes(`${where} units`, [layer.units]);
  if (input === undefined) return layer.kind === "dense" ? [layer.units] : undefined;
  switch (layer.kind) {
    case "dense":
      if (input.length !== 1) {
        throw new InvalidValueError(
          where,
          "must have a vector as input",
          input,
          "Put a flatten layer before it.",
        );
      }
      return [layer.units];
    case "conv1d":
      if (input.length !== 2) {
        throw new InvalidValueError(where, "must have [channels, length] as input", input);
      }
      return conv2dShape(lowered(layer) as Conv2dLayer, [...input, 1], where).slice(0, 2);
    case "conv2d":
      requireImage(input, where);
      return conv2dShape(layer, input, where);
    case "averagePool":
    case "sumPool":
    case "maxPool":
      return poolShape(layer, input, where);
    case "flatten":
      return [sizeOf(input)];
    case "neuron":
      dynamicsOf(layer, where);
      return input;
    case "batchNorm":
    case "relu":
      return input;
    case "add":
      for (const other of inputs) {
        if (String(other) !== String(input)) {
          throw new InvalidValueError(where, `must add inputs of one shape ([${input}])`, other);
        }
      }
      return input;
    case "concat":
      if (inputs.length < layer.inputs.length) return undefined;
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
  const { kernel, stride, padding, dilation = [1, 1] } = layer;
  requireSizes(`${where} channels`, [layer.channels]);
  requireSizes(`${where} kernel`, kernel);
  requireSizes(`${where} stride`, stride);
  requireSizes(`${where} dilation`, dilation);
  requireSizes(`${where} groups`, [layer.groups]);
  if (padding.some((p) => !Number.isInteger(p) || p < 0)) {
    throw new InvalidValueError(`${where} padding`, "must be 0 or more", padding);
  }
  if (input[0] % layer.groups !== 0 || layer.channels % layer.groups !== 0) {
    throw new InvalidValueError(
      `${where} groups`,
      `must divide ${input[0]} input and ${layer.channels} output channels`,
      layer.groups,
    );
  }
  const along = (axis: 0 | 1): number =>
    windows(
      input[axis + 1] + 2 * padding[axis],
      (kernel[axis] - 1) * dilation[axis] + 1,
      stride[axis],
      where,
    );
  return [layer.channels, along(0), along(1)];
}

function poolShape(layer: PoolLayer, input: Shape, where: string): Shape {
  if (input.length === 1) requireImage(input, where);
  requireSizes(`${where} kernel`, layer.kernel);
  requireSizes(`${where} stride`, layer.stride);
  const [channels, height, width] = asImageShape(input);
  const shape = [
    channels,
    windows(height, layer.kernel[0], layer.stride[0], where),
    windows(width, layer.kernel[1], layer.stride[1], where),
  ];
  return shape.slice(0, input.length);
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
