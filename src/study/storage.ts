// Where a study is kept: an asynchronous interface with text keys. Every implementation passes
// test/contracts/storage.ts. SQL implementations keep to what SQLite and PostgreSQL share.
//
// Effects happen once: every claim raises `attempt`, and results are accepted for the current
// attempt of a running trial only. Whatever a method has acknowledged survives `kill -9`.

/** JSON values. */
export type Json = null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json };

export interface StudyRecord {
  readonly key: string;
  /** The study's settings as given, except the budget. Resuming with others is refused. */
  readonly settings: Json;
  /** Trials to run in all; may only grow. */
  readonly budgetTrials: number;
}

export type TrialState = "waiting" | "running" | "complete" | "failed";

export interface TrialRecord {
  /** From 0, in the order they were asked. */
  readonly number: number;
  readonly state: TrialState;
  readonly design: Json;
  /** Claims so far. */
  readonly attempt: number;
  /** The evaluation of a complete trial, else null. */
  readonly result: Json;
  /** Why a failed trial failed, else "". */
  readonly error: string;
}

export interface EventRecord {
  /** Strictly increasing. */
  readonly sequence: number;
  readonly kind: string;
  readonly data: Json;
}

export interface Storage {
  /** Create the study, or return the one that already has this key, unchanged. */
  createStudy(study: StudyRecord): Promise<StudyRecord>;
  getStudy(key: string): Promise<StudyRecord | null>;
  /** @throws {StateError} when the budget would shrink */
  growBudget(key: string, budgetTrials: number): Promise<void>;

  /** Add a batch of trials, all or none. A number that exists already is left as it is. */
  addTrials(
    key: string,
    trials: readonly { readonly number: number; readonly design: Json }[],
  ): Promise<void>;
  /**
   * Claim the waiting trial of the lowest number, or a running one whose lease ran out.
   * @returns null when there is none
   */
  claimTrial(key: string, owner: string, leaseMs: number): Promise<TrialRecord | null>;
  /** Extend the lease. @returns false when the claim is no longer ours: stop working on it */
  heartbeat(key: string, number: number, attempt: number, leaseMs: number): Promise<boolean>;
  /** @returns false when the claim was no longer ours, and nothing was written */
  completeTrial(key: string, number: number, attempt: number, result: Json): Promise<boolean>;
  failTrial(key: string, number: number, attempt: number, error: string): Promise<boolean>;
  /** Give a claimed trial back, as after Ctrl-C. */
  releaseTrial(key: string, number: number, attempt: number): Promise<boolean>;
  /** Give back every running trial of an owner that is known to be dead. @returns how many */
  releaseOwner(key: string, owner: string): Promise<number>;
  /** All trials by number. */
  listTrials(key: string): Promise<readonly TrialRecord[]>;

  /** Named JSON documents of a study, e.g. a finished final evaluation. The last write wins. */
  putDocument(key: string, name: string, value: Json): Promise<void>;
  getDocument(key: string, name: string): Promise<Json | undefined>;

  /** Record that `images` test images were looked at for `purpose`. Called before looking. */
  recordTestUse(key: string, purpose: string, images: number): Promise<void>;
  listTestUses(key: string): Promise<readonly { readonly purpose: string; readonly images: number }[]>;

  appendEvent(key: string, kind: string, data: Json): Promise<void>;
  /** Events with a sequence above `after`, oldest first. */
  listEvents(key: string, after: number): Promise<readonly EventRecord[]>;

  /** Empty when the store is sound, else what is wrong. */
  checkIntegrity(): Promise<readonly string[]>;
  close(): Promise<void>;
}
