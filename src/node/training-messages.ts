// What crosses between the main thread and the threads of a training.

import type { Checkpoint, TrainingProgress } from "../ann/fit.ts";
import type { TrainingSettings } from "../ann/training-fields.ts";
import type { ErrorData } from "../base/errors.ts";
import type { ImageSet } from "../data/dataset.ts";
import type { KernelBuild } from "../kernels/kernels.ts";
import type { Model } from "../model/model.ts";
import type { CodeFormat } from "../model/quantise-codes.ts";
import type { SurrogateSettings } from "../surrogate/surrogate-fields.ts";
import type { TrainingSpikes } from "../surrogate/surrogate-training.ts";

/** Memory all threads of a training share. */
export interface SharedTraining {
  /** See `Control`. */
  readonly control: Int32Array;
  readonly parameters: Float32Array;
  /** Order of the present epoch. */
  readonly order: Uint32Array;
  /** One gradient and one vector of batch statistics a shard. */
  readonly gradients: readonly Float32Array[];
  readonly statistics: readonly Float32Array[];
  /** [shard] summed loss, then [shards + shard] correct decisions. */
  readonly sums: Float64Array;
}

/** Places in the control array. */
export const control = {
  generation: 0,
  done: 1,
  cancel: 2,
  quit: 3,
  epoch: 4,
  from: 5,
  count: 6,
  length: 7,
} as const;

export interface TrainingJob {
  /** 0 leads; the others wait for shards. */
  readonly thread: number;
  readonly threads: number;
  readonly model: Model;
  readonly settings: TrainingSettings;
  readonly seed: number;
  readonly train: ImageSet;
  readonly validation: ImageSet;
  /** Of the weights trained for; undefined: float32. */
  readonly codes: CodeFormat | undefined;
  /** How a spiking network is trained; undefined: an ANN. */
  readonly surrogate: SurrogateSettings | undefined;
  /** Both sets as spikes, for coding `events`. */
  readonly spikes: TrainingSpikes | undefined;
  readonly build: KernelBuild;
  readonly memoryBytes: number;
  readonly shared: SharedTraining;
  /** For thread 0. */
  readonly resume: Checkpoint | undefined;
}

export type FromTraining =
  | { readonly kind: "progress"; readonly progress: TrainingProgress }
  | { readonly kind: "checkpoint"; readonly checkpoint: Checkpoint }
  | { readonly kind: "done"; readonly model: Model; readonly bestEpoch: number }
  | { readonly kind: "error"; readonly error: ErrorData };
