// CIFAR-10's binary files: records of one label byte and 3,072 pixels, the red, green and blue plane of a
// 32 × 32 image, row by row (Krizhevsky 2009, "Learning Multiple Layers of Features from Tiny Images").

import { FormatError } from "../base/errors.ts";
import type { ImageSet } from "./dataset.ts";
import type { ImageShape } from "./image-shape.ts";

export const cifar10Classes: readonly string[] = [
  "airplane",
  "automobile",
  "bird",
  "cat",
  "deer",
  "dog",
  "frog",
  "horse",
  "ship",
  "truck",
];

const imageShape: ImageShape = [3, 32, 32];
const imageBytes = 3 * 32 * 32;
const recordBytes = 1 + imageBytes;

export interface Cifar10Batch {
  readonly bytes: Uint8Array;
  /** The file's name, for messages. */
  readonly where: string;
}

/**
 * Join batches to one set, in the order given.
 *
 * @param allocate - where images and labels go; default: an ordinary array
 * @throws {FormatError} when a file is no whole number of records, or a label is no class
 */
export function readCifar10(
  batches: readonly Cifar10Batch[],
  allocate: (sizeBytes: number) => Uint8Array = (sizeBytes) => new Uint8Array(sizeBytes),
): ImageSet {
  for (const { bytes, where } of batches) {
    if (bytes.length > 0 && bytes.length % recordBytes === 0) continue;
    throw new FormatError(
      where,
      `must be a whole number of records of ${recordBytes} bytes (label, red, green, blue of 32 × 32)`,
      `${bytes.length} bytes`,
      "Is the file cut off, or of the Python version of the set? The binary version is wanted.",
    );
  }
  const count = batches.reduce((sum, { bytes }) => sum + bytes.length / recordBytes, 0);
  const [pixels, labels] = [allocate(count * imageBytes), allocate(count)];
  let image = 0;
  for (const { bytes, where } of batches) {
    for (let start = 0; start < bytes.length; start += recordBytes) {
      if (bytes[start] >= cifar10Classes.length) {
        const place = `${where} record ${start / recordBytes}`;
        throw new FormatError(place, `must have a label below ${cifar10Classes.length}`, bytes[start]);
      }
      labels[image] = bytes[start];
      pixels.set(bytes.subarray(start + 1, start + recordBytes), image * imageBytes);
      image++;
    }
  }
  return { pixels, labels, count, imageShape };
}
