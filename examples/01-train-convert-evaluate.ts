import { trainingFields } from "spikefront/ann";
import { loadKernels } from "spikefront/kernels";
import { dense, flatten, relu, sequential } from "spikefront/model";
import { loadDataset, trainNetwork } from "spikefront/node";
import { designSpace, Evaluator } from "spikefront/pipeline";
import { resolve } from "spikefront/space";
import { accuracyInterval } from "spikefront/statistics";

const dataset = await loadDataset("mnist");
const network = sequential("mlp", [1, 28, 28], [flatten(), dense(64), relu(), dense(10)]);
const settings = resolve("training", trainingFields, { epochs: 2 });
const { file } = await trainNetwork({ network, dataset, settings, seed: 0, threads: 1, build: "simd" });
const kernels = await loadKernels();
const evaluator = new Evaluator({
  kernels,
  dataset,
  anns: new Map([["ann", file]]),
  isCancelled: () => false,
});
const design = resolve("design", designSpace.fields, { coding: "rate", steps: 4 });
const { evaluation } = await evaluator.evaluate({
  network: { kind: "snn", ann: "ann", design, bits: design.weightBits },
  split: "validation",
  images: 1000,
  faults: [],
  seed: 0,
  trial: -1,
});
const { value, low, high } = accuracyInterval(evaluation.correctPerStep[3], evaluation.images);
console.log(`accuracy after 4 steps: ${value} (${low.toFixed(3)} to ${high.toFixed(3)})`);
