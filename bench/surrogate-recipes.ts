// Spiking networks trained through time, or by its shorter ways back, for `surrogate-training` and `surrogate-ways`.
// What is trained stays trained: a run that is stopped goes on.

import { trainingFields } from "../src/ann/training-fields.ts";
import type { Dataset } from "../src/data/dataset.ts";
import { splitOf, subset } from "../src/data/image-set.ts";
import { loadKernels } from "../src/kernels/load.ts";
import type { Model } from "../src/model/model.ts";
import { trainOnThreads } from "../src/node/train-on-threads.ts";
import { createSimulator } from "../src/simulate/simulator.ts";
import { resolve } from "../src/space/resolve.ts";
import { accuracyInterval } from "../src/statistics/accuracy-interval.ts";
import { initialiseSpiking, spikingNetwork } from "../src/surrogate/spiking-network.ts";
import { type SurrogateSettings, surrogateFields } from "../src/surrogate/surrogate-fields.ts";
import { surrogateEngine } from "../src/surrogate/surrogate-training.ts";
import { kept } from "./kept.ts";
import { type BenchRow, benchRow } from "./report.ts";
import { roomsHash } from "./rooms-hash.ts";

export interface Recipe {
  readonly name: string;
  readonly data: keyof typeof titles;
  readonly kind?: "mlp" | "cnn";
  readonly hidden: readonly number[];
  readonly neuron: "if" | "lif";
  readonly steps: number;
  readonly coding: "constant" | "rate";
  readonly epochs: number;
  /** The first so many training images; default: all. */
  readonly images?: number;
  /** The first so many validation images, which judge epochs; default: all. */
  readonly judges?: number;
  readonly surrogate: Partial<SurrogateSettings>;
}

const titles = { mnist: "MNIST", "fashion-mnist": "Fashion-MNIST" } as const;

/** @param run.goal - in percent */
export async function accuracyRow(
  dataset: Dataset,
  recipe: Recipe,
  { seed, quick, goal }: { readonly seed: number; readonly quick: boolean; readonly goal?: number },
): Promise<BenchRow> {
  const { correct, images } = await measured(dataset, recipe, seed, quick);
  const { value, low, high } = accuracyInterval(correct, images);
  const of = recipe.images === undefined ? "" : ` of ${recipe.images} images`;
  const percent = (share: number): string => (100 * share).toFixed(2);
  return benchRow({
    case: `${recipe.name}, seed ${seed}`,
    unit: `% of ${titles[recipe.data]}'s test images`,
    ours: 100 * value,
    ...(goal !== undefined && { goal }),
    better: "higher",
    note: `${recipe.epochs} epochs${of}, ${correct} of ${images}, ${percent(low)} to ${percent(high)}`,
  });
}

interface Measured {
  /** Of the test images. */
  readonly correct: number;
  readonly images: number;
  /** Of a step with the trained weights. */
  readonly step: StepCost;
}

function measured(dataset: Dataset, recipe: Recipe, seed: number, quick: boolean): Promise<Measured> {
  return keptHere([recipe, seed, quick], () => train(dataset, recipe, seed, quick));
}

async function train(dataset: Dataset, recipe: Recipe, seed: number, quick: boolean): Promise<Measured> {
  const [train, validation] = [splitOf(dataset, "train"), splitOf(dataset, "validation")];
  const { model } = await trainOnThreads({
    model: modelOf(recipe, seed),
    settings: resolve("training", trainingFields, { epochs: quick ? 1 : recipe.epochs }),
    surrogate: resolve("surrogate", surrogateFields, recipe.surrogate),
    seed,
    train: subset(train, 0, quick ? 2000 : (recipe.images ?? train.count)),
    validation: subset(validation, 0, quick ? 500 : (recipe.judges ?? validation.count)),
    threads: 2,
    build: "simd",
    memoryBytes: 2 ** 29,
    checkpointPath: undefined,
    signal: new AbortController().signal,
    onProgress: () => {},
  });
  const { pixels, labels, count } = dataset.test;
  const { correctPerStep } = createSimulator(await loadKernels({ build: "simd" }), model).run({
    pixels,
    labels,
    firstImage: 0,
    count,
    seed,
    trial: -1,
    isCancelled: () => false,
  });
  const step = await stepCost(dataset, recipe, model, quick);
  return { correct: correctPerStep.at(-1) ?? 0, images: count, step };
}

/** Processor time and memory of a step with weights that the recipe has trained from seed 0. */
export async function stepRows(
  dataset: Dataset,
  recipe: Recipe,
  quick: boolean,
): Promise<readonly BenchRow[]> {
  const { step } = await measured(dataset, recipe, 0, quick);
  return costRows(recipe, step, "trained weights");
}

/** The same of the weights a training begins with. */
export async function firstStepRows(
  dataset: Dataset,
  recipe: Recipe,
  quick: boolean,
): Promise<readonly BenchRow[]> {
  const begun = modelOf(recipe, 0);
  const cost = await keptHere(["step", recipe, quick], () => stepCost(dataset, recipe, begun, quick));
  return costRows(recipe, cost, "untrained weights");
}

interface StepCost {
  readonly leastMs: number;
  readonly memoryBytes: number;
}

const steps = 12;

function costRows(recipe: Recipe, { leastMs, memoryBytes }: StepCost, weights: string): readonly BenchRow[] {
  const name = `${recipe.name}: a step, batch ${batchOf(recipe)}`;
  return [
    benchRow({
      case: name,
      unit: "ms of processor time",
      ours: leastMs,
      better: "lower",
      note: `${weights}, forward to derivatives on one thread, least of ${steps}`,
    }),
    benchRow({ case: `${name}, memory`, unit: "MiB", ours: memoryBytes / 2 ** 20, better: "lower" }),
  ];
}

/** Forward, loss and derivatives of one batch on one thread; the least of some, and the most kernel memory taken. */
async function stepCost(
  { train: { pixels, labels } }: Dataset,
  recipe: Recipe,
  model: Model,
  quick: boolean,
): Promise<StepCost> {
  const batch = batchOf(recipe);
  const kernels = await loadKernels({ build: "simd", memoryBytes: 2 ** 30 });
  const [first, take] = [kernels.mark(), kernels.take.bind(kernels)];
  let last = first;
  kernels.take = (bytes) => {
    const address = take(bytes);
    last = Math.max(last, kernels.mark());
    return address;
  };
  const settings = resolve("surrogate", surrogateFields, recipe.surrogate);
  const cut = { batch, shards: 1, labelSmoothing: 0, shiftPixels: 0 };
  const engine = surrogateEngine(kernels, model, { ...settings, ...cut });
  engine.pixels.set(pixels.subarray(0, engine.pixels.length));
  engine.labels.set(labels.subarray(0, batch));
  const images = Uint32Array.from({ length: batch }, (_, i) => i);
  let leastMs = Number.POSITIVE_INFINITY;
  for (let round = 0; round < (quick ? 2 : steps); round++) {
    const used = process.cpuUsage();
    engine.compute(batch, 1 / batch, { seed: 0, trial: 0, images });
    const { user, system } = process.cpuUsage(used);
    leastMs = Math.min(leastMs, (user + system) / 1000);
  }
  return { leastMs, memoryBytes: last - first };
}

function batchOf({ kind }: Recipe): number {
  return kind === "cnn" ? 32 : 128;
}

function modelOf({ kind = "mlp", hidden, neuron, steps, coding }: Recipe, seed: number): Model {
  const spec = {
    name: kind,
    kind,
    hidden,
    channels: [16, 32],
    kernel: 5,
    batchNorm: false,
    neuron: { model: neuron, reset: "subtract" },
    isOutputSpiking: true,
  } as const;
  const network = spikingNetwork(spec, [1, 28, 28], 10);
  return {
    kind: "snn",
    network,
    weightFormat: { kind: "float32" },
    tensors: initialiseSpiking(network, seed, { threshold: 1, leak: 0.95 }),
    preprocessing: { scale: 1 / 255, offset: 0 },
    inference: { steps, coding, readout: "count", dtMs: 1 },
    classes: [..."0123456789"],
    provenance: { data: "", seed, commit: "", kernels: "simd", parent: "", history: [] },
  };
}

async function keptHere<R>(what: unknown, measure: () => Promise<R>): Promise<R> {
  const rooms = ["surrogate", "ann", "simulate", "kernels", "data", "coding"];
  return kept("surrogate-training", what, measure, await roomsHash(rooms));
}
