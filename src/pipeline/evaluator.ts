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
import type {
  EvaluationOutcome,
  EvaluationTask,
  NetworkPlan,
  PreparationTask,
  TrainedPlan,
} from "./evaluation-task.ts";
import { PreparedAnn } from "./prepared-ann.ts";
import type { TrainedNetwork, TrainingPlace } from "./trained/trained-network.ts";

export interface EvaluatorOptions {
  readonly kernels: Kernels;
  readonly dataset: Dataset;
  /** Network files of trained ANNs by their SHA-256. */
  readonly anns: ReadonlyMap<string, Uint8Array<ArrayBuffer>>;
  readonly isCancelled: IsCancelled;
}

type AnnPlan = Extract<NetworkPlan, { kind: "ann" }>;
type ConvertedPlan = Exclude<NetworkPlan, TrainedPlan>;

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
    const network = isTrained(plan) ? await this.#train(plan, task.made) : null;
    const model = isTrained(plan) ? (network as TrainedNetwork).model : this.modelOf(plan);
    const outcome = await evaluateModel({
      kernels,
      model,
      ...(plan.kind === "ann" && this.#activations(plan)),
      images,
      split,
      protection: isTrained(plan) ? null : chosenProtection(plan.design),
      faults,
      noise,
      before: task.before,
      keepsTally: task.keepsTally,
      seed,
      trial,
      isCancelled,
    });
    if (network !== null) {
      const evaluation = { ...outcome.evaluation, ...network.measure(images) };
      return { ...outcome, evaluation, trained: network.file };
    }
    const explained = Math.min(task.explainImages ?? 0, count);
    if (plan.kind !== "snn" || explained === 0) return outcome;
    const explanation = this.#annOf(plan.ann).explain(model, plan.design, subset(images, 0, explained));
    return { ...outcome, evaluation: { ...outcome.evaluation, explanation } };
  }

  /**
   * Train what a search begins with.
   *
   * @returns its file
   * @throws {InvalidValueError} when there are fewer training images than the recipe asks for
   * @throws {CancelledError} when cancelled
   */
  async prepare({ prepare, recipe }: PreparationTask): Promise<Uint8Array<ArrayBuffer>> {
    const { trainSharedWeights, trainSkipAnn } = await import("./trained/skip-networks.ts");
    return prepare === "skip-ann"
      ? trainSkipAnn(this.#options, recipe)
      : trainSharedWeights(this.#options, recipe);
  }

  /** Their training is only loaded where it is needed. */
  async #train(plan: TrainedPlan, made: Uint8Array<ArrayBuffer> | undefined): Promise<TrainedNetwork> {
    const place: TrainingPlace = { ...this.#options, fileOf: (hash) => this.#fileOf(hash) };
    if (plan.kind === "skips") {
      const { skipCandidate } = await import("./trained/skip-networks.ts");
      return skipCandidate(place, plan, made);
    }
    const { ttfsNetwork } = await import("./trained/ttfs-networks.ts");
    return ttfsNetwork(place, plan, made);
  }

  /** The network a plan describes. */
  modelOf(plan: ConvertedPlan): Model {
    const ann = this.#annOf(plan.ann);
    return plan.kind === "snn" ? ann.snn(plan.design, plan.bits) : ann.ann(plan.bits);
  }

  #annOf(hash: string): PreparedAnn {
    let prepared = this.#prepared.get(hash);
    if (prepared === undefined) {
      const { kernels, dataset, isCancelled } = this.#options;
      const file = this.#fileOf(hash);
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

  #fileOf(hash: string): Uint8Array<ArrayBuffer> {
    const file = this.#options.anns.get(hash);
    if (file !== undefined) return file;
    throw new StateError(`ANN ${hash} must be given to the evaluator, but it is not there.`);
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

function isTrained(plan: NetworkPlan): plan is TrainedPlan {
  return plan.kind === "skips" || plan.kind === "ttfs";
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
