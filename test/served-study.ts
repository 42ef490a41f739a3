// A folder with a made-up study in its store, as explore would leave it, for what shows studies: any number of
// trials, written at once, and more when asked.

import { createHash } from "node:crypto";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { Random } from "../src/base/random.ts";
import { noCounts } from "../src/energy/no-counts.ts";
import { writeNetworkFile } from "../src/formats/network-file.ts";
import { connect, dense, flatten, neuron, sequential } from "../src/model/build.ts";
import type { Model } from "../src/model/model.ts";
import type { Network } from "../src/model/network.ts";
import { SqliteStorage } from "../src/node/sqlite-storage.ts";
import type { Evaluation } from "../src/pipeline/evaluation.ts";
import type { Explanation } from "../src/pipeline/explanation.ts";
import type { Front } from "../src/study/front.ts";
import type { Json } from "../src/study/storage.ts";
import { readStudyFile } from "../src/study/study-file.ts";
import type { StudySettings } from "../src/study/study-settings.ts";
import { spikingModel } from "./spiking-models.ts";

const name = "served";
/** Only so many of the first trials have evaluations: whoever needs thousands looks at their figures alone. */
const evaluated = 400;
const steps = 5;

export class StudyInFolder {
  readonly folder: string;
  readonly #path: string;
  #settings: StudySettings | undefined;

  /** @param folder - made when it is not there; absent: a new one */
  constructor(folder?: string) {
    this.folder = folder ?? mkdtempSync(join(tmpdir(), "served-"));
    this.#path = join(this.folder, "study.sqlite");
  }

  /**
   * A study of so many trials, all asked, as at the begin of its search.
   *
   * @param hasNetworks - whether its networks can be run: all trials have one, a small one with a skip, and the data are
   *   60 training images of 2 × 2
   */
  async begin(budgetTrials: number, hasNetworks = false): Promise<void> {
    mkdirSync(this.folder, { recursive: true });
    const data = hasNetworks ? join(this.folder, "data") : "mnist";
    const dataSha256 = hasNetworks ? writeData(data) : "made";
    if (hasNetworks) {
      const networks = join(this.folder, "networks");
      mkdirSync(networks);
      writeFileSync(join(networks, `${networkHash}.safetensors`), writeNetworkFile(skipNetwork()));
    }
    const settings = readStudyFile(
      `schema: spikefront.study/1
name: ${name}
data: ${data}
objectives: [accuracy, energy, drop]
requirements: { minAccuracy: 0.9, maxLatencySteps: 32 }
search: { trials: ${budgetTrials}, reference: { accuracy: 0.5, energy: 1.0e+7, drop: 0.5 } }
`,
      "served.yaml",
    );
    this.#settings = settings;
    const storage = new SqliteStorage(this.#path);
    await storage.createStudy({
      key: name,
      settings: { settings: settings as unknown as Json, data: dataSha256 },
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
    const rate = this.#settings?.evaluation.bitErrorRate ?? 0;
    for (let number = from; number < to; number++) writeEnd(database, number, rate);
    database
      .prepare("INSERT OR REPLACE INTO document (study_key, name, value) VALUES (?, 'hypervolume', ?)")
      .run(name, JSON.stringify({ trials: to, steps: volumesUpTo(to) }));
    database.exec("COMMIT");
    database.close();
  }

  /** Confirm some trials, as a study does behind its search: an ANN stands beside them. */
  async confirm(trials: readonly number[]): Promise<void> {
    const storage = new SqliteStorage(this.#path);
    await storage.appendEvent(name, "phase", { phase: "confirm" });
    const rate = this.#settings?.evaluation.bitErrorRate ?? 0;
    const put = (id: string, network: Json, evaluation: Evaluation) =>
      storage.putDocument(name, `confirm/${id}`, {
        task: JSON.stringify({ network }),
        evaluation: evaluation as unknown as Json,
      });
    for (const trial of trials)
      await put(`p${trial}`, { kind: "snn" }, { ...evaluationOf(trial, rate), explanation });
    const { activity: _, ...ann } = evaluationOf(0, rate);
    await put("ann-int8", { kind: "ann", design: null }, { ...ann, kind: "ann", activity: [] });
    await storage.close();
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
function writeEnd(database: DatabaseSync, number: number, bitErrorRate: number): void {
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
  if (number < evaluated) {
    database
      .prepare("UPDATE trial SET result = ? WHERE study_key = ? AND number = ?")
      .run(JSON.stringify(evaluationOf(number, bitErrorRate)), name, number);
  }
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

/** Stands for the contents of the one network file. */
export const networkHash = "5e".repeat(32);

/** Two hidden layers; the output hears the spikes of both. */
export function skipNetwork(): Model {
  const hidden = [dense(6), neuron({ model: "if" })];
  const chain = sequential("skips", [1, 2, 2], [flatten(), ...hidden, ...hidden]);
  const [from, to] = ["neuron1", "neuron2"].map((id) => connect(id));
  const network: Network = {
    ...chain,
    layers: [
      ...chain.layers,
      { kind: "add", id: "add1", inputs: [from, to] },
      { kind: "dense", id: "dense3", units: 10, bias: true, inputs: [connect("add1")] },
    ],
    output: "dense3",
  };
  return spikingModel(network, { seed: 3, inference: { coding: "rate", steps, readout: "membrane" } });
}

/** Seeded images and labels under the names of MNIST's files. @returns the data set's SHA-256 */
function writeData(folder: string): string {
  mkdirSync(folder, { recursive: true });
  const hash = createHash("sha256");
  for (const [part, count] of [
    ["train", 60],
    ["t10k", 10],
  ] as const) {
    const random = new Random({ seed: 1, trial: 0, purpose: `served-${part}`, index: 0 });
    const pixels = Array.from({ length: 4 * count }, () => random.integer(256));
    const labels = Array.from({ length: count }, (_, i) => i % 10);
    const files = [
      [`${part}-images-idx3-ubyte`, idxBytes([count, 2, 2], pixels)],
      [`${part}-labels-idx1-ubyte`, idxBytes([count], labels)],
    ] as const;
    for (const [file, bytes] of files) {
      writeFileSync(join(folder, file), bytes);
      hash.update(bytes);
    }
  }
  return hash.digest("hex");
}

function idxBytes(shape: readonly number[], values: readonly number[]): Uint8Array {
  const bytes = new Uint8Array(4 + 4 * shape.length + values.length);
  const view = new DataView(bytes.buffer);
  view.setUint32(0, 0x0800 + shape.length);
  for (const [i, size] of shape.entries()) view.setUint32(4 + 4 * i, size);
  bytes.set(values, 4 + 4 * shape.length);
  return bytes;
}

function evaluationOf(number: number, bitErrorRate: number): Evaluation {
  const images = 1000;
  const random = new Random({ seed: 6, trial: number, purpose: "served-evaluation", index: 0 });
  const correct = 850 + random.integer(100);
  const layers = ["dense1", "neuron1", "dense2", "neuron2", "dense3"].map((layer, i) => ({
    ...noCounts(layer),
    additions: { int32: images * (50 + 10 * i + random.integer(40)) },
    denseProducts: layer.startsWith("dense") ? images * 36 : 0,
    synapticOperations: layer.startsWith("dense") ? images * 12 : 0,
  }));
  const memories = { weightsBytes: 120, potentialsBytes: 48, activationsBytes: 12 };
  const dose = (layer?: string): Evaluation["faults"][number] => ({
    fault: "weight-bit-flip",
    format: "int8",
    bitErrorRate,
    ...(layer !== undefined && { layer }),
    cleanCorrect: correct,
    images,
    seeds: Array.from({ length: 4 }, (_, index) => ({
      index,
      correct: correct - random.integer(40),
      flippedBits: 3,
    })),
  });
  return {
    schema: "spikefront.evaluation",
    version: 1,
    network: networkHash,
    kind: "snn",
    split: "validation",
    images,
    correctPerStep: Array.from({ length: steps }, (_, t) => correct - 100 * (steps - 1 - t)),
    counts: { images, steps, layers, memories },
    zeroSkippingCounts: null,
    operations: { p50: 300, p99: 400, maximum: 500 },
    activity: ["neuron1", "neuron2"].map((layer, i) => ({
      layer,
      neurons: 6,
      spikes: images * (3 + i),
      silentNeurons: 1,
      saturatedNeurons: 0,
      potentialLow: -10,
      potentialHigh: 30,
    })),
    faults: [dose(), dose("dense1"), dose("dense2"), dose("dense3")],
    memories,
    predictionsHash: "00".repeat(32),
  };
}

const explanation: Explanation = {
  coding: "rate",
  images: 500,
  steps,
  warmUpSteps: 0,
  levels: steps,
  annCorrect: 480,
  correctPerStep: Array.from({ length: steps }, (_, t) => 400 + 10 * t),
  stepsWithinOnePoint: null,
  layers: [
    {
      layer: "neuron1",
      neurons: 6,
      meanActivation: 0.5,
      clippedShare: 0.02,
      clipping: 0.05,
      flooring: 0.2,
      inherited: 0.03,
      unevenness: 0.04,
      correlation: 0.95,
      deadNeurons: 0,
      saturatedNeurons: 0,
    },
  ],
  advice: { summary: "More steps.", layers: {} },
};
