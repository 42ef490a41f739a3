// One task in, its evaluation out. Everything random is keyed by the task, so the same task gives
// the same evaluation on any thread, machine and day.

import type { IsCancelled } from "../base/cancel.ts";
import { InvalidValueError, StateError } from "../base/errors.ts";
import type { Dataset } from "../data/dataset.ts";
import { splitOf, subset } from "../data/image-set.ts";
import { bitsForSteps } from "../energy/count-ann.ts";
import { readNetworkFile } from "../formats/network-file.ts";
import type { Activation } from "../kernels/activation.ts";
import type { Kernels } from "../kernels/kernels.ts";
import type { Model } from "../model/model.ts";
import { chosenProtection } from "./chosen-protection.ts";
import { evaluateModel } from "./evaluate-model.ts";
import type { EvaluationOutcome, EvaluationTask, NetworkPlan } from "./evaluation-task.ts";
import { PreparedAnn } from "./prepared-ann.ts";

export interface EvaluatorOptions {
  readonly kernels: Kernels;
  readonly dataset: Dataset;
  /** Network files of trained ANNs by their SHA-256. */
  readonly anns: ReadonlyMap<string, Uint8Array<ArrayBuffer>>;
  readonly isCancelled: IsCancelled;
}

type AnnPlan = Extract<NetworkPlan, { kind: "ann" }>;

export class Evaluator {
  readonly #options: EvaluatorOptions;
  readonly #prepared = new Map<string, PreparedAnn>();

  constructor(options: EvaluatorOptions) {
    this.#options = options;
  }

  /**
   * @throws {InvalidValueError} when the network cannot be made or run, or is to be explained on test images
   * @throws {CancelledError} when cancelled
   * @throws {StateError} when the ANN is not one of those given
   */
  async evaluate(task: EvaluationTask): Promise<EvaluationOutcome> {
    const { network: plan, split, firstImage = 0, images: count, faults, noise, seed, trial } = task;
    const { kernels, dataset, isCancelled } = this.#options;
    requireNoTestImages(task);
    const images = subset(splitOf(dataset, split), firstImage, count);
    const model = this.modelOf(plan);
    const outcome = await evaluateModel({
      kernels,
      model,
      ...(plan.kind === "ann" && this.#activations(plan)),
      images,
      split,
      protection: chosenProtection(plan.design),
      faults,
      noise,
      before: task.before,
      keepsTally: task.keepsTally,
      seed,
      trial,
      isCancelled,
    });
    const explained = Math.min(task.explainImages ?? 0, count);
    if (plan.kind === "ann" || explained === 0) return outcome;
    const explanation = this.#annOf(plan.ann).explain(model, plan.design, subset(images, 0, explained));
    return { ...outcome, evaluation: { ...outcome.evaluation, explanation } };
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

  #activations({ ann, activation, design }: AnnPlan): {
    readonly activationOf?: (layerId: string) => Activation;
    readonly activationBits: number;
  } {
    if (activation.kind === "relu") return { activationBits: 8 };
    const bounds = this.#annOf(ann).bounds(design);
    const bounded =
      (of: (bound: number) => Activation) =>
      (layerId: string): Activation => {
        const bound = bounds.get(layerId);
        return bound === undefined ? { kind: "relu" } : of(bound);
      };
    if (activation.kind === "clip") {
      return { activationOf: bounded((bound) => ({ kind: "clip", bound })), activationBits: 8 };
    }
    const { levels } = activation;
    return {
      activationOf: bounded((bound) => ({ kind: "levels", bound, levels, shift: 0.5 })),
      activationBits: bitsForSteps(levels),
    };
  }
}

function requireNoTestImages({ split, explainImages = 0 }: EvaluationTask): void {
  if (split !== "test" || explainImages === 0) return;
  throw new InvalidValueError(
    "task.explainImages",
    "must be 0 on test images",
    explainImages,
    "Explain on validation images: advice is for tuning.",
  );
}
