// A folder with a made-up study in its store, as explore would leave it, for what shows studies: any number of
// trials, written at once, and more when asked.

import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { Random } from "../src/base/random.ts";
import { SqliteStorage } from "../src/node/sqlite-storage.ts";
import type { Front } from "../src/study/front.ts";
import type { Json } from "../src/study/storage.ts";
import { readStudyFile } from "../src/study/study-file.ts";

const name = "served";

export class StudyInFolder {
  readonly folder: string;
  readonly #path: string;

  constructor() {
    this.folder = mkdtempSync(join(tmpdir(), "served-"));
    this.#path = join(this.folder, "study.sqlite");
  }

  /** A study of so many trials, all asked, as at the begin of its search. */
  async begin(budgetTrials: number): Promise<void> {
    mkdirSync(this.folder, { recursive: true });
    const settings = readStudyFile(
      `schema: spikefront.study/1
name: ${name}
objectives: [accuracy, energy, drop]
requirements: { minAccuracy: 0.9, maxLatencySteps: 32 }
search: { trials: ${budgetTrials}, reference: { accuracy: 0.5, energy: 1.0e+7, drop: 0.5 } }
`,
      "served.yaml",
    );
    const storage = new SqliteStorage(this.#path);
    await storage.createStudy({
      key: name,
      settings: { settings: settings as unknown as Json, data: "made" },
      budgetTrials,
    });
    await storage.putDocument(name, "reference", [
      { objective: "accuracy", value: 0.5, source: "given" },
      { objective: "energy", value: 1e7, source: "given" },
      { objective: "drop", value: 0.5, source: "given" },
    ]);
    await storage.appendEvent(name, "run-began", { budgetTrials });
    await storage.appendEvent(name, "phase", { phase: "search" });
    await storage.close();
  }

  /** The trials from one number up to before another: one in 40 fails, the others are measured. */
  async finish(from: number, to: number): Promise<void> {
    const storage = new SqliteStorage(this.#path);
    const designs = Array.from({ length: to - from }, (_, i) => ({
      number: from + i,
      design: designOf(from + i),
    }));
    await storage.addTrials(name, designs);
    await storage.close();
    const database = new DatabaseSync(this.#path);
    database.exec("BEGIN IMMEDIATE");
    for (let number = from; number < to; number++) writeEnd(database, number);
    database
      .prepare("INSERT OR REPLACE INTO document (study_key, name, value) VALUES (?, 'hypervolume', ?)")
      .run(name, JSON.stringify({ trials: to, steps: volumesUpTo(to) }));
    database.exec("COMMIT");
    database.close();
  }

  /** Append the run's last event and write its front. */
  async end(front: Front): Promise<void> {
    const storage = new SqliteStorage(this.#path);
    await storage.appendEvent(name, "run-ended", { points: front.points.length });
    await storage.close();
    writeFileSync(join(this.folder, "front.json"), JSON.stringify(front));
  }

  remove(): void {
    rmSync(this.folder, { recursive: true, force: true });
  }
}

function randomOf(trial: number): Random {
  return new Random({ seed: 5, trial, purpose: "served-study", index: 0 });
}

function designOf(number: number): Json {
  const random = randomOf(number);
  return {
    network: "ann",
    steps: 1 + Math.floor(63 * random.uniform()),
    weightBits: 2 + Math.floor(7 * random.uniform()),
    thresholdFactor: 0.5 + random.uniform(),
    neuron: random.uniform() < 0.5 ? "if" : "lif",
    coding: ["rate", "constant", "phase"][Math.floor(3 * random.uniform())],
    clip: random.uniform() < 0.5,
  };
}

/** Energy grows with steps and accuracy follows it: a trade-off as real ones are. */
function writeEnd(database: DatabaseSync, number: number): void {
  const random = randomOf(number);
  const { steps, weightBits } = designOf(number) as { steps: number; weightBits: number };
  const ms = 1_700_000_000_000 + 2_000 * number;
  const isFailed = number % 40 === 39;
  database
    .prepare(
      "UPDATE trial SET state = ?, attempt = 1, error = ?, created_ms = ?, started_ms = ?, finished_ms = ? WHERE study_key = ? AND number = ?",
    )
    .run(
      isFailed ? "failed" : "complete",
      isFailed ? "dead layer: dense2 never spikes" : "",
      ms,
      ms,
      ms + 1500,
      name,
      number,
    );
  const data = JSON.stringify({ trial: number });
  database
    .prepare(
      "INSERT INTO event (study_key, sequence, kind, data) SELECT ?, COALESCE(MAX(sequence), 0) + 1, ?, ? FROM event WHERE study_key = ?",
    )
    .run(name, isFailed ? "trial-failed" : "trial-complete", data, name);
  if (isFailed) return;
  const luck = random.uniform();
  const accuracy = 1 - 0.012 - (0.12 + 0.2 * luck) / steps ** 0.7 - 0.12 / weightBits ** 2;
  const energy = 2e4 * steps * weightBits * (0.8 + 0.4 * random.uniform());
  const drop = 0.004 * weightBits * (0.2 + random.uniform());
  for (const [objective, value, error] of [
    ["accuracy", accuracy, 0.004],
    ["energy", energy, 0.01 * energy],
    ["drop", drop, 0.003],
  ] as const) {
    database
      .prepare("INSERT INTO trial_value VALUES (?, ?, ?, 1, 0, 5, ?, ?)")
      .run(name, number, objective, value, error);
  }
}

function volumesUpTo(trials: number): readonly { trial: number; hypervolume: number }[] {
  const steps = [];
  for (let trial = 0; trial < trials; trial = 1 + 2 * trial)
    steps.push({ trial, hypervolume: 0.8 * (1 - 1 / (trial + 2)) });
  return steps;
}
