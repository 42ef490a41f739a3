// The networks the simulator is measured on: a LeNet-like CNN and an MLP, trained on MNIST by the default
// recipe and converted. Trained once a machine: the files are kept in the system's folder for temporary
// files, by what they were made from.

import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type TrainingSettings, trainingFields } from "../src/ann/training-fields.ts";
import { sha256 } from "../src/base/hash.ts";
import { conversionFields } from "../src/convert/conversion-fields.ts";
import type { Dataset } from "../src/data/dataset.ts";
import { splitOf } from "../src/data/image-set.ts";
import { readNetworkFile } from "../src/formats/network-file.ts";
import { loadKernels } from "../src/kernels/load.ts";
import { averagePool, conv2d, dense, flatten, relu, sequential } from "../src/model/build.ts";
import type { Model } from "../src/model/model.ts";
import type { Network } from "../src/model/network.ts";
import { trainNetwork } from "../src/node/train-network.ts";
import type { SnnDesign } from "../src/pipeline/design-space.ts";
import { PreparedAnn } from "../src/pipeline/prepared-ann.ts";
import { resolve } from "../src/space/resolve.ts";

export const lenet: Network = sequential(
  "lenet",
  [1, 28, 28],
  [
    conv2d({ channels: 6, kernel: 5, padding: 2 }),
    relu(),
    averagePool(2),
    conv2d({ channels: 16, kernel: 5 }),
    relu(),
    averagePool(2),
    flatten(),
    dense(120),
    relu(),
    dense(84),
    relu(),
    dense(10),
  ],
);

export const mlp: Network = sequential("mlp", [1, 28, 28], [flatten(), dense(1000), relu(), dense(10)]);

/** @param bits - of the stored weights */
export async function convertedNetwork(
  network: Network,
  dataset: Dataset,
  bits: 8 | "float32",
  inference: Pick<SnnDesign, "steps" | "coding" | "readout">,
): Promise<Model> {
  const ann = await trained(network, dataset);
  const kernels = await loadKernels();
  const prepared = new PreparedAnn({
    kernels,
    model: ann,
    hash: "",
    train: splitOf(dataset, "train"),
    isCancelled: () => false,
  });
  const design = resolve("conversion", conversionFields, {});
  return prepared.snn({ ...design, ...inference }, bits);
}

/** Trained by the default recipe, once a machine. */
export async function trained(
  network: Network,
  dataset: Dataset,
  change: Partial<TrainingSettings> = {},
): Promise<Model> {
  const settings = resolve("training", trainingFields, { epochs: 4, ...change });
  const key = await sha256(new TextEncoder().encode(JSON.stringify([network, settings, dataset.sha256])));
  const path = join(tmpdir(), "spikefront-bench", `${network.name}-${key.slice(0, 16)}.safetensors`);
  if (existsSync(path)) return readNetworkFile(readFileSync(path), path);
  process.stderr.write(`training ${network.name} on ${dataset.name} once, about a minute …\n`);
  const { model, file } = await trainNetwork({
    network,
    dataset,
    settings,
    seed: 0,
    threads: 2,
    build: "simd",
  });
  mkdirSync(join(tmpdir(), "spikefront-bench"), { recursive: true });
  writeFileSync(`${path}.${process.pid}`, file);
  renameSync(`${path}.${process.pid}`, path);
  return model;
}
