// The input of an ONNX graph: its batch, its sizes, and what fills the sizes the file leaves open.

import { FormatError, InvalidValueError } from "../../base/errors.ts";
import type { Shape } from "../../model/network.ts";
import { sizeOf } from "../../model/shapes.ts";
import { elementCount, elementTypeOf } from "./onnx-constant.ts";
import { short } from "./onnx-graph.ts";
import type { OnnxValue } from "./onnx-schema.ts";

export interface GraphInput {
  readonly batch: number;
  /** As the file has them, without the batch. */
  readonly sizes: Shape;
  /** As the network shall have them. */
  readonly shape: Shape;
}

/** Values an input may have. */
const mostValues = 2 ** 24;

/** @throws {InvalidValueError} for inputs that are no vectors, signals or images of numbers, or of open size */
export function graphInput(value: OnnxValue, given: Shape | undefined, where: string): GraphInput {
  const name = `${where}: input ${JSON.stringify(short(value.name ?? ""))}`;
  const tensor = value.type?.tensor;
  const type = elementTypeOf(tensor?.elementType);
  if (tensor === undefined || type === undefined) {
    throw new InvalidValueError(name, "must be a tensor of numbers", tensor?.elementType ?? "another type");
  }
  const dims = tensor.shape?.dim.slice(0, 9).map(({ value: size = 0 }) => size);
  const rank = dims?.length ?? (given?.length ?? 0) + 1;
  if (rank < 2 || rank > 4) {
    const rule = "must be [batch, features], [batch, channels, length] or [batch, channels, height, width]";
    const hint = dims === undefined ? "Give the input shape." : "";
    throw new InvalidValueError(name, rule, dims === undefined ? "no sizes" : `${rank} axes`, hint);
  }
  const open = new Array<number>(rank).fill(0);
  const [batch, ...sizes] = dims ?? open;
  const filled = sizes.map((size, axis) => (size > 0 ? size : given?.length === rank - 1 ? given[axis] : 0));
  if (filled.some((size) => !(Number.isSafeInteger(size) && size > 0))) {
    throw new InvalidValueError(
      name,
      "must have fixed sizes besides the batch",
      sizes,
      "Give the input shape.",
    );
  }
  if (elementCount(filled, name) > mostValues) {
    throw new FormatError(name, `must have at most ${mostValues} values`, filled);
  }
  // Signals are images of width 1, which is what an ANN here can run on.
  const shape = given ?? (filled.length === 2 ? [...filled, 1] : filled);
  if (sizeOf(shape) !== sizeOf(filled)) {
    throw new InvalidValueError("inputShape", `must have as many values as the file's [${filled}]`, shape);
  }
  if (!(Number.isSafeInteger(batch) && batch <= 65_536)) {
    throw new FormatError(name, "must have a batch of at most 65536", batch);
  }
  return { batch: batch > 0 ? batch : 1, sizes: filled, shape };
}
