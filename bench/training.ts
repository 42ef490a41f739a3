// How long does an epoch of training take, beside PyTorch on the same machine, and how good do the default
// recipes get? Epochs are of 50,000 images (quick: 1,000 and one round, scaled up) with everything that belongs to one:
// shuffling, scaling, gradients, Adam. Ours and the peer's rounds alternate; the minimum counts.

import { execFileSync } from "node:child_process";
import { initialise } from "../src/ann/initialise.ts";
import { type TrainingSettings, trainingFields } from "../src/ann/training-fields.ts";
import type { ImageSet } from "../src/data/dataset.ts";
import { splitOf, subset } from "../src/data/image-set.ts";
import { hasRelaxedSimd, loadKernels } from "../src/kernels/load.ts";
import { loadDataset } from "../src/node/dataset-files.ts";
import { trainNetwork } from "../src/node/train-network.ts";
import { trainOnThreads } from "../src/node/train-on-threads.ts";
import { evaluateModel } from "../src/pipeline/evaluate-model.ts";
import { resolve } from "../src/space/resolve.ts";
import { type NetworkSpec, networkOf } from "../src/study/network-spec.ts";
import { type BenchReport, type BenchRow, benchReport, benchRow } from "./report.ts";

type TrainedSpec = Exclude<NetworkSpec, { file: string }>;

interface Shape {
  readonly name: string;
  readonly spec: TrainedSpec;
  readonly batch: number;
}

const spec = (kind: "mlp" | "cnn", hidden: readonly number[], batchNorm: boolean): TrainedSpec => ({
  name: kind,
  kind,
  hidden,
  channels: [16, 32],
  kernel: 5,
  batchNorm,
});
const shapes: readonly Shape[] = [
  { name: "MLP 784-512-256-10, batch 128", spec: spec("mlp", [512, 256], false), batch: 128 },
  { name: "CNN 16C5-P2-32C5-P2-128-10 with batch norm, batch 64", spec: spec("cnn", [128], true), batch: 64 },
];
const epochImages = 50_000;
const build = hasRelaxedSimd() ? "relaxed" : "simd";

/** The bars of the default recipes: `spikefront train` with this kind, data, batch norm and number of epochs, and nothing else. */
const recipes = [
  {
    name: "MNIST, MLP",
    data: "mnist",
    kind: "mlp",
    hidden: [256, 128],
    batchNorm: false,
    epochs: 10,
    goal: 0.98,
  },
  {
    name: "MNIST, CNN with batch norm",
    data: "mnist",
    kind: "cnn",
    hidden: [256, 128],
    batchNorm: true,
    epochs: 4,
    goal: 0.989,
  },
  {
    name: "Fashion-MNIST, MLP",
    data: "fashion-mnist",
    kind: "mlp",
    hidden: [256, 128],
    batchNorm: false,
    epochs: 10,
    goal: 0.885,
  },
] as const;

export async function run({ quick }: { readonly quick: boolean }): Promise<BenchReport> {
  const dataset = await loadDataset("mnist");
  const images = quick ? 1_000 : epochImages;
  const train = subset(splitOf(dataset, "train"), 0, images);
  const rows: BenchRow[] = [];
  let peerVersion = "none (set SPIKEFRONT_PEERS_PYTHON to a Python with torch)";
  for (const shape of shapes) {
    for (const threads of [1, 2]) {
      const ours: number[] = [];
      const theirs: number[] = [];
      for (let round = 0; round < (quick ? 1 : 3); round++) {
        ours.push(await epochSeconds(shape, train, threads));
        const peer = peerSeconds(shape, images, threads);
        if (peer === undefined) continue;
        theirs.push(peer.seconds);
        peerVersion = peer.version;
      }
      const scale = epochImages / images;
      rows.push(
        benchRow({
          case: `${shape.name}, ${threads} threads`,
          unit: "s per epoch",
          ours: scale * Math.min(...ours),
          peer: theirs.length === 0 ? undefined : scale * Math.min(...theirs),
          better: "lower",
          note: `ours ${spread(ours, scale)}, PyTorch ${theirs.length === 0 ? "not measured" : spread(theirs, scale)}`,
        }),
      );
    }
  }
  if (!quick) for (const recipe of recipes) rows.push(await accuracyRow(recipe));
  return benchReport({
    name: "training",
    quick,
    threads: 2,
    versions: { pytorch: peerVersion, kernels: build },
    rows,
  });
}

/** One epoch, start-up of threads and the validation of a single image left out as far as they can be. */
async function epochSeconds({ spec, batch }: Shape, train: ImageSet, threads: number): Promise<number> {
  const settings: TrainingSettings = resolve("training", trainingFields, { epochs: 1, batch });
  const network = networkOf(spec, train.imageShape, 10);
  let firstMs = 0;
  let firstEpoch = 0;
  let lastMs = 0;
  let lastEpoch = 0;
  await trainOnThreads({
    model: {
      kind: "ann",
      network,
      weightFormat: { kind: "float32" },
      tensors: initialise(network, 0),
      preprocessing: { scale: 1 / 255, offset: 0 },
      inference: null,
      classes: [..."0123456789"],
      provenance: { data: "", seed: 0, commit: "", kernels: build, parent: "", history: [] },
    },
    settings,
    seed: 0,
    train,
    validation: subset(train, 0, 1),
    threads,
    build,
    memoryBytes: 512 * 1024 * 1024,
    checkpointPath: undefined,
    signal: new AbortController().signal,
    onProgress: ({ epoch }) => {
      lastMs = performance.now();
      lastEpoch = epoch;
      if (firstMs > 0) return;
      firstMs = lastMs;
      firstEpoch = epoch;
    },
  });
  return (lastMs - firstMs) / 1000 / (lastEpoch - firstEpoch);
}

function peerSeconds(
  { spec, batch }: Shape,
  images: number,
  threads: number,
): { readonly seconds: number; readonly version: string } | undefined {
  const python = process.env["SPIKEFRONT_PEERS_PYTHON"];
  if (!python) return undefined;
  const { kind: network, hidden, channels } = spec;
  const script = new URL("./peers/training.py", import.meta.url).pathname;
  const request = JSON.stringify({ network, hidden, channels, batch, images, threads, rounds: 1 });
  const env = { ...process.env, OMP_WAIT_POLICY: "passive", OMP_NUM_THREADS: String(threads) };
  const { seconds, version } = JSON.parse(execFileSync(python, [script, request], { encoding: "utf8", env }));
  return { seconds: Math.min(...seconds), version };
}

async function accuracyRow(recipe: (typeof recipes)[number]): Promise<BenchRow> {
  const dataset = await loadDataset(recipe.data);
  const network = networkOf(spec(recipe.kind, recipe.hidden, recipe.batchNorm), dataset.train.imageShape, 10);
  const settings = resolve("training", trainingFields, { epochs: recipe.epochs });
  const startMs = performance.now();
  const { model } = await trainNetwork({ network, dataset, settings, seed: 0, threads: 2, build });
  const seconds = (performance.now() - startMs) / 1000;
  const kernels = await loadKernels();
  const { evaluation } = await evaluateModel({
    kernels,
    model,
    images: dataset.test,
    split: "test",
    faults: [],
    seed: 0,
    trial: -1,
    isCancelled: () => false,
  });
  return benchRow({
    case: `${recipe.name}, ${recipe.epochs} epochs, seed 0`,
    unit: "share right of 10,000 test images",
    ours: evaluation.correctPerStep[0] / evaluation.images,
    goal: recipe.goal,
    better: "higher",
    note: `trained in ${seconds.toFixed(0)} s; early stopping saw validation only`,
  });
}

function spread(seconds: readonly number[], scale: number): string {
  return `${(scale * Math.min(...seconds)).toFixed(2)} to ${(scale * Math.max(...seconds)).toFixed(2)} s`;
}
