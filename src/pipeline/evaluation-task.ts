// One evaluation to be done, as plain data that crosses threads: which network, made how, run on
// which images, under which faults. The same task gives the same evaluation wherever it runs.

import type { SplitName } from "../data/dataset.ts";
import type { DesignValues } from "../space/space.ts";
import type { SnnDesign } from "./design-space.ts";
import type { Evaluation } from "./evaluation.ts";
import type { EvaluationTally } from "./evaluation-tally.ts";
import type { NoisePlan } from "./noise-plan.ts";
import type { SkipRecipe } from "./trained/skip-recipe.ts";
import type { TtfsRecipe } from "./trained/ttfs-recipe.ts";

/** Which weights are stored: codes of so many bits, or float32. */
export type StoredBits = number | "float32";

/**
 * What stands in the ANN where the SNN has neurons; `relu` is the relus it was trained with, `levels` is an
 * activation of ⌈log2(levels + 1)⌉ bits.
 */
export type AnnActivation =
  | { readonly kind: "relu" }
  | { readonly kind: "clip" }
  | { readonly kind: "levels"; readonly levels: number };

export type NetworkPlan =
  | {
      readonly kind: "snn";
      /** SHA-256 of the trained ANN's network file. */
      readonly ann: string;
      readonly design: SnnDesign;
      readonly bits: StoredBits;
    }
  | {
      readonly kind: "ann";
      readonly ann: string;
      readonly bits: StoredBits;
      readonly activation: AnnActivation;
      /**
       * The SNN design whose bounds and protection the ANN shares; null: bounds are the largest calibration
       * activations, and nothing is protected.
       */
      readonly design: SnnDesign | null;
    }
  | SkipPlan
  | TtfsPlan;

/** A network with skips, trained from its slice of shared weights. */
export interface SkipPlan {
  readonly kind: "skips";
  /** SHA-256 of the ANN without skips that it is compared with. */
  readonly ann: string;
  /** SHA-256 of the shared weights. */
  readonly supernet: string;
  readonly recipe: SkipRecipe;
  readonly design: DesignValues;
  readonly epochs: number;
  /** Of a stored weight. */
  readonly bits: number;
}

/** An event network, trained from nothing and put on a clock. */
export interface TtfsPlan {
  readonly kind: "ttfs";
  readonly recipe: TtfsRecipe;
  readonly design: DesignValues;
  readonly epochs: number;
  /** Of a stored weight, on the clock. */
  readonly bits: number;
}

/** Plans whose network an evaluation trains. */
export type TrainedPlan = SkipPlan | TtfsPlan;

/** What is trained before a search, from data and recipe alone. */
export interface PreparationTask {
  readonly prepare: "skip-ann" | "shared-weights";
  readonly recipe: SkipRecipe;
}

/** What of a network bits are flipped in. */
export type StoredTarget = "weight" | "bias" | "threshold";

/** Bit flips at one rate under several masks. Masks are keyed by (seed, trial, purpose, index). */
export interface FaultPlan {
  readonly bitErrorRate: number;
  /** Number of masks, indices 0…seeds−1. */
  readonly seeds: number;
  /** First so many of the task's images. */
  readonly images: number;
  readonly trial: number;
  /** Masks of search, race, confirmation and the final figures come from disjoint streams. */
  readonly purpose: "fault-search" | "fault-race" | "fault-confirm" | "fault-final" | "fault-inject";
  /** Default weight. Networks without such values have no result. */
  readonly target?: StoredTarget;
  /** Weights only. One layer at a time: each by its part of the masks that strike all, one result a layer. */
  readonly byLayer?: boolean;
  /** Also tell how many decisions change and how many cells there are to strike. */
  readonly isDetailed?: boolean;
}

export interface EvaluationTask {
  readonly network: NetworkPlan;
  readonly split: SplitName;
  /** Place of the first image in the split; default 0. */
  readonly firstImage?: number;
  /** So many images from there. */
  readonly images: number;
  readonly faults: readonly FaultPlan[];
  readonly noise?: NoisePlan;
  /**
   * Explain what the spikes of an SNN get wrong on the first so many of the images; default 0. Never on test
   * images: whoever follows an advice has tuned on the images it comes from.
   */
  readonly explainImages?: number;
  /**
   * What the same task has counted on fewer of these images: only the others are run, and the evaluation is that of
   * all of them in one go, to the last bit. Counts of a network that is not this one to the last byte of its file, as
   * one that another release has made, are passed over, and all images run. SNNs only.
   */
  readonly before?: EvaluationTally;
  /** File of the network that the plan trains, if it is known: then it is not trained again. */
  readonly made?: Uint8Array<ArrayBuffer>;
  /** Also hand out what was counted, so that an evaluation of more images can go on from there. SNNs only. */
  readonly keepsTally?: boolean;
  readonly seed: number;
  /** Names the streams of random spike codes; −1 outside trials. */
  readonly trial: number;
}

export interface EvaluationOutcome {
  readonly evaluation: Evaluation;
  /** The network file that was run. */
  readonly file: Uint8Array<ArrayBuffer>;
  /** The file of the network that was trained for it, as `made` takes it; absent: none was. */
  readonly trained?: Uint8Array<ArrayBuffer>;
  /** If the task asks for it. */
  readonly tally?: EvaluationTally;
}

/** What runs evaluations: one thread or many. Results never depend on which. */
export interface Executor {
  /** Evaluations that can run at the same time. */
  readonly slots: number;
  /** @throws {CancelledError} when cancelled in the middle */
  evaluate(task: EvaluationTask): Promise<EvaluationOutcome>;
}
