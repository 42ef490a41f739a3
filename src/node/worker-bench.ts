// Where one slot of a worker measures: a thread with the data and networks of a study, kept for its next trial.

import type { Executor } from "../pipeline/evaluation-task.ts";
import { EvaluationPool } from "./evaluation-pool.ts";
import type { WorkerStudy } from "./worker-study.ts";

export interface WorkerBench {
  readonly study: Pick<WorkerStudy, "judge">;
  readonly executor: Executor;
  /** Make what runs stop soon, with a CancelledError. The bench is of no use then. */
  cancel(): void;
  close(): Promise<void>;
}

/** Opens studies, each once for all slots. */
export class WorkerBenches {
  readonly #open: (key: string) => Promise<WorkerStudy>;
  readonly #memoryBytes: number;
  readonly #studies = new Map<string, Promise<WorkerStudy>>();

  constructor(open: (key: string) => Promise<WorkerStudy>, memoryBytes: number) {
    this.#open = open;
    this.#memoryBytes = memoryBytes;
  }

  async open(key: string): Promise<WorkerBench> {
    let opening = this.#studies.get(key);
    if (opening === undefined) {
      this.#studies.clear(); // data is large: that of one study is enough, and slots keep what they still use
      opening = this.#open(key);
      this.#studies.set(key, opening);
      opening.catch(() => this.#studies.delete(key));
    }
    const study = await opening;
    const { dataset, parts: anns } = study;
    const pool = new EvaluationPool({ dataset, anns, workers: 1, memoryBytes: this.#memoryBytes });
    return { study, executor: pool, cancel: () => pool.cancel(), close: () => pool.close() };
  }
}
