// Images and labels made into an image set, and parts of image sets.

import { FormatError, InvalidValueError } from "../base/errors.ts";
import { type Dataset, type ImageSet, type SplitName, validationCount } from "./dataset.ts";
import type { IdxArray } from "./idx.ts";

/**
 * @param where - the two files' names, for messages
 * @throws {FormatError} when they do not belong together, or a label has no class
 */
export function imageSetFromIdx(
  images: IdxArray,
  labels: IdxArray,
  where: { readonly images: string; readonly labels: string },
  classCount: number,
): ImageSet {
  const [count, height, width, channels = 1] = images.dimensions;
  if (images.dimensions.length < 3 || count === 0 || height * width * channels === 0) {
    throw new FormatError(where.images, "must hold images (count × height × width)", images.dimensions);
  }
  if (channels !== 1) throw new FormatError(where.images, "must hold images of one channel", channels);
  if (labels.dimensions.length !== 1 || labels.dimensions[0] !== count) {
    throw new FormatError(where.labels, `must hold one label for each of ${count} images`, labels.dimensions);
  }
  const stray = labels.values.findIndex((label) => label >= classCount);
  if (stray >= 0) {
    throw new FormatError(
      `${where.labels} label ${stray}`,
      `must be below ${classCount}`,
      labels.values[stray],
    );
  }
  return { pixels: images.values, labels: labels.values, count, imageShape: [channels, height, width] };
}

/** Images [from, from + count), as views. */
export function subset(images: ImageSet, from: number, count: number): ImageSet {
  if (!(Number.isInteger(from) && from >= 0 && from < images.count)) {
    throw new InvalidValueError("the first image", `must be from 0 to ${images.count - 1}`, from);
  }
  if (!(Number.isInteger(count) && count >= 1 && count <= images.count - from)) {
    throw new InvalidValueError("images", `must be from 1 to ${images.count - from}`, count);
  }
  const [channels, height, width] = images.imageShape;
  const size = channels * height * width;
  return {
    pixels: images.pixels.subarray(from * size, (from + count) * size),
    labels: images.labels.subarray(from, from + count),
    count,
    imageShape: images.imageShape,
  };
}

/**
 * A split: validation is the last 10,000 training images whatever the seed (a sixth of smaller sets),
 * train is what stands before them. Both are views.
 *
 * @throws {InvalidValueError} for the validation images of fewer than 6
 */
export function splitOf({ name, train, test }: Dataset, split: SplitName): ImageSet {
  const held = Math.min(validationCount, Math.floor(train.count / 6));
  switch (split) {
    case "train":
      return subset(train, 0, train.count - held);
    case "validation":
      if (held === 0) {
        throw new InvalidValueError(`data set ${name}`, "must have at least 6 training images", train.count);
      }
      return subset(train, train.count - held, held);
    case "test":
      return test;
    default:
      throw new InvalidValueError("split", "must be train, validation or test", split satisfies never);
  }
}

/** Images of each class. */
export function countClasses({ labels }: ImageSet, classCount: number): readonly number[] {
  const counts = new Array<number>(classCount).fill(0);
  for (const label of labels) counts[label]++;
  return counts;
}
