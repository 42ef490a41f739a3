import type { ImageSet } from "../data/dataset.ts";

/** A network that can be run, and whose stored weights can be exchanged. */
export interface Runnable {
  readonly setWeights: (layer: string, stored: Int8Array | Float32Array) => void;
  /** Decide the images from this place on; random spike codes are named by an image's place in the set. */
  readonly decide: (images: ImageSet, from: number) => Decisions;
}

export interface Decisions {
  readonly correct: number;
  /** Shape [images from there on]. */
  readonly predictions: Uint8Array;
}
