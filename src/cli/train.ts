// `train`: one ANN, from nothing to a network file.

import { availableParallelism } from "node:os";
import { trainingFields } from "../ann/training-fields.ts";
import { hasRelaxedSimd } from "../kernels/load.ts";
import { writeFileAtomic } from "../node/atomic-file.ts";
import { loadDataset } from "../node/dataset-files.ts";
import { requireWorkers } from "../node/evaluation-pool.ts";
import { trainNetwork } from "../node/train-network.ts";
import { choice, flag, int, text } from "../space/field.ts";
import { networkOf } from "../study/network-spec.ts";
import { command } from "./command.ts";
import { showEvaluation, testModel } from "./evaluate.ts";
import { wholeNumbers } from "./number-list.ts";

export const train = command({
  name: "train",
  about: "Train an ANN on a data set.",
  out: "network file to write [default: ann.safetensors]",
  operands: [],
  options: {
    data: text({ about: "data set: a known name or a folder", default: "mnist" }),
    kind: choice({ about: "shape of the network", options: ["mlp", "cnn"], default: "mlp" }),
    hidden: text({ about: "units of the hidden dense layers", default: "256,128" }),
    channels: text({
      about: "cnn: channels of the convolutions, each followed by 2 × 2 average pooling",
      default: "16,32",
    }),
    kernelSize: int({ about: "cnn: side of the kernels", unit: "1", low: 1, high: 15, default: 5 }),
    batchNorm: flag({ about: "batch normalisation after every layer but the last", default: false }),
    kernels: choice({
      about: "simd gives the same bits on every machine",
      options: ["auto", "simd", "relaxed"],
      default: "auto",
    }),
    ...trainingFields,
  },
  resources: ["memory", "threads"],
  details: [
    "Trains on the training split, keeps the epoch that is best on the validation split, and tells the accuracy on the test split at the end. A checkpoint stands beside the output while training; run the same command again to continue.",
  ],
  examples: [
    "spikefront train",
    "spikefront train --data fashion-mnist --hidden 512,256",
    "spikefront train --kind cnn --batch-norm --epochs 6 --out cnn.safetensors",
  ],
  async run(context) {
    const { options, terminal, signal, memoryBytes, isCancelled } = context;
    const { data, kind, kernelSize: kernel, batchNorm, kernels, hidden, channels, ...settings } = options;
    const threads = context.threads ?? availableParallelism();
    requireWorkers(threads);
    const build = kernels === "auto" ? (hasRelaxedSimd() ? "relaxed" : "simd") : kernels;
    const out = context.out ?? "ann.safetensors";
    const seed = context.seed ?? 0;
    const spec = {
      name: kind,
      kind,
      hidden: wholeNumbers("hidden", hidden),
      channels: wholeNumbers("channels", channels),
      kernel,
      batchNorm,
    } as const;
    const dataset = await loadDataset(data);
    const network = networkOf(spec, dataset.train.imageShape, dataset.classes.length);
    terminal.note(`training ${kind} on ${dataset.name}, seed ${seed}, ${threads} threads, ${build} kernels`);
    const { model, file } = await trainNetwork({
      network,
      dataset,
      settings,
      seed,
      threads,
      build,
      memoryBytes,
      checkpointPath: `${out}.checkpoint`,
      signal,
      onProgress: ({ epoch, epochs, bestValidationAccuracy }) =>
        terminal.progress({
          phase: "train",
          done: Math.round(100 * epoch) / 100,
          total: epochs,
          unit: "epoch",
          best:
            bestValidationAccuracy === 0
              ? ""
              : `${(100 * bestValidationAccuracy).toFixed(2)} % on validation`,
        }),
    });
    writeFileAtomic(out, file);
    const evaluation = await testModel({
      model,
      dataset,
      split: "test",
      images: dataset.test.count,
      memoryBytes,
      isCancelled,
      seed,
      faults: [],
    });
    for (const line of showEvaluation(evaluation)) terminal.write(line);
    terminal.write(`network: ${out}`);
    return { network: out, sha256: evaluation.network, evaluation };
  },
});
