// Networks of blocks with skip connections as designs of a study (Benmeziane et al. 2023): what a search may change,
// and the recipe by which every candidate is made. Plain data: a recipe stands in the plan of every evaluation, so
// that the network can be made again from it.

import type { TrainingSettings } from "../../ann/training-fields.ts";
import { choice, type Fields, flag, float, int, type Values } from "../../space/field.ts";
import type { Restriction } from "../../space/restrict.ts";
import { type Space, space } from "../../space/space.ts";
import type { SurrogateSettings } from "../../surrogate/surrogate-fields.ts";
import type { SkipNetworkSpec } from "../../topology/skip-network.ts";
import { skipSpace } from "../../topology/skip-space.ts";

/** Settings of a study of skips that are single values. */
export const skipFields = {
  neuron: choice({ about: "neuron model of all layers", options: ["if", "lif"], default: "lif" }),
  leak: float({
    about: "lif: share of the potential kept each step",
    unit: "1",
    low: 0,
    high: 1,
    default: 0.8,
  }),
  threshold: float({
    about: "potential at which a neuron fires when training begins",
    unit: "1",
    low: 1e-3,
    high: 1e3,
    scale: "log",
    default: 1,
  }),
  batchNorm: flag({ about: "batch normalisation after every layer with weights", default: false }),
  trainingImages: int({
    about: "training images of the ANN, of the shared weights and of every candidate",
    unit: "1",
    low: 10,
    high: 1_000_000_000,
    default: 5000,
  }),
  judgingImages: int({
    about: "the training images behind these, which choose the best epoch",
    unit: "1",
    low: 10,
    high: 1_000_000_000,
    default: 500,
  }),
  rounds: int({
    about: "random candidates that train their slice of the shared weights before the search",
    unit: "1",
    low: 0,
    high: 100_000,
    default: 20,
  }),
  roundImages: int({
    about: "training images of each of them",
    unit: "1",
    low: 10,
    high: 1_000_000_000,
    default: 1000,
  }),
  tuningEpochs: int({
    about: "epochs a candidate is trained from its slice of the shared weights",
    unit: "1",
    low: 1,
    high: 10_000,
    default: 2,
  }),
  finalEpochs: int({
    about: "the same of the points of the front; 0: they stay as the search has measured them",
    unit: "1",
    low: 0,
    high: 10_000,
    default: 0,
  }),
} satisfies Fields;

/** How candidates are made of their matrices. */
export interface SkipRecipe
  extends Omit<Values<typeof skipFields>, "neuron" | "batchNorm" | "tuningEpochs" | "finalEpochs"> {
  readonly network: Pick<SkipNetworkSpec, "stem" | "blocks" | "neuron" | "batchNorm">;
  /** Steps that the shared weights are trained for. */
  readonly steps: number;
  /** Of the ANN, of the shared weights and, but for the epochs, of candidates. */
  readonly training: TrainingSettings;
  /** What is not given is at its default. */
  readonly surrogate: Partial<SurrogateSettings>;
  readonly seed: number;
}

/** A matrix a block, and what may vary besides. */
export function skipDesignSpace(blocks: SkipNetworkSpec["blocks"]): Space {
  return space({
    ...skipSpace({ blocks }).fields,
    steps: int({
      about: "simulated steps per inference",
      unit: "step",
      low: 1,
      high: 256,
      scale: "log",
      default: 6,
    }),
    weightBits: int({ about: "bits per stored weight", unit: "bit", low: 2, high: 8, default: 8 }),
  });
}

/** What a search leaves alone unless it is told otherwise. */
export const usualSkipSpace: Readonly<Record<string, Restriction>> = { steps: 6, weightBits: 8 };
