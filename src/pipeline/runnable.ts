import type { ImageSet } from "../data/dataset.ts";

/** A network that can be run, and whose stored weights can be exchanged. */
export interface Runnable {
  readonly setWeights: (layer: string, stored: Int8Array | Float32Array) => void;
  readonly decide: (images: ImageSet) => Decisions;
}

export interface Decisions {
  readonly correct: number;
  /** Shape [images]. */
  readonly predictions: Uint8Array;
}
