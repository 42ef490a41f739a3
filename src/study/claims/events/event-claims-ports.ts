// What a study of claims about event networks needs from the outside world, as arguments.

import type { SplitName } from "../../../data/dataset.ts";
import type { EventExperiment } from "../../../event-gradient/event-experiments.ts";
import type { EventModel } from "../../../event-gradient/event-model.ts";
import type { EventEpochLog } from "../../../event-gradient/fit-events.ts";
import type { LabelledTrains } from "../../../event-gradient/labelled-trains.ts";
import type { Kernels } from "../../../kernels/kernels.ts";
import type { ClaimsPorts } from "../claims-ports.ts";

export interface EventTrainingRequest {
  /** Of the pair and arm, for files and messages. */
  readonly name: string;
  readonly experiment: EventExperiment;
  /** So many of the training samples, the first; not there: all. */
  readonly samples?: number;
  readonly seed: number;
  /** Told the share of the epochs that is done. */
  readonly onProgress: (share: number) => void;
}

export interface TrainedEvents {
  readonly model: EventModel;
  readonly log: readonly EventEpochLog[];
  /** SHA-256 of the network's file. */
  readonly sha256: string;
  /** Of all threads, stops and starts included. */
  readonly cpuSeconds: number;
}

/** What was measured, and by which commit. */
export interface KeptPiece<R> {
  readonly commit: string;
  readonly result: R;
}

export interface EventClaimsPorts extends Pick<ClaimsPorts, "onProgress"> {
  /** A result by what it depends on, measured only where it is not kept already, be it by an older commit. It is plain data. */
  readonly kept: <R>(what: unknown, measure: () => Promise<R>) => Promise<KeptPiece<R>>;
  readonly kernels: Kernels;
  /** Train, go on with a training that was stopped, or read a network that was trained before. */
  readonly train: (request: EventTrainingRequest) => Promise<TrainedEvents>;
  /** A split of a data set, as the model hears it. */
  readonly split: (
    model: Pick<EventModel, "network" | "coding">,
    data: string,
    split: SplitName,
  ) => Promise<LabelledTrains>;
  /** Processor time spent so far, all threads together. */
  readonly cpuSeconds: () => number;
}
