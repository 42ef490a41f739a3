// One spiking network trained on recordings and counted on others, for `timed-data`.

import { trainingFields } from "../src/ann/training-fields.ts";
import type { ImageSet } from "../src/data/dataset.ts";
import { loadKernels } from "../src/kernels/load.ts";
import type { Model } from "../src/model/model.ts";
import { trainOnThreads } from "../src/node/train-on-threads.ts";
import {
  gridShape,
  movedRecording,
  recordedSpikes,
  type SpikeGrid,
} from "../src/recordings/recorded-spikes.ts";
import type { RecordingSet } from "../src/recordings/recording-set.ts";
import { createSimulator } from "../src/simulate/simulator.ts";
import { resolve } from "../src/space/resolve.ts";
import { initialiseSpiking, spikingNetwork } from "../src/surrogate/spiking-network.ts";
import { surrogateFields } from "../src/surrogate/surrogate-fields.ts";

export interface Recipe {
  readonly grid: SpikeGrid;
  readonly hidden: number;
  readonly leak: number;
  readonly learn: "nothing" | "leaks";
  readonly epochs: number;
  readonly batch: number;
  readonly learningRate: number;
  /** Copies of every training recording, moved by so many pixels right and down. */
  readonly moves: readonly (readonly [right: number, down: number])[];
}

export interface RecordedParts {
  readonly classes: readonly string[];
  readonly train: RecordingSet;
  /** Picks the epoch. */
  readonly validation: RecordingSet;
  readonly test: RecordingSet;
}

/** @returns how many of the test recordings the simulator decides rightly */
export async function trainedCorrect(parts: RecordedParts, recipe: Recipe, seed: number): Promise<number> {
  const { grid, moves } = recipe;
  const train = withMoved(parts.train, moves);
  const shape = gridShape(train.recordings[0], grid.pool);
  const images = ({ labels }: RecordingSet): ImageSet => ({
    pixels: new Uint8Array(0),
    labels,
    count: labels.length,
    imageShape: shape,
  });
  const { epochs, batch, learningRate, learn } = recipe;
  const { model } = await trainOnThreads({
    model: describedModel(parts.classes, shape, recipe, seed),
    settings: resolve("training", trainingFields, { epochs, batch, learningRate, patience: epochs }),
    surrogate: resolve("surrogate", surrogateFields, { loss: "meanPotential", learn }),
    seed,
    train: images(train),
    validation: images(parts.validation),
    spikes: {
      train: recordedSpikes(train.recordings, grid),
      validation: recordedSpikes(parts.validation.recordings, grid),
    },
    threads: 2,
    build: "simd",
    memoryBytes: 2 ** 28,
    checkpointPath: undefined,
    signal: new AbortController().signal,
    onProgress: () => {},
  });
  const { correctPerStep } = createSimulator(await loadKernels({ build: "simd" }), model).run({
    pixels: new Uint8Array(0),
    labels: parts.test.labels,
    spikes: recordedSpikes(parts.test.recordings, grid),
    firstImage: 0,
    count: parts.test.labels.length,
    seed,
    trial: -1,
    isCancelled: () => false,
  });
  return correctPerStep.at(-1) ?? 0;
}

function withMoved({ recordings, labels }: RecordingSet, moves: Recipe["moves"]): RecordingSet {
  const copies = moves.flatMap(([right, down]) =>
    recordings.map((recording) => movedRecording(recording, right, down)),
  );
  const all = Array.from({ length: 1 + moves.length }, () => [...labels]).flat();
  return { recordings: [...recordings, ...copies], labels: Uint8Array.from(all) };
}

function describedModel(
  classes: readonly string[],
  shape: readonly [number, number, number],
  { hidden, leak, grid }: Recipe,
  seed: number,
): Model {
  const spec = {
    name: "timed",
    kind: "mlp",
    hidden: [hidden],
    channels: [],
    kernel: 1,
    batchNorm: false,
    neuron: { model: "lif", reset: "subtract" },
    isOutputSpiking: false,
  } as const;
  const network = spikingNetwork(spec, shape, classes.length);
  return {
    kind: "snn",
    network,
    weightFormat: { kind: "float32" },
    tensors: initialiseSpiking(network, seed, { threshold: 1, leak }),
    preprocessing: { scale: 1 / 255, offset: 0 },
    inference: { steps: grid.steps, coding: "events", readout: "average", dtMs: grid.stepUs / 1000 },
    classes,
    provenance: { data: "", seed, commit: "", kernels: "simd", parent: "", history: [] },
  };
}
