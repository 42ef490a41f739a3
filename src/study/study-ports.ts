// What a running study needs from the outside world, as arguments: the study room itself touches
// no files, threads or clocks.

import type { Executor, PreparationTask } from "../pipeline/evaluation-task.ts";
import type { NetworkSpec } from "./network-spec.ts";
import type { Storage } from "./storage.ts";
import type { TrialEnd } from "./trial-end.ts";

/** Bytes kept by the SHA-256 of their contents. */
export interface BlobStore {
  /** Keep the bytes. @returns their SHA-256 */
  put(bytes: Uint8Array<ArrayBuffer>): Promise<string>;
  /** @returns undefined when there are none of this hash; a wrong content is never returned */
  get(hash: string): Promise<Uint8Array<ArrayBuffer> | undefined>;
}

/** What is trained before a search: an ANN, or what the trials of another kind begin with. */
export type StudyPart = NetworkSpec | { readonly name: string; readonly task: PreparationTask };

export type StudyPhase = "train" | "reference" | "search" | "race" | "confirm" | "final" | "report";

/** Where the study stands: what a progress line shows and an event stream carries. */
export interface StudyProgress {
  readonly phase: StudyPhase;
  readonly done: number;
  readonly total: number;
  /** Best so far, in words; "" when there is nothing yet. */
  readonly best: string;
}

/** Trials that other processes run, as they find them waiting in the storage. */
export interface RemoteTrials {
  /** Trials that may be under way at the same time. */
  readonly slots: number;
  /** Wait for the end of a trial that nobody else here waits for. @returns null when there is none */
  next(key: string): Promise<TrialEnd | null>;
}

export interface StudyPorts {
  readonly storage: Storage;
  readonly blobs: BlobStore;
  /**
   * Train one part of the study, or continue its training.
   *
   * @returns its file
   * @throws {CancelledError} when the signal is aborted
   */
  readonly trainPart: (part: StudyPart, signal: AbortSignal) => Promise<Uint8Array<ArrayBuffer>>;
  /** Evaluations on these parts (their files by hash). The caller closes it. */
  readonly openExecutor: (anns: ReadonlyMap<string, Uint8Array<ArrayBuffer>>) => Executor;
  /** Absent: this process claims the trials and runs them itself. */
  readonly remote?: RemoteTrials;
  /**
   * Do a piece of the study's work while no other process does this piece; who comes second finds what is kept of it.
   * Whoever is silent too long loses the piece to another: then the storage given to the work refuses it, its signal is
   * aborted, and the work is done again from what is kept by then. Absent: there is no other.
   */
  readonly alone?: <T>(
    piece: string,
    work: (held: Pick<StudyPorts, "storage" | "signal">) => Promise<T>,
  ) => Promise<T>;
  /** Aborted: finish what runs, start nothing new, keep everything. */
  readonly signal: AbortSignal;
  readonly onProgress: (progress: StudyProgress) => void;
  /** What a reader of the log should know besides, as a line. */
  readonly onNote?: (line: string) => void;
}

/** Do a piece of a study's work by these ports, with no other process at it where there are others. */
export function alone<T>(
  ports: StudyPorts,
  piece: string,
  work: (ports: StudyPorts) => Promise<T>,
): Promise<T> {
  if (ports.alone === undefined) return work(ports);
  return ports.alone(piece, (held) => work({ ...ports, ...held }));
}
