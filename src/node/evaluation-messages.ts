// What crosses between the evaluation pool and its workers.

import type { ErrorData } from "../base/errors.ts";
import type { Dataset } from "../data/dataset.ts";
import type { EvaluationOutcome, EvaluationTask, PreparationTask } from "../pipeline/evaluation-task.ts";

/** Given once, as worker data; afterwards every message to a worker is a task. */
export interface ToEvaluationWorker {
  readonly dataset: Dataset;
  readonly anns: readonly (readonly [hash: string, file: Uint8Array<ArrayBuffer>])[];
  readonly memoryBytes: number;
  /** Not 0: stop. */
  readonly cancelFlag: Int32Array;
}

export type EvaluationWork = EvaluationTask | PreparationTask;

/** What each kind of work gives: an evaluation, or a file. */
export type FromEvaluationWorker =
  | { readonly outcome: EvaluationOutcome | Uint8Array<ArrayBuffer> }
  | { readonly error: ErrorData };
