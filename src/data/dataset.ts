// A labelled image set as plain bytes, shared between threads without copying.

import type { ImageShape } from "./image-shape.ts";

/** Images and labels in file order. */
export interface ImageSet {
  /** Pixels 0…255. Shape [count, …imageShape], row-major. May lie in a SharedArrayBuffer. */
  readonly pixels: Uint8Array;
  /** Class index of every image. Shape [count]. */
  readonly labels: Uint8Array;
  readonly count: number;
  /** [channels, height, width]. */
  readonly imageShape: ImageShape;
}

/** The training part carries train and validation, the test part is counted whenever it is used. */
export interface Dataset {
  readonly name: string;
  readonly train: ImageSet;
  readonly test: ImageSet;
  readonly classes: readonly string[];
  /**
   * SHA-256 over all files' unpacked bytes: train images, train labels, test images, test labels; or the
   * training batches, then the test batches.
   */
  readonly sha256: string;
}

export type SplitName = "train" | "validation" | "test";

/** Images at the end of the training part that are validation, whatever the seed. */
export const validationCount = 10_000;
