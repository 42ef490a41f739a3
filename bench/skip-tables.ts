// Two blocks of four layers of which every matrix of skips is trained from nothing, several times: a table in which
// samplers can be compared with hundreds of seeds, as to look a candidate up costs nothing. Trainings are kept as they
// are done, all matrices with the first seed before any with the second: a run that was stopped goes on.

import { splitOf, subset } from "../src/data/image-set.ts";
import { loadKernels } from "../src/kernels/load.ts";
import { loadDataset } from "../src/node/dataset-files.ts";
import { loadRecordings, timedRecordings } from "../src/node/recorded-data.ts";
import { adjacencyAt, adjacencyCount } from "../src/space/adjacency.ts";
import { skipField } from "../src/topology/skip-block.ts";
import type { SkipData, SkipSetting } from "../src/topology/skip-setting.ts";
import { SkipTrainer } from "../src/topology/skip-trainer.ts";
import { kept } from "./kept.ts";
import { roomsHash } from "./rooms-hash.ts";

export interface SkipTable {
  readonly setting: SkipSetting;
  readonly matrices: readonly string[];
  /** By matrix and training seed: share of validation samples decided wrongly, which searches see. */
  readonly seen: readonly (readonly number[])[];
  /** The same of test samples. */
  readonly test: readonly (readonly number[])[];
}

export const tableNames = ["fashion-mnist", "braille"] as const;
export type TableName = (typeof tableNames)[number];

const usual = {
  stem: { kind: "dense", width: 16 },
  block: { kind: "dense", widths: [16, 16, 16, 16] },
  learningRate: 2e-3,
  tuningEpochs: 1,
  rounds: 0,
} as const;

/** Trainings are short, to have so many; of their lengths only the chain was looked at, which learns in them. */
export const tableSettings: Readonly<Record<TableName, SkipSetting>> = {
  "fashion-mnist": {
    ...usual,
    name: "fashion-mnist-thin",
    leak: 0.8,
    steps: 6,
    trainingImages: 2000,
    scoringImages: 2000,
    batch: 32,
    epochs: 3,
  },
  braille: {
    ...usual,
    name: "braille-thin",
    batchNorm: true,
    leak: 0.9,
    steps: 20,
    trainingImages: 1000,
    scoringImages: 1000,
    batch: 32,
    epochs: 6,
  },
};

/** Most test images that a network is judged by. */
const testImages = 2000;
const stepUs = 100_000;
const rooms = ["base", "kernels", "model", "neuron", "ann", "simulate", "surrogate", "energy", "topology"];

/**
 * @param size - so many matrices and trainings of each, instead of all: for quick runs
 * @throws {StateError} when the data set is not on this machine
 */
export async function skipTable(
  name: TableName,
  size: { readonly matrices?: number; readonly seeds: number },
): Promise<SkipTable> {
  const setting = tableSettings[name];
  const data = await dataOf(name, setting);
  // The same bits on every machine.
  const kernels = await loadKernels({ memoryBytes: 2 ** 28, build: "simd" });
  const trainer = new SkipTrainer(kernels, { setting, data, isCancelled: () => false });
  const field = skipField(setting.block);
  const count = Math.min(size.matrices ?? Number.POSITIVE_INFINITY, adjacencyCount(field));
  const matrices = Array.from({ length: count }, (_, i) => adjacencyAt(field, i));
  const [seen, test] = [matrices.map((): number[] => []), matrices.map((): number[] => [])];
  const revision = await roomsHash(rooms);
  for (let seed = 0; seed < size.seeds; seed++) {
    for (const [i, matrix] of matrices.entries()) {
      const errors = await kept(
        "skip-table",
        [setting, data.dataset.sha256, matrix, seed],
        async () => {
          const { validation, test: tested } = trainer.fromNothing(matrix, seed);
          return [validation, tested].map(({ correct, images }) => 1 - correct / images);
        },
        revision,
      );
      seen[i].push(errors[0]);
      test[i].push(errors[1]);
    }
  }
  return { setting, matrices, seen, test };
}

async function dataOf(name: TableName, { steps }: SkipSetting): Promise<SkipData> {
  if (name === "fashion-mnist") {
    const dataset = await loadDataset(name);
    return { dataset: { ...dataset, test: subset(splitOf(dataset, "test"), 0, testImages) } };
  }
  const loaded = await loadRecordings(name, { windowUs: steps * stepUs });
  const { dataset, spikes, dtMs } = timedRecordings(loaded, { steps, stepUs, pool: 1 });
  return { dataset, timed: { spikes, dtMs } };
}
