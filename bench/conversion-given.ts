// Networks that others have trained, converted: accuracy by steps for three rules. They are read from the
// folder shared/ beside the checkout, where there is one.

import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { cifar10Classes } from "../src/data/cifar10.ts";
import { type Dataset, splitOf, subset } from "../src/data/index.ts";
import { readPytorchTensors } from "../src/formats/pytorch-tensors.ts";
import { readOnnx } from "../src/formats/read-onnx.ts";
import { modelFromStateDict } from "../src/formats/state-dict.ts";
import type { Kernels } from "../src/kernels/kernels.ts";
import type { Model } from "../src/model/model.ts";
import { normalisedBy } from "../src/model/preprocessing.ts";
import { residualNetwork } from "../src/model/resnet.ts";
import { loadDataset } from "../src/node/dataset-files.ts";
import { PreparedAnn } from "../src/pipeline/prepared-ann.ts";
import { annRow, countAnn, interval } from "./conversion-rows.ts";
import { designOf } from "./conversion-rules.ts";
import { correctPerStep } from "./conversion-steps.ts";
import { type BenchRow, benchRow } from "./report.ts";

const models = join(import.meta.dirname, "../../shared/models");

/** Their thresholds do not depend on the number of steps, so one run tells all. */
const rules = {
  "maximum, v0 = 0": { normalisation: "max", initialPotential: 0 },
  "percentile 99.9, v0 = 1/2": {},
  "percentile 99, v0 = 1/2": { percentile: 99 },
} as const;

export async function givenNetworkRows(kernels: Kernels, quick: boolean): Promise<BenchRow[]> {
  if (!existsSync(models)) {
    process.stderr.write(`${models} is not here: no rows of given networks\n`);
    return [];
  }
  const mnist = await loadDataset("mnist");
  const cifar = await loadDataset("cifar10");
  const onnx = join(models, "onnx-mnist", "mnist-8.onnx");
  const digits = await readOnnx(readFileSync(onnx), onnx);
  return [
    ...(await rowsOf(kernels, "ONNX zoo's MNIST CNN", digits, mnist, quick ? 200 : 10_000, quick ? 8 : 64)),
    ...(await rowsOf(kernels, "ResNet-20, CIFAR-10", resnet(), cifar, quick ? 20 : 1000, quick ? 8 : 128)),
  ];
}

function resnet(): Model {
  const file = join(models, "cifar10-resnet", "resnet20-12fca82f.th");
  const { network, fixed } = residualNetwork({ depth: 20 });
  return modelFromStateDict(readPytorchTensors(readFileSync(file), file), network, {
    preprocessing: normalisedBy([0.485, 0.456, 0.406], [0.229, 0.224, 0.225]),
    classes: cifar10Classes,
    fixed,
  });
}

async function rowsOf(
  kernels: Kernels,
  name: string,
  ann: Model,
  dataset: Dataset,
  count: number,
  steps: number,
): Promise<BenchRow[]> {
  const images = subset(splitOf(dataset, "test"), 0, count);
  const rows = [annRow(`${name}, ANN`, countAnn(kernels, ann, images), images)];
  const train = splitOf(dataset, "train");
  const prepared = new PreparedAnn({ kernels, model: ann, hash: "", train, isCancelled: () => false });
  for (const [rule, settings] of Object.entries(rules)) {
    const curve = await correctPerStep(prepared.snn(designOf(settings, steps), 8), images);
    for (let t = 8; t <= steps; t *= 2) {
      rows.push(
        benchRow({
          case: `${name}, int8, ${rule}, T = ${t}`,
          unit: "% right",
          ours: (100 * curve[t - 1]) / count,
          better: "higher",
          note: interval(curve[t - 1], count),
        }),
      );
    }
  }
  return rows;
}
