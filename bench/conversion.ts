// What do the rules of conversion cost in steps, beside each other and on the same networks? For each rule the
// fewest steps, warm-ups and windows charged, with which a CNN of int8 weights is within 0.2 points of its
// ANN; and networks others have trained, by steps. SpikingJelly's converter: spikingjelly-equality.ts.
//
// Rules are not tuned: their settings are fixed beforehand (conversion-rules.ts), bounds come from training
// images, and every figure is of test images.

import type { Dataset, ImageSet } from "../src/data/dataset.ts";
import { splitOf, subset } from "../src/data/image-set.ts";
import type { Kernels } from "../src/kernels/kernels.ts";
import { loadKernels } from "../src/kernels/load.ts";
import {
  averagePool,
  batchNorm,
  conv2d,
  dense,
  flatten,
  type LayerSpec,
  relu,
  sequential,
} from "../src/model/build.ts";
import type { Model } from "../src/model/model.ts";
import type { Network } from "../src/model/network.ts";
import { loadDataset } from "../src/node/dataset-files.ts";
import { PreparedAnn } from "../src/pipeline/prepared-ann.ts";
import { givenNetworkRows } from "./conversion-given.ts";
import { annRow, countAnn, interval } from "./conversion-rows.ts";
import { designOf, rules } from "./conversion-rules.ts";
import { countCorrect, stepsNeeded, unlessRefused } from "./conversion-steps.ts";
import { trained } from "./converted-networks.ts";
import { type BenchReport, type BenchRow, benchReport, benchRow } from "./report.ts";

/** Points of accuracy that a converted network may lose. */
const slack = 0.002;

export async function run({ quick }: { readonly quick: boolean }): Promise<BenchReport> {
  const kernels = await loadKernels({ build: "simd", memoryBytes: 2 ** 30 });
  const rows: BenchRow[] = [];
  for (const name of quick ? ["mnist"] : ["mnist", "fashion-mnist"]) {
    const dataset = await loadDataset(name);
    rows.push(...(await ruleRows(kernels, dataset, quick)));
  }
  rows.push(...(await givenNetworkRows(kernels, quick)));
  const versions = { profile: "accuracy and steps only; no energy" };
  return benchReport({ name: "conversion", quick, threads: 2, versions, rows });
}

/** Two convolutions and a hidden layer, as `spikefront train --kind cnn` makes them. */
function cnn(name: string, activation: LayerSpec): Network {
  return sequential(
    name,
    [1, 28, 28],
    [
      conv2d({ channels: 16, kernel: 5 }),
      batchNorm(),
      activation,
      averagePool(2),
      conv2d({ channels: 32, kernel: 5 }),
      batchNorm(),
      activation,
      averagePool(2),
      flatten(),
      dense(128),
      batchNorm(),
      activation,
      dense(10),
    ],
  );
}

/** Trained in seconds, for a run that only checks that all works. */
function mlp(name: string, activation: LayerSpec): Network {
  const layers = [flatten(), dense(64), activation, dense(32), activation, dense(10)];
  return sequential(name, [1, 28, 28], layers);
}

async function ruleRows(kernels: Kernels, dataset: Dataset, quick: boolean): Promise<BenchRow[]> {
  const change = { epochs: quick ? 1 : 4 };
  const shape = quick ? mlp : cnn;
  const kind = quick ? "MLP" : "CNN";
  const plain = await trained(shape(`rules-${kind}`, relu()), dataset, change);
  const test = splitOf(dataset, "test");
  const images = subset(test, 0, quick ? 500 : 5000);
  const right = countAnn(kernels, plain, images);
  const rows = [annRow(`${dataset.name} ${kind}, ANN`, right, images)];
  const most = quick ? 8 : 48;
  for (const [rule, settings] of Object.entries(rules)) {
    const prepared = preparedAnn(kernels, plain, dataset);
    const snnOf = (steps: number): Model | undefined =>
      unlessRefused(() => prepared.snn(designOf(settings, steps), 8));
    rows.push(await stepsRow(`${dataset.name} ${kind}, ${rule}`, snnOf, images, right, most));
  }
  for (const levels of [4]) {
    const activation: LayerSpec = { kind: "relu", bounded: true, levels };
    const qcfs = await trained(shape(`qcfs${levels}-${kind}`, activation), dataset, change);
    const prepared = preparedAnn(kernels, qcfs, dataset);
    const name = `${dataset.name} ${kind} trained with QCFS, L = ${levels} (Bu 2022b)`;
    rows.push(annRow(`${name}, ANN`, countAnn(kernels, qcfs, images), images));
    const snnOf = (steps: number): Model => prepared.snn(designOf({}, steps), 8);
    rows.push(await stepsRow(name, snnOf, images, right, most));
    rows.push(await lossRow(`${name}, T = 4`, snnOf(4), images, right));
  }
  return rows;
}

function preparedAnn(kernels: Kernels, model: Model, dataset: Dataset): PreparedAnn {
  const train = splitOf(dataset, "train");
  return new PreparedAnn({ kernels, model, hash: "", train, isCancelled: () => false });
}

async function stepsRow(
  name: string,
  snnOf: (steps: number) => Model | undefined,
  images: ImageSet,
  annCorrect: number,
  most: number,
): Promise<BenchRow> {
  const wanted = annCorrect - Math.floor(slack * images.count);
  const { charged, correct, count, tried } = await stepsNeeded(snnOf, images, wanted, most);
  const curve = tried.map(([steps, share]) => `${steps}: ${(100 * share).toFixed(2)}`).join(", ");
  return benchRow({
    case: `${name}: fewest steps within 0.2 points, all charged`,
    unit: "steps",
    ours: charged ?? Number.NaN,
    better: "lower",
    note: `${interval(correct, count)}; % by charged steps: ${curve}${charged === null ? "; not reached" : ""}`,
  });
}

async function lossRow(name: string, snn: Model, images: ImageSet, annCorrect: number): Promise<BenchRow> {
  const correct = await countCorrect(snn, images);
  return benchRow({
    case: `${name}: below the plain relu ANN`,
    unit: "points",
    ours: (100 * (annCorrect - correct)) / images.count,
    goal: 0.3,
    better: "lower",
    note: interval(correct, images.count),
  });
}
