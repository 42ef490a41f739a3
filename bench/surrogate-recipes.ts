// Spiking networks trained on MNIST through time, or by its shorter ways back, for `surrogate-training` and
// `surrogate-ways`. What is trained stays trained: a run that is stopped goes on.

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
  readonly kind?: "mlp" | "cnn";
  readonly hidden: readonly number[];
  readonly neuron: "if" | "lif";
  readonly steps: number;
  readonly coding: "constant" | "rate";
  readonly epochs: number;
  /** The first so many training images; default: all. */
  readonly images?: number;
  readonly surrogate: Partial<SurrogateSettings>;
}

/** @param run.goal - in percent */
export async function accuracyRow(
  mnist: Dataset,
  recipe: Recipe,
  { seed, quick, goal }: { readonly seed: number; readonly quick: boolean; readonly goal?: number },
): Promise<BenchRow> {
  const { correct, images } = await keptHere([recipe, seed, quick], () =>
    trainedCorrect(mnist, recipe, seed, quick),
  );
  const { value, low, high } = accuracyInterval(correct, images);
  const of = recipe.images === undefined ? "" : ` of ${recipe.images} images`;
  const percent = (share: number): string => (100 * share).toFixed(2);
  return benchRow({
    case: `${recipe.name}, seed ${seed}`,
    unit: "% of MNIST's test images",
    ours: 100 * value,
    ...(goal !== undefined && { goal }),
    better: "higher",
    note: `${recipe.epochs} epochs${of}, ${correct} of ${images}, ${percent(low)} to ${percent(high)}`,
  });
}

async function trainedCorrect(
  mnist: Dataset,
  recipe: Recipe,
  seed: number,
  quick: boolean,
): Promise<{ readonly correct: number; readonly images: number }> {
  const [train, validation] = [splitOf(mnist, "train"), splitOf(mnist, "validation")];
  const { model } = await trainOnThreads({
    model: modelOf(recipe, seed),
    settings: resolve("training", trainingFields, { epochs: quick ? 1 : recipe.epochs }),
    surrogate: resolve("surrogate", surrogateFields, recipe.surrogate),
    seed,
    train: subset(train, 0, quick ? 2000 : (recipe.images ?? train.count)),
    validation: quick ? subset(validation, 0, 500) : validation,
    threads: 2,
    build: "simd",
    memoryBytes: 2 ** 29,
    checkpointPath: undefined,
    signal: new AbortController().signal,
    onProgress: () => {},
  });
  const { pixels, labels, count } = mnist.test;
  const { correctPerStep } = createSimulator(await loadKernels({ build: "simd" }), model).run({
    pixels,
    labels,
    firstImage: 0,
    count,
    seed,
    trial: -1,
    isCancelled: () => false,
  });
  return { correct: correctPerStep.at(-1) ?? 0, images: count };
}

/** Forward, loss and derivatives of one batch on one thread; the least of some. */
export async function stepRow(mnist: Dataset, recipe: Recipe, quick: boolean): Promise<BenchRow> {
  const batch = recipe.kind === "cnn" ? 32 : 128;
  const leastMs = await keptHere(["step", recipe, quick], async () => {
    const kernels = await loadKernels({ build: "simd", memoryBytes: 2 ** 30 });
    const settings = resolve("surrogate", surrogateFields, recipe.surrogate);
    const cut = { batch, shards: 1, labelSmoothing: 0, shiftPixels: 0 };
    const engine = surrogateEngine(kernels, modelOf(recipe, 0), { ...settings, ...cut });
    engine.pixels.set(mnist.train.pixels.subarray(0, engine.pixels.length));
    engine.labels.set(mnist.train.labels.subarray(0, batch));
    const images = Uint32Array.from({ length: batch }, (_, i) => i);
    let least = Number.POSITIVE_INFINITY;
    for (let round = 0; round < (quick ? 2 : 12); round++) {
      const used = process.cpuUsage();
      engine.compute(batch, 1 / batch, { seed: 0, trial: 0, images });
      const { user, system } = process.cpuUsage(used);
      least = Math.min(least, (user + system) / 1000);
    }
    return least;
  });
  return benchRow({
    case: `${recipe.name}: a step, batch ${batch}`,
    unit: "ms of processor time",
    ours: leastMs,
    better: "lower",
    note: "untrained weights, forward to derivatives, least of 12",
  });
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
