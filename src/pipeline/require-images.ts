// Whether a network can be run on a data set: images of its shape, or as many values where it takes a vector.

import { InvalidValueError } from "../base/errors.ts";
import type { ImageSet } from "../data/dataset.ts";
import type { Model } from "../model/model.ts";
import { sizeOf } from "../model/shapes.ts";

/** @throws {InvalidValueError} for images of another shape, or of more classes than the network knows */
export function requireImages({ network, classes }: Model, { imageShape, labels, count }: ImageSet): void {
  const { inputShape } = network;
  const isVector = inputShape.length === 1 && inputShape[0] === sizeOf(imageShape);
  if (!isVector && String(inputShape) !== String(imageShape)) {
    throw new InvalidValueError(
      "images",
      `must have the shape of the network's input, [${inputShape.join(", ")}]`,
      `[${imageShape.join(", ")}]`,
      "Name the data set the network was trained on: --data.",
    );
  }
  let largest = 0;
  for (let i = 0; i < count; i++) largest = Math.max(largest, labels[i]);
  if (largest < classes.length) return;
  throw new InvalidValueError(
    "images",
    `must be of the network's ${classes.length} classes`,
    `class ${largest}`,
    "Name the data set the network was trained on: --data.",
  );
}
