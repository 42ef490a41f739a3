// Optuna's samplers, as they come: searches led by them, from the files of those already done or live. A search is
// the same wherever it runs, up to rounding; it takes up to two minutes, and so those of a whole benchmark are kept
// in docs/results/search-optuna.json, by version, script, settings and problem. Times are always measured live.

import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { isDeepStrictEqual } from "node:util";
import { sha256 } from "../src/base/hash.ts";
import type { DesignValues, Space } from "../src/space/space.ts";
import { kept } from "./kept.ts";
import { type PeerFailure, PeerProcess } from "./peer-process.ts";
import { type SearchProblem, searchFingerprint } from "./search-problems.ts";
import type { SearchRun } from "./search-runs.ts";

export type OptunaSampler = "gp" | "tpe" | "nsga2";

/** What differs from Optuna's defaults: objectives have no noise, and a population ours can be compared with. */
const settings: Readonly<Record<OptunaSampler, object>> = {
  gp: { deterministic_objective: true, n_startup_trials: 10 },
  tpe: { n_startup_trials: 10 },
  nsga2: { population_size: 24 },
};

/** More do not make its small matrices faster. */
const threads = 1;

const recordPath = join(import.meta.dirname, "..", "docs", "results", "search-optuna.json");
const scriptPath = join(import.meta.dirname, "peers", "optuna_search.py");

/** A search that was done. */
interface RecordedRun extends SearchRun {
  readonly sampler: OptunaSampler;
  readonly problem: string;
  readonly seed: number;
  readonly checkpoints: readonly number[];
  readonly fingerprint: string;
}

interface SearchRecord {
  readonly command: string;
  readonly versions: Readonly<Record<string, string>>;
  readonly script: string;
  readonly scriptSha256: string;
  readonly settings: typeof settings;
  readonly runs: readonly RecordedRun[];
}

export interface OptunaDesign {
  readonly design: DesignValues;
  /** It was thought of in: of the clock, and of the process's time on all cores. */
  readonly seconds: number;
  readonly cpuSeconds: number;
}

export class OptunaSearches {
  /** Of what runs, or ran for the record. */
  readonly versions: Readonly<Record<string, string>>;
  readonly #process: PeerProcess | undefined;
  readonly #recorded: readonly RecordedRun[];
  readonly #scriptHash: string;
  readonly #used: RecordedRun[] = [];

  private constructor(
    peer: PeerProcess | undefined,
    versions: Readonly<Record<string, string>>,
    recorded: readonly RecordedRun[],
    scriptHash: string,
  ) {
    this.#process = peer;
    this.versions = versions;
    this.#recorded = recorded;
    this.#scriptHash = scriptHash;
  }

  /** Live where a Python with Optuna is named; without, what is recorded is all there is. */
  static async open(): Promise<OptunaSearches> {
    const scriptHash = await sha256(readFileSync(scriptPath));
    const peer = PeerProcess.start("optuna_search.py");
    const live = peer && (await answered<Readonly<Record<string, string>>>(peer, { op: "versions" }));
    const record = readRecord();
    const isGood =
      record !== undefined &&
      record.scriptSha256 === scriptHash &&
      JSON.stringify(record.settings) === JSON.stringify(settings) &&
      (live === undefined || live["optuna"] === record.versions["optuna"]);
    const versions = live ?? (isGood ? record.versions : {});
    return new OptunaSearches(peer, versions, isGood ? record.runs : [], scriptHash);
  }

  get isLive(): boolean {
    return this.#process !== undefined;
  }

  /** The run of the record, or kept, or made by `measure` now; undefined where there is no Optuna to make it. */
  async run(
    sampler: OptunaSampler,
    problem: SearchProblem,
    seed: number,
    checkpoints: readonly number[],
    measure: () => Promise<SearchRun>,
  ): Promise<SearchRun | undefined> {
    const fingerprint = await searchFingerprint(problem, seed);
    const what = { sampler, problem: problem.name, seed, checkpoints, fingerprint };
    const recorded = this.#recorded.find(({ hypervolumes, ...of }) => isDeepStrictEqual(of, what));
    let hypervolumes = recorded?.hypervolumes;
    if (hypervolumes === undefined) {
      if (this.#process === undefined) return undefined;
      const all = [what, settings[sampler], this.versions];
      ({ hypervolumes } = await kept("search-optuna", all, measure, this.#scriptHash));
    }
    this.#used.push({ ...what, hypervolumes });
    return { hypervolumes };
  }

  /** Begin a search; the one before is forgotten. */
  async start(sampler: OptunaSampler, problem: SearchProblem, seed: number): Promise<void> {
    await this.#ask({
      op: "start",
      sampler,
      seed,
      settings: settings[sampler],
      fields: boundsOf(problem.space),
      directions: problem.views[0].reference.map(() => "minimize"),
      threads,
    });
  }

  /** @param design - to be tried next; undefined: the sampler's own */
  ask(design?: DesignValues): Promise<OptunaDesign> {
    return this.#ask<OptunaDesign>({ op: "ask", design });
  }

  async tell(objectives: readonly number[]): Promise<void> {
    await this.#ask({ op: "tell", objectives });
  }

  /** Write all runs that were asked for to the record, and none of another version. */
  record(command: string): void {
    const { versions } = this;
    const script = "bench/peers/optuna_search.py";
    const head = { command, versions, script, scriptSha256: this.#scriptHash, settings };
    const lines = this.#used.map((run) => `    ${JSON.stringify(run)}`).join(",\n");
    const opening = JSON.stringify(head, null, 2).slice(0, -2);
    writeFileSync(recordPath, `${opening},\n  "runs": [\n${lines}\n  ]\n}\n`);
  }

  close(): void {
    this.#process?.close();
  }

  async #ask<A = object>(command: object): Promise<A> {
    if (this.#process === undefined) throw new Error("no Python with Optuna is named");
    return answered<A>(this.#process, command);
  }
}

function readRecord(): SearchRecord | undefined {
  return existsSync(recordPath) ? JSON.parse(readFileSync(recordPath, "utf8")) : undefined;
}

function boundsOf(space: Space): Readonly<Record<string, readonly [low: number, high: number]>> {
  return Object.fromEntries(
    Object.entries(space.fields).map(([name, field]) => {
      if (field.kind !== "float") throw new Error(`${name} must be a float to be searched by Optuna`);
      return [name, [field.low, field.high]];
    }),
  );
}

async function answered<A>(peer: PeerProcess, command: object): Promise<A> {
  const answer = await peer.ask<A>(command);
  const { error } = answer as PeerFailure;
  if (error !== undefined) throw new Error(`Optuna: ${error}`);
  return answer as A;
}
