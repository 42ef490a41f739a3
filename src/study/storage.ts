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
  /** The latest evaluation; null: there was none. */
  readonly result: Json;
  /** Why a failed trial failed, else "". */
  readonly error: string;
}

/** An objective's value as measured once. */
export interface TrialValue {
  readonly objective: string;
  /** Share of the full evaluation that was run, in (0, 1]. */
  readonly fidelity: number;
  /** 0 for the first measurement, 1, 2, … for later ones under other seeds. */
  readonly repeat: number;
  readonly seed: number;
  readonly value: number;
  /** null: not known. */
  readonly standardError: number | null;
}

/** A figure by step, e.g. the accuracy if the decision were taken after it. */
export interface TrialMetric {
  readonly name: string;
  readonly step: number;
  readonly value: number;
}

/** What a trial's result says in figures, kept apart so that they can be read without it. */
export interface TrialFigures {
  /** At most one for each objective, fidelity and repeat. */
  readonly values: readonly TrialValue[];
  /** At most one for each name and step. */
  readonly metrics: readonly TrialMetric[];
  /** SHA-256 of contents by name, e.g. of the network file. */
  readonly artefacts: Readonly<Record<string, string>>;
}

/** Besides the trial's record: its figures, and when things happened, on which no result depends. */
export interface TrialDetails extends TrialFigures {
  readonly number: number;
  /** SHA-256 of the design's canonical JSON: equal designs have equal ones. */
  readonly designHash: string;
  /** Milliseconds by the storage's clock; null: not yet, or from before they were kept. */
  readonly createdMs: number | null;
  readonly startedMs: number | null;
  readonly finishedMs: number | null;
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
  /** Keys of all studies, in order. */
  listStudies(): Promise<readonly string[]>;
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
  completeTrial(
    key: string,
    number: number,
    attempt: number,
    result: Json,
    figures?: TrialFigures,
  ): Promise<boolean>;
  failTrial(key: string, number: number, attempt: number, error: string): Promise<boolean>;
  /**
   * Put a complete trial back to waiting, to be measured further. It keeps its result and figures; completed again,
   * it has the new result, metrics and artefacts, and its values of both.
   *
   * @returns false when it is not complete
   */
  reopenTrial(key: string, number: number): Promise<boolean>;
  /** Give a claimed trial back, as after Ctrl-C. */
  releaseTrial(key: string, number: number, attempt: number): Promise<boolean>;
  /** Give back every running trial of an owner that is known to be dead. @returns how many */
  releaseOwner(key: string, owner: string): Promise<number>;
  /** All trials by number. */
  listTrials(key: string): Promise<readonly TrialRecord[]>;
  /** Put these figures in place of a complete trial's. @returns false when there is no such trial */
  replaceFigures(key: string, number: number, figures: TrialFigures): Promise<boolean>;
  /** Of all trials, by number; values by objective, fidelity and repeat, metrics by name and step. */
  listDetails(key: string): Promise<readonly TrialDetails[]>;

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

/** The documents of a storage. */
export type DocumentStore = Pick<Storage, "getDocument" | "putDocument">;
