// A network that an evaluation has trained: what runs, what is worth keeping, and what else is known of it.

import type { IsCancelled } from "../../base/cancel.ts";
import type { Dataset, ImageSet } from "../../data/dataset.ts";
import type { Kernels } from "../../kernels/kernels.ts";
import type { Model } from "../../model/model.ts";
import type { Evaluation } from "../evaluation.ts";

export interface TrainedNetwork {
  /** Stored as its plan says; it runs on the step simulator. */
  readonly model: Model;
  /** The file of what was trained: from it the same network is made without training. */
  readonly file: Uint8Array<ArrayBuffer>;
  /** What an evaluation on these images holds besides. */
  readonly measure: (images: ImageSet) => Pick<Evaluation, "output" | "ann" | "events">;
}

/** Where networks are trained. Takes and gives back kernel memory. */
export interface TrainingPlace {
  readonly kernels: Kernels;
  readonly dataset: Dataset;
  /** Files of networks by their SHA-256. @throws {StateError} when there is none */
  readonly fileOf: (hash: string) => Uint8Array<ArrayBuffer>;
  readonly isCancelled: IsCancelled;
}
