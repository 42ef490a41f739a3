// One network on some images, clean and under faults: what it decides, does and loses.

import { classify, measureAnn } from "../ann/classify.ts";
import { Forward } from "../ann/forward.ts";
import type { IsCancelled } from "../base/cancel.ts";
import { InvalidValueError } from "../base/errors.ts";
import { sha256 } from "../base/hash.ts";
import type { InputSpikes } from "../coding/input-spikes.ts";
import type { ImageSet, SplitName } from "../data/dataset.ts";
import { subset } from "../data/image-set.ts";
import { addOverhead } from "../energy/add-overhead.ts";
import { countAnn } from "../energy/count-ann.ts";
import { countSnn } from "../energy/count-snn.ts";
import { writeNetworkFile } from "../formats/network-file.ts";
import type { Activation } from "../kernels/activation.ts";
import type { Kernels } from "../kernels/kernels.ts";
import type { Model } from "../model/model.ts";
import { mergeResults, type SimulationResult } from "../simulate/simulation-result.ts";
import { createSimulator } from "../simulate/simulator.ts";
import { activityOf } from "./activity.ts";
import type { ChosenProtection } from "./chosen-protection.ts";
import type { Evaluation, OperationSpread } from "./evaluation.ts";
import { type EvaluationTally, runOfTally, talliedRun } from "./evaluation-tally.ts";
import type { EvaluationOutcome, FaultPlan } from "./evaluation-task.ts";
import type { NoisePlan } from "./noise-plan.ts";
import { requireImages } from "./require-images.ts";
import { runFaults } from "./run-faults.ts";
import { runNoise } from "./run-noise.ts";
import { runParameterFaults } from "./run-parameter-faults.ts";
import type { Decisions, Runnable } from "./runnable.ts";

export interface ModelToEvaluate {
  readonly kernels: Kernels;
  readonly model: Model;
  /** What an ANN's relu layers do, and the bits their values are priced at. Not read for SNNs. */
  readonly activationOf?: ((layerId: string) => Activation) | undefined;
  readonly activationBits?: number | undefined;
  readonly images: ImageSet;
  /** The images as spikes, for coding `events`; then no pixel is read. */
  readonly spikes?: InputSpikes | undefined;
  readonly split: SplitName;
  /** Of the stored weights: struck with them, and charged for. */
  readonly protection?: ChosenProtection | null;
  readonly faults: readonly FaultPlan[];
  readonly noise?: NoisePlan | undefined;
  /** Counts of the first of the images, of the same SNN under the same damage. */
  readonly before?: EvaluationTally | undefined;
  readonly keepsTally?: boolean | undefined;
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
  /** Of SNNs, all images. */
  readonly result?: SimulationResult;
};

interface Measurable extends Runnable {
  readonly measure: (images: ImageSet) => Measured;
}

/**
 * @throws {InvalidValueError} when the network cannot be run, or there are no images left to run
 * @throws {CancelledError} when cancelled
 */
export async function evaluateModel(given: ModelToEvaluate): Promise<EvaluationOutcome> {
  const { kernels, model, images, split, seed, noise, protection = null } = given;
  requireImages(model, images);
  const file = writeNetworkFile(model);
  const hash = await sha256(file);
  const options = withUsable(given, hash);
  const { before } = options;
  const onWeights = options.faults.filter(({ target = "weight" }) => target === "weight");
  const onOthers = options.faults.filter((plan) => !onWeights.includes(plan));
  const mark = kernels.mark();
  try {
    const runnable = runnableOf(options);
    const { predictions, operationsPerImage, result, ...rest } = runnable.measure(images);
    const measured = withOverhead(options, rest);
    const damaged = { model, runnable, images, cleanPredictions: predictions, before, seed };
    const faults = onWeights.flatMap((plan) => runFaults({ ...damaged, protection }, plan));
    const noisy = noise && { noise: runNoise(damaged, noise) };
    if (onOthers.length > 0) kernels.release(mark); // the network that ran gives way to those that are altered
    const decideAs = (struck: Model, some: ImageSet, from: number): Decisions =>
      decideOnce({ ...options, model: struck }, some, from);
    faults.push(...onOthers.flatMap((plan) => runParameterFaults({ ...damaged, decideAs }, plan)));
    const evaluation: Evaluation = {
      schema: "spikefront.evaluation",
      version: 1,
      network: hash,
      kind: model.kind,
      split,
      images: images.count,
      ...measured,
      operations: spreadOf(operationsPerImage),
      faults,
      ...noisy,
      memories: measured.counts.memories,
      predictionsHash: await sha256(new Uint8Array(predictions)),
    };
    if (options.keepsTally !== true || result === undefined) return { evaluation, file };
    const tally = { network: hash, images: images.count, run: talliedRun(result), faults, ...noisy };
    return { evaluation, file, tally };
  } finally {
    kernels.release(mark);
  }
}

/** The options with only such counts as are of this network. */
function withUsable(options: ModelToEvaluate, network: string): ModelToEvaluate {
  const { before, images, model } = options;
  if (before === undefined || model.kind !== "snn" || before.network !== network)
    return { ...options, before: undefined };
  if (before.images < images.count) return options;
  throw new InvalidValueError("task.before", `must have fewer than ${images.count} images`, before.images);
}

function decideOnce(options: ModelToEvaluate, images: ImageSet, from: number): Decisions {
  const mark = options.kernels.mark();
  try {
    return runnableOf(options).decide(images, from);
  } finally {
    options.kernels.release(mark);
  }
}

function runnableOf(options: ModelToEvaluate): Measurable {
  return options.model.kind === "snn" ? runnableSnn(options) : runnableAnn(options);
}

/** What the network's protection adds to what it does. */
function withOverhead<Counted extends Pick<Measured, "counts" | "zeroSkippingCounts">>(
  { model, protection }: ModelToEvaluate,
  measured: Counted,
): Counted {
  if (protection == null) return measured;
  const cost = protection.cost(model);
  const { counts, zeroSkippingCounts: skipping } = measured;
  return {
    ...measured,
    counts: addOverhead(model, counts, cost),
    zeroSkippingCounts: skipping && addOverhead(model, skipping, cost),
  };
}

function runnableSnn({
  kernels,
  model,
  spikes,
  before,
  seed,
  trial,
  isCancelled,
}: ModelToEvaluate): Measurable {
  const simulator = createSimulator(kernels, model);
  const run = (images: ImageSet, from: number, boundsPotentials: boolean): SimulationResult => {
    const { pixels, labels } = images;
    const count = images.count - from;
    return simulator.run({
      pixels,
      labels,
      ...(spikes && { spikes }),
      firstImage: from,
      count,
      seed,
      trial,
      isCancelled,
      boundsPotentials,
    });
  };
  return {
    setWeights: (layer, stored) => simulator.setWeights(layer, stored),
    decide: (images, from) => {
      const { correctPerStep, predictions } = run(images, from, false);
      return { correct: correctPerStep.at(-1) ?? 0, predictions };
    },
    measure: (images) => {
      const rest = run(images, before?.images ?? 0, true);
      const result = before === undefined ? rest : mergeResults(runOfTally(before), rest);
      const { correctPerStep, predictions, operationsPerImage } = result;
      const counts = countSnn(model, result);
      const activity = activityOf(result);
      const told = { correctPerStep, predictions, operationsPerImage, activity };
      return { ...told, counts, zeroSkippingCounts: null, result };
    },
  };
}

function runnableAnn({
  kernels,
  model,
  activationOf,
  activationBits = 8,
  isCancelled,
}: ModelToEvaluate): Measurable {
  const forward = new Forward(kernels, model, {
    maximumBatch: annBatch,
    ...(activationOf && { activationOf }),
  });
  return {
    setWeights: (layer, stored) => forward.setWeights(layer, stored),
    decide: (images, from) =>
      classify(forward, { ...subset(images, from, images.count - from), isCancelled }),
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

/** Nearest-rank percentiles. */
function spreadOf(operations: Float64Array): OperationSpread {
  const sorted = operations.slice().sort();
  const rank = (share: number): number => sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)] ?? 0;
  return { p50: rank(0.5), p99: rank(0.99), maximum: rank(1) };
}
