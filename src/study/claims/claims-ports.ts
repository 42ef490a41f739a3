// What a study of claims needs from the outside world, as arguments: no file, thread or clock is touched here.

import type { Dataset } from "../../data/dataset.ts";
import type { Evaluation } from "../../pipeline/evaluation.ts";
import type { EvaluationTask } from "../../pipeline/evaluation-task.ts";
import type { TrainedSpec } from "./claims-settings.ts";

/** Where the run stands. */
export interface ClaimsProgress {
  /** Share of all work that is done. */
  readonly share: number;
  readonly doing: string;
}

export interface AnnRequest {
  readonly spec: TrainedSpec;
  readonly data: string;
  readonly dataset: Dataset;
  readonly seed: number;
}

/** What is kept of an evaluation. */
export interface Piece {
  readonly evaluation: Evaluation;
  /** Hash of the stored weights of the network that was run: the same for networks that may be compared. */
  readonly weights: string;
}

export interface ClaimsExecutor {
  /** @throws {CancelledError} when cancelled in the middle */
  readonly evaluate: (task: EvaluationTask) => Promise<Piece>;
  readonly close: () => Promise<void>;
}

export interface ClaimsPorts {
  readonly loadDataset: (name: string) => Promise<Dataset>;
  /** Train an ANN, or read it where it was trained before. @returns its network file */
  readonly trainAnn: (request: AnnRequest) => Promise<Uint8Array<ArrayBuffer>>;
  readonly openExecutor: (
    dataset: Dataset,
    anns: ReadonlyMap<string, Uint8Array<ArrayBuffer>>,
  ) => ClaimsExecutor;
  /** A result by what it depends on, measured only where it is not kept already. It is plain data. */
  readonly kept: <R>(what: unknown, measure: () => Promise<R>) => Promise<R>;
  readonly onProgress: (progress: ClaimsProgress) => void;
}
