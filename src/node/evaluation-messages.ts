// What crosses between the evaluation pool and its workers.

import type { ErrorData } from "../base/errors.ts";
import type { Dataset } from "../data/dataset.ts";
import type { EvaluationOutcome } from "../pipeline/evaluation-task.ts";

/** Given once, as worker data; afterwards every message to a worker is an EvaluationTask. */
export interface ToEvaluationWorker {
  readonly dataset: Dataset;
  readonly anns: readonly (readonly [hash: string, file: Uint8Array<ArrayBuffer>])[];
  readonly memoryBytes: number;
  /** Not 0: stop. */
  readonly cancelFlag: Int32Array;
}

export type FromEvaluationWorker = { readonly outcome: EvaluationOutcome } | { readonly error: ErrorData };
