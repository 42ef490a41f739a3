// The study storage in memory: for the browser, for trying things out, and as the plainest
// implementation of the contract. What it holds is gone with the process.

import { StateError } from "../base/errors.ts";
import { sha256 } from "../base/hash.ts";
import { canonicalJson } from "./canonical-json.ts";
import type {
  EventRecord,
  Json,
  Storage,
  StudyRecord,
  TrialDetails,
  TrialFigures,
  TrialRecord,
} from "./storage.ts";

interface KeptTrial extends TrialRecord {
  readonly owner: string;
  readonly leaseUntilMs: number;
  readonly details: TrialDetails;
}

interface KeptStudy {
  record: StudyRecord;
  readonly trials: Map<number, KeptTrial>;
  readonly documents: Map<string, Json>;
  readonly testUses: { readonly purpose: string; readonly images: number }[];
  readonly events: EventRecord[];
}

export class MemoryStorage implements Storage {
  readonly #studies = new Map<string, KeptStudy>();
  readonly #now: () => number;

  /** @param now - milliseconds since some fixed moment; decides when leases end */
  constructor(now: () => number) {
    this.#now = now;
  }

  async createStudy(record: StudyRecord): Promise<StudyRecord> {
    if (!this.#studies.has(record.key)) {
      const kept = { ...record, settings: copy("settings", record.settings) };
      this.#studies.set(record.key, {
        record: kept,
        trials: new Map(),
        documents: new Map(),
        testUses: [],
        events: [],
      });
    }
    return this.#of(record.key).record;
  }

  async getStudy(key: string): Promise<StudyRecord | null> {
    return this.#studies.get(key)?.record ?? null;
  }

  async listStudies(): Promise<readonly string[]> {
    return [...this.#studies.keys()].sort();
  }

  async growBudget(key: string, budgetTrials: number): Promise<void> {
    const study = this.#of(key);
    if (budgetTrials < study.record.budgetTrials) {
      throw new StateError(
        `the budget of study ${key} may only grow: it is ${study.record.budgetTrials} trials, but ${budgetTrials} were asked for.`,
      );
    }
    study.record = { ...study.record, budgetTrials };
  }

  async addTrials(
    key: string,
    trials: readonly { readonly number: number; readonly design: Json }[],
  ): Promise<void> {
    const study = this.#of(key);
    const copies = await Promise.all(
      trials.map(async ({ number, design }) => ({
        number,
        design: copy("design", design),
        designHash: await sha256(new TextEncoder().encode(canonicalJson("design", design))),
      })),
    );
    for (const { number, design, designHash } of copies) {
      if (study.trials.has(number)) continue;
      const times = { createdMs: this.#now(), startedMs: null, finishedMs: null };
      study.trials.set(number, {
        number,
        state: "waiting",
        design,
        attempt: 0,
        result: null,
        error: "",
        owner: "",
        leaseUntilMs: 0,
        details: { number, designHash, ...times, values: [], metrics: [], artefacts: {} },
      });
    }
  }

  async claimTrial(key: string, owner: string, leaseMs: number): Promise<TrialRecord | null> {
    const trials = this.#studies.get(key)?.trials ?? new Map<number, KeptTrial>();
    const now = this.#now();
    const [trial] = [...trials.values()]
      .filter(({ state, leaseUntilMs }) => state === "waiting" || (state === "running" && leaseUntilMs < now))
      .sort((a, b) => a.number - b.number);
    if (trial === undefined) return null;
    const claimed: KeptTrial = {
      ...trial,
      state: "running",
      attempt: trial.attempt + 1,
      owner,
      leaseUntilMs: now + leaseMs,
      details: { ...trial.details, startedMs: now },
    };
    trials.set(trial.number, claimed);
    return record(claimed);
  }

  async heartbeat(key: string, number: number, attempt: number, leaseMs: number): Promise<boolean> {
    return this.#update(key, number, attempt, { leaseUntilMs: this.#now() + leaseMs });
  }

  async completeTrial(
    key: string,
    number: number,
    attempt: number,
    result: Json,
    figures?: TrialFigures,
  ): Promise<boolean> {
    const kept = copy("result", result);
    const known = this.#studies.get(key)?.trials.get(number)?.details.values ?? [];
    const details = { ...(figures && sorted(joined(known, figures))), finishedMs: this.#now() };
    return this.#update(key, number, attempt, { state: "complete", result: kept }, details);
  }

  async failTrial(key: string, number: number, attempt: number, error: string): Promise<boolean> {
    return this.#update(key, number, attempt, { state: "failed", error }, { finishedMs: this.#now() });
  }

  async reopenTrial(key: string, number: number): Promise<boolean> {
    const trials = this.#studies.get(key)?.trials;
    const trial = trials?.get(number);
    if (trial?.state !== "complete") return false;
    trials?.set(number, { ...trial, state: "waiting", owner: "" });
    return true;
  }

  async releaseTrial(key: string, number: number, attempt: number): Promise<boolean> {
    return this.#update(key, number, attempt, { state: "waiting", owner: "" });
  }

  async releaseOwner(key: string, owner: string): Promise<number> {
    const running = [...(this.#studies.get(key)?.trials.values() ?? [])].filter(
      (trial) => trial.state === "running" && trial.owner === owner,
    );
    for (const { number, attempt } of running)
      this.#update(key, number, attempt, { state: "waiting", owner: "" });
    return running.length;
  }

  async listTrials(key: string): Promise<readonly TrialRecord[]> {
    return [...(this.#studies.get(key)?.trials.values() ?? [])]
      .sort((a, b) => a.number - b.number)
      .map(record);
  }

  async replaceFigures(key: string, number: number, figures: TrialFigures): Promise<boolean> {
    const trials = this.#studies.get(key)?.trials;
    const trial = trials?.get(number);
    if (trial?.state !== "complete") return false;
    trials?.set(number, { ...trial, details: { ...trial.details, ...sorted(figures) } });
    return true;
  }

  async listDetails(key: string): Promise<readonly TrialDetails[]> {
    const trials = [...(this.#studies.get(key)?.trials.values() ?? [])];
    return trials.sort((a, b) => a.number - b.number).map(({ details }) => details);
  }

  async putDocument(key: string, name: string, value: Json): Promise<void> {
    this.#of(key).documents.set(name, copy(name, value));
  }

  async getDocument(key: string, name: string): Promise<Json | undefined> {
    return this.#studies.get(key)?.documents.get(name);
  }

  async recordTestUse(key: string, purpose: string, images: number): Promise<void> {
    this.#of(key).testUses.push({ purpose, images });
  }

  async listTestUses(key: string): Promise<readonly { readonly purpose: string; readonly images: number }[]> {
    return [...(this.#studies.get(key)?.testUses ?? [])];
  }

  async appendEvent(key: string, kind: string, data: Json): Promise<void> {
    const { events } = this.#of(key);
    events.push({ sequence: events.length + 1, kind, data: copy("event", data) });
  }

  async listEvents(key: string, after: number): Promise<readonly EventRecord[]> {
    return (this.#studies.get(key)?.events ?? []).filter(({ sequence }) => sequence > after);
  }

  async checkIntegrity(): Promise<readonly string[]> {
    return [];
  }

  async close(): Promise<void> {}

  #of(key: string): KeptStudy {
    const study = this.#studies.get(key);
    if (study === undefined) throw new StateError(`study ${key} does not exist: create it first.`);
    return study;
  }

  #update(
    key: string,
    number: number,
    attempt: number,
    change: Partial<KeptTrial>,
    details: Partial<TrialDetails> = {},
  ): boolean {
    const trials = this.#studies.get(key)?.trials;
    const trial = trials?.get(number);
    if (trial?.state !== "running" || trial.attempt !== attempt) return false;
    trials?.set(number, { ...trial, ...change, details: { ...trial.details, ...details } });
    return true;
  }
}

function record({ number, state, design, attempt, result, error }: KeptTrial): TrialRecord {
  return { number, state, design, attempt, result, error };
}

/** The figures with the values known before, but for those measured anew. */
function joined(known: TrialFigures["values"], figures: TrialFigures): TrialFigures {
  const kept = known.filter(
    (value) =>
      !figures.values.some(
        ({ objective, fidelity, repeat }) =>
          objective === value.objective && fidelity === value.fidelity && repeat === value.repeat,
      ),
  );
  return { ...figures, values: [...kept, ...figures.values] };
}

/** A copy in the order in which figures are listed. */
function sorted(figures: TrialFigures): TrialFigures {
  const { values, metrics, artefacts } = copy(
    "figures",
    figures as unknown as Json,
  ) as unknown as TrialFigures;
  const byName = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);
  return {
    values: values.toSorted(
      (a, b) => byName(a.objective, b.objective) || a.fidelity - b.fidelity || a.repeat - b.repeat,
    ),
    metrics: metrics.toSorted((a, b) => byName(a.name, b.name) || a.step - b.step),
    artefacts,
  };
}

/** As through JSON, like every other storage. */
function copy(where: string, value: Json): Json {
  canonicalJson(where, value); // refuses what JSON cannot hold
  return JSON.parse(JSON.stringify(value));
}
