// What a running study needs from the outside world, as arguments: the study room itself touches
// no files, threads or clocks.

import type { Executor } from "../pipeline/evaluation-task.ts";
import type { NetworkSpec } from "./network-spec.ts";
import type { Storage } from "./storage.ts";

/** Bytes kept by the SHA-256 of their contents. */
export interface BlobStore {
  /** Keep the bytes. @returns their SHA-256 */
  put(bytes: Uint8Array<ArrayBuffer>): Promise<string>;
  /** @returns undefined when there are none of this hash; a wrong content is never returned */
  get(hash: string): Promise<Uint8Array<ArrayBuffer> | undefined>;
}

export type StudyPhase = "train" | "reference" | "search" | "race" | "confirm" | "final" | "report";

/** Where the study stands: what a progress line shows and an event stream carries. */
export interface StudyProgress {
  readonly phase: StudyPhase;
  readonly done: number;
  readonly total: number;
  /** Best so far, in words; "" when there is nothing yet. */
  readonly best: string;
}

export interface StudyPorts {
  readonly storage: Storage;
  readonly blobs: BlobStore;
  /** Train one ANN of the study, or continue its training. @returns its network file */
  readonly trainAnn: (spec: NetworkSpec) => Promise<Uint8Array<ArrayBuffer>>;
  /** Evaluations on these ANNs (network files by hash). The caller closes it. */
  readonly openExecutor: (anns: ReadonlyMap<string, Uint8Array<ArrayBuffer>>) => Executor;
  /** Aborted: finish what runs, start nothing new, keep everything. */
  readonly signal: AbortSignal;
  readonly onProgress: (progress: StudyProgress) => void;
  /** What a reader of the log should know besides, as a line. */
  readonly onNote?: (line: string) => void;
}
