// Training a spiking network by the loop that trains ANNs: the engine its settings ask for, and who judges it.

import type { ParameterLayout } from "../ann/parameter-layout.ts";
import type { TrainedForm } from "../ann/trained-form.ts";
import type { TrainingSettings } from "../ann/training-fields.ts";
import type { InputSpikes } from "../coding/input-spikes.ts";
import type { Kernels } from "../kernels/kernels.ts";
import type { Model } from "../model/model.ts";
import { createSimulator } from "../simulate/simulator.ts";
import { seriesLosses } from "./series-losses.ts";
import { SurrogateEngine } from "./surrogate-engine.ts";
import type { SurrogateSettings } from "./surrogate-fields.ts";
import { surrogates } from "./surrogates.ts";
import { type LearnableParameter, trainedLayout } from "./trained-layout.ts";

const learntBy: Readonly<Record<SurrogateSettings["learn"], readonly LearnableParameter[]>> = {
  nothing: [],
  leaks: ["leak", "rate", "timeConstant", "synapseLeak", "adaptationLeak"],
  thresholds: ["threshold", "adaptationStrength"],
  all: ["leak", "rate", "timeConstant", "synapseLeak", "adaptationLeak", "threshold", "adaptationStrength"],
};

/**
 * @param spikes - the training set, for coding `events`
 * @throws {InvalidValueError} naming what of the network cannot be trained so
 */
export function surrogateEngine(
  kernels: Kernels,
  model: Model,
  settings: SurrogateSettings & Pick<TrainingSettings, "batch" | "shards" | "labelSmoothing" | "shiftPixels">,
  spikes?: InputSpikes,
): SurrogateEngine {
  const {
    surrogate,
    slope,
    loss,
    learn,
    stepsInMemory,
    activityWeight: weight,
    activityTarget: target,
  } = settings;
  return new SurrogateEngine(kernels, {
    model,
    loss: seriesLosses[loss],
    surrogate,
    slope: slope === 0 ? surrogates[surrogate].slope.default : slope,
    isDetached: settings.detachReset,
    learnt: learntBy[learn],
    truncation: settings.truncation,
    ...(stepsInMemory > 0 && { stepsInMemory }),
    activity: { weight, target },
    labelSmoothing: settings.labelSmoothing,
    maximumShard: Math.ceil(settings.batch / settings.shards),
    spikes,
    shiftInputs: settings.shiftPixels,
  });
}

/** The layout of what `surrogateEngine` trains. */
export function learntLayout(model: Model, { learn }: Pick<SurrogateSettings, "learn">): ParameterLayout {
  return trainedLayout(model, learntBy[learn]).layout;
}

/** Sets that already are spikes: those that train, and those that judge. */
export interface TrainingSpikes {
  readonly train: InputSpikes;
  readonly validation: InputSpikes;
}

export interface SurrogateFormOptions {
  readonly learn: SurrogateSettings["learn"];
  /** Names the random draws of the images that judge. */
  readonly seed: number;
  /** Those images as spikes, for coding `events`. */
  readonly spikes?: InputSpikes;
  /** What makes of a network in training one that can be simulated, e.g. by folding batch norm. Default: nothing. */
  readonly finish?: (model: Model) => Model;
}

/** What `fit` needs to know of a spiking network; the simulator judges. */
export function surrogateForm(model: Model, options: SurrogateFormOptions): TrainedForm {
  const { learn, seed, spikes, finish = (trained) => trained } = options;
  return {
    ...trainedLayout(model, learntBy[learn]),
    countCorrect: (kernels, trained, { pixels, labels, count }, isCancelled) => {
      const simulator = createSimulator(kernels, finish(trained));
      const set = { pixels, labels, ...(spikes && { spikes }) };
      const request = { ...set, firstImage: 0, count, seed, trial: -1, isCancelled, boundsPotentials: false };
      return simulator.run(request).correctPerStep.at(-1) ?? 0;
    },
  };
}
