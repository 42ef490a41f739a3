// One task in, its evaluation out. Everything random is keyed by the task, so the same task gives
// the same evaluation on any thread, machine and day.

import { classify, measureAnn } from "../ann/classify.ts";
import { Forward } from "../ann/forward.ts";
import type { IsCancelled } from "../base/cancel.ts";
import { StateError } from "../base/errors.ts";
import { sha256 } from "../base/hash.ts";
import type { Dataset, ImageSet } from "../data/dataset.ts";
import { splitOf, subset } from "../data/image-set.ts";
import { bitsForSteps, countAnn } from "../energy/count-ann.ts";
import { countSnn } from "../energy/count-snn.ts";
import type { OperationCounts } from "../energy/counts.ts";
import { drawFlips, flippedWeights } from "../fault/weight-bit-flip.ts";
import { readNetworkFile, writeNetworkFile } from "../formats/network-file.ts";
import type { Activation } from "../kernels/activation.ts";
import type { Kernels } from "../kernels/kernels.ts";
import type { Model } from "../model/model.ts";
import { createSimulator } from "../simulate/simulator.ts";
import { activityOf } from "./activity.ts";
import type { Evaluation, FaultResult, OperationSpread } from "./evaluation.ts";
import type { EvaluationOutcome, EvaluationTask, FaultPlan, NetworkPlan } from "./evaluation-task.ts";
import { PreparedAnn } from "./prepared-ann.ts";

export interface EvaluatorOptions {
  readonly kernels: Kernels;
  readonly dataset: Dataset;
  /** Network files of trained ANNs by their SHA-256. */
  readonly anns: ReadonlyMap<string, Uint8Array<ArrayBuffer>>;
  readonly isCancelled: IsCancelled;
}

/** Most images an ANN is run on at once; changes speed only. */
const annBatch = 100;

type AnnPlan = Extract<NetworkPlan, { kind: "ann" }>;
type Measured = Pick<Evaluation, "correctPerStep" | "counts" | "zeroSkippingCounts" | "activity"> & {
  readonly predictions: Uint8Array;
  readonly operationsPerImage: Float64Array;
};
/** Exchange the stored weights of the runnable network, and count correct decisions on some images. */
interface Runnable {
  readonly measure: (images: ImageSet) => Measured;
  readonly setWeights: (layer: string, stored: Int8Array | Float32Array) => void;
  readonly countCorrect: (images: ImageSet) => number;
}

export class Evaluator {
  readonly #options: EvaluatorOptions;
  readonly #prepared = new Map<string, PreparedAnn>();

  constructor(options: EvaluatorOptions) {
    this.#options = options;
  }

  /**
   * @throws {InvalidValueError} when the network cannot be made or run, {CancelledError} when cancelled
   * @throws {StateError} when the ANN is not one of those given
   */
  async evaluate(task: EvaluationTask): Promise<EvaluationOutcome> {
    const { kernels, dataset } = this.#options;
    const model = this.modelOf(task.network);
    const file = writeNetworkFile(model);
    const images = subset(splitOf(dataset, task.split), 0, task.images);
    const mark = kernels.mark();
    try {
      const runnable =
        task.network.kind === "snn" ? this.#runnableSnn(model, task) : this.#runnableAnn(model, task.network);
      const { predictions, operationsPerImage, ...measured } = runnable.measure(images);
      const faults = task.faults.map((plan) =>
        runFaults(model, runnable, images, predictions, plan, task.seed),
      );
      const evaluation: Evaluation = {
        schema: "spikefront.evaluation",
        version: 1,
        network: await sha256(file),
        kind: model.kind,
        split: task.split,
        images: images.count,
        ...measured,
        operations: spreadOf(operationsPerImage),
        faults,
        memories: measured.counts.memories,
        predictionsHash: await sha256(predictions as Uint8Array<ArrayBuffer>),
      };
      return { evaluation, file };
    } finally {
      kernels.release(mark);
    }
  }

  /** The network a plan describes. */
  modelOf(plan: NetworkPlan): Model {
    const ann = this.#annOf(plan.ann);
    return plan.kind === "snn" ? ann.snn(plan.design, plan.bits) : ann.ann(plan.bits);
  }

  #annOf(hash: string): PreparedAnn {
    let prepared = this.#prepared.get(hash);
    if (prepared === undefined) {
      const { kernels, dataset, anns, isCancelled } = this.#options;
      const file = anns.get(hash);
      if (file === undefined)
        throw new StateError(`ANN ${hash} must be given to the evaluator, but it is not there.`);
      const train = splitOf(dataset, "train");
      prepared = new PreparedAnn({
        kernels,
        model: readNetworkFile(file, `ANN ${hash.slice(0, 12)}`),
        hash,
        train,
        isCancelled,
      });
      this.#prepared.set(hash, prepared);
    }
    return prepared;
  }

  #runnableSnn(model: Model, { seed, trial }: EvaluationTask): Runnable {
    const { kernels, isCancelled } = this.#options;
    const simulator = createSimulator(kernels, model);
    const run = ({ pixels, labels, count }: ImageSet) =>
      simulator.run({ pixels, labels, firstImage: 0, count, seed, trial, isCancelled });
    return {
      setWeights: (layer, stored) => simulator.setWeights(layer, stored),
      countCorrect: (images) => run(images).correctPerStep.at(-1) ?? 0,
      measure: (images) => {
        const result = run(images);
        const { correctPerStep, predictions, operationsPerImage } = result;
        const counts = countSnn(model, result);
        return {
          correctPerStep,
          predictions,
          operationsPerImage,
          counts,
          zeroSkippingCounts: null,
          activity: activityOf(result),
        };
      },
    };
  }

  #runnableAnn(model: Model, plan: AnnPlan): Runnable {
    const { kernels, isCancelled } = this.#options;
    const forward = new Forward(kernels, model, {
      maximumBatch: annBatch,
      activationOf: this.#activationOf(plan),
    });
    return {
      setWeights: (layer, stored) => forward.setWeights(layer, stored),
      countCorrect: (images) => classify(forward, { ...images, isCancelled }).correct,
      measure: (images) => {
        const run = measureAnn(kernels, model.network, forward, { ...images, isCancelled });
        const { dense, zeroSkipping }: Record<"dense" | "zeroSkipping", OperationCounts> = countAnn(
          model,
          run,
          {
            activationBits: plan.activation.kind === "levels" ? bitsForSteps(plan.activation.levels) : 8,
          },
        );
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

  #activationOf({ ann, activation, design }: AnnPlan): (layerId: string) => Activation {
    if (activation.kind === "relu") return () => ({ kind: "relu" });
    const bounds = this.#annOf(ann).bounds(design);
    return (layerId) => {
      const bound = bounds.get(layerId) as number;
      return activation.kind === "clip"
        ? { kind: "clip", bound }
        : { kind: "levels", bound, levels: activation.levels, shift: 0.5 };
    };
  }
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
