// Studies whose trials train networks: whatever the workers and interruptions, the same trials and the same front.

import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { sha256 } from "../../src/base/hash.ts";
import { renderReport } from "../../src/dashboard/report.ts";
import { writeNetworkFile } from "../../src/formats/network-file.ts";
import { loadKernels } from "../../src/kernels/load.ts";
import type { EvaluationTask, Executor } from "../../src/pipeline/evaluation-task.ts";
import { Evaluator } from "../../src/pipeline/evaluator.ts";
import { exportStudy } from "../../src/study/exchange/export-study.ts";
import type { Front } from "../../src/study/front.ts";
import { MemoryStorage } from "../../src/study/memory-storage.ts";
import { type NetworkSpec, networkOf } from "../../src/study/network-spec.ts";
import { runStudy } from "../../src/study/run-study.ts";
import { readStudyFile } from "../../src/study/study-file.ts";
import { noPostgres, TestPostgres } from "../postgres.ts";
import { untrainedModel } from "../untrained-model.ts";
import { frontOf, spikefront, storedTrials } from "./explorer.ts";
import { patternDataset as dataset } from "./patterns.ts";
import { workedStudy } from "./worked-study.ts";

const common = `evaluation: { images: 60, faultSeeds: 2, bitErrorRate: 0.02 }
confirm: { images: 40 }
final: { images: 60, points: 3, faultImages: 30, faultSeeds: 2, bitErrorRates: [0.02] }
`;
const kinds = {
  skips: `schema: spikefront.study/1
name: skips
seed: 2
skips:
  stem: { width: 6 }
  blocks: [{ widths: [6, 6, 6] }]
  trainingImages: 200
  judgingImages: 50
  rounds: 2
  roundImages: 100
  tuningEpochs: 1
training: { epochs: 1, batch: 20, shards: 1 }
objectives: [annDrop, energy, firingRate, drop]
search: { trials: 7, startTrials: 4, batch: 3, sampler: gp, reference: { firingRate: 0.6 } }
${common}`,
  ttfs: `schema: spikefront.study/1
name: ttfs
seed: 2
ttfs:
  trainingImages: 200
  judgingImages: 50
  epochs: 2
  finalEpochs: 6
  startLow: 0
  training: { learningRate: 0.02 }
space:
  units1: { low: 4, high: 16 }
  threshold1: { low: 0.02, high: 0.2 }
  outputThreshold: { low: 0.02, high: 0.2 }
  second: false
  codeSteps: 40
objectives: [accuracy, energy, latency, spikes]
search: { trials: 7, startTrials: 4, batch: 3, sampler: evolution }
${common}`,
  mixed: `schema: spikefront.study/1
name: mixed
seed: 2
methods: [convert, skips, ttfs]
networks: [{ name: mlp, hidden: [6] }]
skips:
  stem: { width: 4 }
  blocks: [{ widths: [4, 4, 4] }]
  trainingImages: 100
  judgingImages: 50
  rounds: 0
  tuningEpochs: 1
ttfs: { trainingImages: 100, judgingImages: 50, epochs: 1, finalEpochs: 2, startLow: 0 }
training: { epochs: 1, batch: 20, shards: 1 }
space: { convert.steps: { low: 1, high: 6 }, ttfs.units1: { low: 4, high: 8 }, ttfs.second: false }
objectives: [accuracy, energy, drop]
search: { trials: 9, startTrials: 9, batch: 3 }
evaluation: { images: 40, faultSeeds: 2, bitErrorRate: 0.02 }
confirm: { images: 20 }
final: { images: 30, points: 2, faultImages: 10, faultSeeds: 2, bitErrorRates: [0.02] }
`,
} as const;

class Place {
  readonly storage = new MemoryStorage(() => 0);
  readonly files = new Map<string, Uint8Array<ArrayBuffer>>();
  /** Tasks whose network was trained for them. */
  readonly trained: EvaluationTask[] = [];

  async run(text: string, { slots = 1, stopAfter = Infinity } = {}): Promise<Front> {
    const stop = new AbortController();
    let ended = 0;
    const isCancelled = (): boolean => false;
    const kernels = () => loadKernels({ build: "simd", memoryBytes: 2 ** 28 });
    const evaluators = async (anns: ReadonlyMap<string, Uint8Array<ArrayBuffer>>) =>
      Promise.all(
        Array.from(
          { length: slots },
          async () => new Evaluator({ kernels: await kernels(), dataset, anns, isCancelled }),
        ),
      );
    return runStudy(
      {
        storage: this.storage,
        blobs: {
          put: async (bytes) => {
            const hash = await sha256(bytes);
            this.files.set(hash, bytes);
            return hash;
          },
          get: async (hash) => this.files.get(hash),
        },
        trainPart: async (part) => {
          const [evaluator] = await evaluators(new Map());
          if (!("task" in part)) return untrained(part);
          return evaluator.prepare(part.task);
        },
        openExecutor: (anns): Executor => {
          const free = evaluators(anns);
          return {
            slots,
            evaluate: async (task) => {
              const evaluator = (await free).pop() as Evaluator;
              const { kind } = task.network;
              if (task.made === undefined && (kind === "skips" || kind === "ttfs")) this.trained.push(task);
              const outcome = await evaluator.evaluate(task);
              (await free).push(evaluator);
              if (++ended === stopAfter) stop.abort();
              return outcome;
            },
          };
        },
        signal: stop.signal,
        onProgress: () => {},
      },
      { settings: readStudyFile(text, "study.yaml"), dataset, isAsync: false, versions: {} },
    );
  }

  /** Distinct networks among those that were trained. */
  networks(): ReadonlySet<string> {
    return new Set(this.trained.map(({ network }) => JSON.stringify(network)));
  }
}

/** An ANN to be converted; what it knows does not matter here. */
function untrained(spec: NetworkSpec): Uint8Array<ArrayBuffer> {
  assert.ok("kind" in spec);
  const { classes, train } = dataset;
  return writeNetworkFile(untrainedModel(networkOf(spec, train.imageShape, classes.length), classes, 5));
}

/** Each study run once as it is, for all that look at it. */
const wholes = new Map<string, Promise<{ readonly place: Place; readonly front: Front }>>();
function whole(kind: keyof typeof kinds): Promise<{ readonly place: Place; readonly front: Front }> {
  const known = wholes.get(kind);
  if (known !== undefined) return known;
  const place = new Place();
  const running = place.run(kinds[kind]).then((front) => ({ place, front }));
  wholes.set(kind, running);
  return running;
}

test("a study whose trials convert and train gives the same front with one slot and two, and after it was stopped, and trains no network twice", async () => {
  const { place: first, front } = await whole("mixed");
  const [two, stopped] = [new Place(), new Place()];
  assert.deepEqual(await two.run(kinds.mixed, { slots: 2 }), front);
  await assert.rejects(stopped.run(kinds.mixed, { stopAfter: 6 }), { name: "CancelledError" });
  const before = (await stopped.storage.listTrials("mixed")).filter(({ state }) => state === "complete");
  assert.ok(before.length >= 2 && before.length < front.trials.length, String(before.length));
  const { testUses: _, ...again } = await stopped.run(kinds.mixed);
  const { testUses: __, ...figures } = front;
  assert.deepEqual(again, figures);
  for (const trial of await stopped.storage.listTrials("mixed")) assert.equal(trial.attempt, 1);
  for (const place of [first, stopped]) assert.equal(place.trained.length, place.networks().size);
  assert.deepEqual(stopped.networks(), first.networks());
});

test("the front of a study of skips has matrices, the ANN they are compared with and the network without skips", async () => {
  const { place, front } = await whole("skips");
  assert.deepEqual(
    front.networks.map(({ id }) => id),
    ["ann-float32", "ann-float32-skip", "ann-int8", "ann-int8-skip", "no-skips"],
  );
  const [ann] = front.networks;
  for (const { design, evaluation, objectives, doses } of front.points) {
    assert.match(String(design["block1"]), /^[012]{2}\|[012]$/);
    assert.equal(doses[0].format, "int8");
    const { correct } = evaluation.ann ?? { correct: -1 };
    assert.equal(correct, ann.evaluation.correctPerStep[0]);
    assert.equal(objectives?.["annDrop"].value, correct / 60 - (evaluation.correctPerStep.at(-1) ?? 0) / 60);
  }
  const designs = new Set(front.trials.map(({ design }) => design["block1"]));
  assert.ok(designs.size > 3, [...designs].join(" "));
  assert.match(renderReport(front), /block1 [012]{2}\|[012]/);
  const { trials } = await exportStudy(place.storage, "skips");
  assert.deepEqual(Object.keys(trials[0].parameters).filter((name) => name.startsWith("block1")).length, 3);
});

test("the points of a study of event networks are trained on, stand on a clock, and learn the patterns", async () => {
  const { place, front } = await whole("ttfs");
  assert.deepEqual(front.networks, []);
  const epochs = place.trained.map(({ network, split, trial }) => [
    network.kind === "ttfs" && network.epochs,
    split,
    trial < 0 ? "point" : "trial",
  ]);
  // Confirmation trains a point on; the final figures are of what it trained.
  assert.ok(epochs.every(([, split]) => split === "validation"));
  assert.ok(epochs.some(([of]) => of === 6));
  const best = Math.max(...front.points.map(({ accuracy }) => accuracy.value));
  assert.ok(best > 0.7, `${best}, where a third is chance`);
  for (const { evaluation, latencySteps } of front.points) {
    assert.equal(evaluation.split, "test");
    assert.equal(latencySteps, 160);
    const { events } = evaluation;
    assert.ok(
      events !== undefined && Math.abs(events.correct - (evaluation.correctPerStep.at(-1) ?? 0)) <= 6,
    );
  }
  assert.equal(front.testUses.length, front.points.length);
  renderReport(front);
});

describe("on PostgreSQL", { skip: noPostgres }, () => {
  let server: TestPostgres;
  before(async () => {
    server = await TestPostgres.start();
  });
  after(() => server.stop());

  for (const kind of ["skips", "ttfs"] as const) {
    test(`two workers that find all in the store make of a study of ${kind} what one machine makes, each trial once`, async () => {
      const { front, told } = await workedStudy(await server.create(kind), kinds[kind], dataset);
      // Final figures are measured side by side: in what order the test images were looked at is not said.
      const inOrder = ({ testUses, ...figures }: Front): unknown => ({
        ...figures,
        testUses: testUses.toSorted((a, b) => (a.purpose < b.purpose ? -1 : 1)),
        versions: {},
      });
      assert.deepEqual(inOrder(front), inOrder((await whole(kind)).front));
      const trials = told.flat().map(({ trial, attempt, end }) => `${trial} ${attempt} ${end}`);
      assert.deepEqual(
        trials.toSorted(),
        [0, 1, 2, 3, 4, 5, 6].map((trial) => `${trial} 1 complete`),
      );
    });
  }
});

test("networks of three methods stand on one front, measured alike, each as it is told in a study of its own", async () => {
  const { place, front } = await whole("mixed");
  const told = new Map(front.trials.map(({ design }) => [design["method"], design]));
  assert.deepEqual([...told.keys()].sort(), ["convert", "skips", "ttfs"]);
  for (const { design } of front.trials) {
    assert.deepEqual("coding" in design, design["method"] === "convert");
    assert.deepEqual("block1" in design, design["method"] === "skips");
    assert.deepEqual("units1" in design, design["method"] === "ttfs");
  }
  const trainings = { convert: undefined, skips: "direct", ttfs: "event" } as const;
  for (const { design, training, evaluation } of front.points) {
    assert.equal(training, trainings[design["method"] as keyof typeof trainings]);
    assert.deepEqual([evaluation.split, evaluation.images, evaluation.faults.length], ["test", 30, 1]);
  }
  // Who has no point on the front stands beside it with the best of its kind.
  const methods = new Set(front.points.map(({ design }) => design["method"]));
  const beside = front.networks.filter(({ id }) => id.startsWith("best-"));
  assert.deepEqual([...methods, ...beside.map(({ id }) => id.replace("best-", ""))].sort(), [
    "convert",
    "skips",
    "ttfs",
  ]);
  assert.ok(front.networks.some(({ id }) => id === "skips-ann-int8"));
  for (const { role, evaluation } of beside)
    assert.deepEqual([role, evaluation.split, evaluation.images], ["snn", "test", 30]);
  assert.equal(front.reference?.length, 3);
  for (const method of ["convert", "skips", "ttfs"])
    assert.ok(front.notes.some((note) => note.startsWith(`${method}: `)));
  // What a trial is does not change with what stands beside it.
  const own = place.trained.find(({ network }) => network.kind === "ttfs") as EvaluationTask;
  assert.ok(own.network.kind === "ttfs" && !("method" in own.network.design));
  const page = renderReport(front);
  for (const method of methods) assert.ok(page.includes(`>${method}<`), String(method));
});

const folder = mkdtempSync(join(tmpdir(), "spikefront trained "));
after(() => rmSync(folder, { recursive: true, force: true }));

test("kill -9 in mid-search of a study of skips, then again: no trial is lost or repeated", async () => {
  const study = join(folder, "skips.yaml");
  writeFileSync(study, kinds.skips);
  const out = join(folder, "killed");
  const explore = ["explore", study, "--out", out, "--workers", "1"];
  const killed = await spikefront(explore, { stopAt: { phase: "search", done: 3, signal: "SIGKILL" } });
  assert.equal(killed.killedBy, "SIGKILL", killed.stderr);
  const finished = [...storedTrials(out)].filter(([, { state }]) => state === "complete");
  assert.ok(finished.length >= 3 && finished.length < 7, String(finished.length));
  const { code, stderr } = await spikefront(explore);
  assert.equal(code, 0, stderr);
  const trials = storedTrials(out);
  for (const [number, trial] of finished) assert.deepEqual(trials.get(number), trial, `trial ${number}`);
  assert.deepEqual([...trials.keys()], [0, 1, 2, 3, 4, 5, 6]);
  for (const { state, attempt } of trials.values()) assert.ok(state === "complete" && attempt <= 2);
  const { trials: told } = frontOf(out);
  assert.equal((told as readonly unknown[]).length, 7);
});
