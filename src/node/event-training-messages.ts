// What crosses between the main thread and the threads that train an event network.

import type { ErrorData } from "../base/errors.ts";
import type { EventNetwork } from "../event-gradient/event-network.ts";
import type { EventTrainingSettings } from "../event-gradient/event-training-fields.ts";
import type {
  EventCheckpoint,
  EventTrainingProgress,
  FitEventsResult,
} from "../event-gradient/fit-events.ts";
import type { LabelledTrains } from "../event-gradient/labelled-trains.ts";
import type { KernelBuild } from "../kernels/kernels.ts";

/** Memory all threads of a training share. */
export interface SharedEventTraining {
  /** See `control`. */
  readonly control: Int32Array;
  /** In tiles. */
  readonly weights: Float32Array;
  /** Order of the present epoch. */
  readonly order: Uint32Array;
  /** One a shard. */
  readonly gradients: readonly Float32Array[];
  readonly silent: readonly Uint32Array[];
  /** Loss, correct decisions, spikes of every layer; one a shard. */
  readonly sums: readonly Float64Array[];
}

/** Places in the control array. */
export const control = {
  generation: 0,
  done: 1,
  cancel: 2,
  quit: 3,
  /** 0: a batch of training, 1: validation. */
  task: 4,
  epoch: 5,
  from: 6,
  count: 7,
  length: 8,
} as const;

export interface EventTrainingJob {
  /** 0 leads; the others wait for shards. */
  readonly thread: number;
  readonly threads: number;
  readonly network: EventNetwork;
  readonly settings: EventTrainingSettings;
  readonly seed: number;
  readonly train: LabelledTrains;
  readonly validation: LabelledTrains;
  /** One array a layer. */
  readonly weights: readonly Float32Array[];
  readonly build: KernelBuild;
  readonly memoryBytes: number;
  readonly shared: SharedEventTraining;
  /** For thread 0. */
  readonly resume: EventCheckpoint | undefined;
}

/** `weights` of the best epoch, one array a layer. */
export type EventTrained = Pick<FitEventsResult, "bestEpoch" | "log"> & {
  readonly weights: readonly Float32Array[];
};

export type FromEventTraining =
  | { readonly kind: "progress"; readonly progress: EventTrainingProgress }
  | { readonly kind: "checkpoint"; readonly checkpoint: EventCheckpoint }
  | ({ readonly kind: "done" } & EventTrained)
  | { readonly kind: "error"; readonly error: ErrorData };
