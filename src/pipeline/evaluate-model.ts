// One network on some images, clean and under faults: what it decides, does and loses.

import { classify, measureAnn } from "../ann/classify.ts";
import { Forward } from "../ann/forward.ts";
import type { IsCancelled } from "../base/cancel.ts";
import { sha256 } from "../base/hash.ts";
import type { ImageSet, SplitName } from "../data/dataset.ts";
import { subset } from "../data/image-set.ts";
import { countAnn } from "../energy/count-ann.ts";
import { countSnn } from "../energy/count-snn.ts";
import { drawFlips, flippedWeights } from "../fault/weight-bit-flip.ts";
import { writeNetworkFile } from "../formats/network-file.ts";
import type { Activation } from "../kernels/activation.ts";
import type { Kernels } from "../kernels/kernels.ts";
import type { Model } from "../model/model.ts";
import { createSimulator } from "../simulate/simulator.ts";
import { activityOf } from "./activity.ts";
import type { Evaluation, FaultResult, OperationSpread } from "./evaluation.ts";
import type { EvaluationOutcome, FaultPlan } from "./evaluation-task.ts";
import { requireImages } from "./require-images.ts";

export interface ModelToEvaluate {
  readonly kernels: Kernels;
  readonly model: Model;
  /** What an ANN's relu layers do, and the bits their values are priced at. Not read for SNNs. */
  readonly activationOf?: ((layerId: string) => Activation) | undefined;
  readonly activationBits?: number | undefined;
  readonly images: ImageSet;
  readonly split: SplitName;
  readonly faults: readonly FaultPlan[];
  readonly seed: number;
  /** Names the streams of random spike codes; −1 outside trials. */
  readonly trial: number;
  readonly isCancelled: IsCancelled;
}

/** Most images an ANN is run on at once; changes speed only. */
const annBatch = 100;

type Measured = Pick<Evaluation, "correctPerStep" | "counts" | "zeroSkippingCounts" | "activity"> & {
  readonly predictions: Uint8Array;
  readonly operationsPerImage: Float64Array;
};

/** A network that can be run, and whose stored weights can be exchanged. */
interface Runnable {
  readonly measure: (images: ImageSet) => Measured;
  readonly setWeights: (layer: string, stored: Int8Array | Float32Array) => void;
  readonly countCorrect: (images: ImageSet) => number;
}

/** @throws {InvalidValueError} when the network cannot be run, {CancelledError} when cancelled */
export async function evaluateModel(options: ModelToEvaluate): Promise<EvaluationOutcome> {
  const { kernels, model, images, split, seed } = options;
  requireImages(model, images);
  const file = writeNetworkFile(model);
  const mark = kernels.mark();
  try {
    const runnable = model.kind === "snn" ? runnableSnn(options) : runnableAnn(options);
    const { predictions, operationsPerImage, ...measured } = runnable.measure(images);
    const evaluation: Evaluation = {
      schema: "spikefront.evaluation",
      version: 1,
      network: await sha256(file),
      kind: model.kind,
      split,
      images: images.count,
      ...measured,
      operations: spreadOf(operationsPerImage),
      faults: options.faults.map((plan) => runFaults(model, runnable, images, predictions, plan, seed)),
      memories: measured.counts.memories,
      predictionsHash: await sha256(new Uint8Array(predictions)),
    };
    return { evaluation, file };
  } finally {
    kernels.release(mark);
  }
}

function runnableSnn({ kernels, model, seed, trial, isCancelled }: ModelToEvaluate): Runnable {
  const simulator = createSimulator(kernels, model);
  const run = ({ pixels, labels, count }: ImageSet, boundsPotentials: boolean) =>
    simulator.run({ pixels, labels, firstImage: 0, count, seed, trial, isCancelled, boundsPotentials });
  return {
    setWeights: (layer, stored) => simulator.setWeights(layer, stored),
    countCorrect: (images) => run(images, false).correctPerStep.at(-1) ?? 0,
    measure: (images) => {
      const result = run(images, true);
      const { correctPerStep, predictions, operationsPerImage } = result;
      const counts = countSnn(model, result);
      const activity = activityOf(result);
      return { correctPerStep, predictions, operationsPerImage, counts, zeroSkippingCounts: null, activity };
    },
  };
}

function runnableAnn({
  kernels,
  model,
  activationOf,
  activationBits = 8,
  isCancelled,
}: ModelToEvaluate): Runnable {
  const forward = new Forward(kernels, model, {
    maximumBatch: annBatch,
    ...(activationOf && { activationOf }),
  });
  return {
    setWeights: (layer, stored) => forward.setWeights(layer, stored),
    countCorrect: (images) => classify(forward, { ...images, isCancelled }).correct,
    measure: (images) => {
      const run = measureAnn(kernels, model.network, forward, { ...images, isCancelled });
      const { dense, zeroSkipping } = countAnn(model, run, { activationBits });
      const { correct, predictions, operationsPerImage } = run;
      return {
        correctPerStep: [correct],
        predictions,
        operationsPerImage,
        counts: dense,
        zeroSkippingCounts: zeroSkipping,
        activity: [],
      };
    },
  };
}

/** Every mask in turn: draw, exchange what it hits, count, put back. */
function runFaults(
  model: Model,
  { setWeights, countCorrect }: Runnable,
  images: ImageSet,
  cleanPredictions: Uint8Array,
  plan: FaultPlan,
  seed: number,
): FaultResult {
  const some = subset(images, 0, Math.min(plan.images, images.count));
  let cleanCorrect = 0;
  for (let i = 0; i < some.count; i++) if (cleanPredictions[i] === some.labels[i]) cleanCorrect++;
  let format = "";
  const seeds = Array.from({ length: plan.seeds }, (_, index) => {
    const { bitErrorRate, trial, purpose } = plan;
    const mask = drawFlips(model, {
      bitErrorRate,
      key: { seed, trial, purpose: `${purpose} ${bitErrorRate}`, index },
    });
    format = mask.format;
    const struck = flippedWeights(model, mask);
    for (const [layer, stored] of Object.entries(struck)) setWeights(layer, stored);
    const correct = countCorrect(some);
    for (const layer of Object.keys(struck))
      setWeights(layer, model.tensors[`${layer}.weight`].data as Int8Array | Float32Array);
    return { index, correct, flippedBits: mask.flippedBits };
  });
  return {
    fault: "weight-bit-flip",
    format,
    bitErrorRate: plan.bitErrorRate,
    cleanCorrect,
    images: some.count,
    seeds,
  };
}

/** Nearest-rank percentiles. */
function spreadOf(operations: Float64Array): OperationSpread {
  const sorted = operations.slice().sort();
  const rank = (share: number): number => sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)] ?? 0;
  return { p50: rank(0.5), p99: rank(0.99), maximum: rank(1) };
}
