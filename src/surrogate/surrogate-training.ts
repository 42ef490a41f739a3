// Training a spiking network by the loop that trains ANNs: the engine its settings ask for, and who judges it.

import type { ParameterLayout } from "../ann/parameter-layout.ts";
import type { TrainedForm } from "../ann/trained-form.ts";
import type { TrainingSettings } from "../ann/training-fields.ts";
import { InvalidValueError } from "../base/errors.ts";
import type { InputSpikes } from "../coding/input-spikes.ts";
import type { Kernels } from "../kernels/kernels.ts";
import type { Model } from "../model/model.ts";
import { createSimulator } from "../simulate/simulator.ts";
import { seriesLosses } from "./series-losses.ts";
import { seriesFit } from "./simulated-series.ts";
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

/** A set that already is spikes, for coding `events`. */
export interface TimedSet {
  readonly spikes: InputSpikes;
  /** What a regression should give. Shape [samples, steps, outputs]. */
  readonly targets?: Float32Array;
}

/**
 * @param set - the training set, for coding `events`
 * @throws {InvalidValueError} naming what of the network cannot be trained so
 */
export function surrogateEngine(
  kernels: Kernels,
  model: Model,
  settings: SurrogateSettings & Pick<TrainingSettings, "batch" | "shards" | "labelSmoothing" | "shiftPixels">,
  set?: TimedSet,
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
  if (loss === "meanSquared" && set?.targets === undefined)
    throw new InvalidValueError("loss", "must be one of classes for data without series to decode", loss);
  return new SurrogateEngine(kernels, {
    model,
    loss: seriesLosses[loss],
    surrogate,
    slope: slope === 0 ? surrogates[surrogate].slope.default : slope,
    isDetached: settings.detachReset,
    learnt: learntBy[learn],
    truncation: settings.truncation,
    activeWidth: settings.activeWidth,
    isByRates: settings.backward === "rates",
    ...(stepsInMemory > 0 && { stepsInMemory }),
    activity: { weight, target },
    labelSmoothing: settings.labelSmoothing,
    maximumShard: Math.ceil(settings.batch / settings.shards),
    spikes: set?.spikes,
    targets: set?.targets,
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
  /** What a regression should give of each. Shapes [samples, steps, outputs]. */
  readonly targets?: { readonly train: Float32Array; readonly validation: Float32Array };
}

/** What those who train, or judge, see of the sets. */
export function timedSet(
  sets: TrainingSpikes | undefined,
  part: "train" | "validation",
): TimedSet | undefined {
  return sets && { spikes: sets[part], ...(sets.targets && { targets: sets.targets[part] }) };
}

export interface SurrogateFormOptions {
  readonly learn: SurrogateSettings["learn"];
  /** Names the random draws of the images that judge. */
  readonly seed: number;
  /** Those images as spikes, for coding `events`, and what should come of them. */
  readonly judges?: TimedSet | undefined;
  /** What makes of a network in training one that can be simulated, e.g. by folding batch norm. Default: nothing. */
  readonly finish?: (model: Model) => Model;
}

/**
 * What `fit` needs to know of a spiking network; the simulator judges. Of a regression, the images decided rightly are
 * the share of variance told, R² averaged over outputs, of all images.
 */
export function surrogateForm(model: Model, options: SurrogateFormOptions): TrainedForm {
  const { learn, seed, judges, finish = (trained) => trained } = options;
  return {
    ...trainedLayout(model, learntBy[learn]),
    countCorrect: (kernels, trained, { pixels, labels, count }, isCancelled) => {
      const spikes = judges?.spikes;
      if (judges?.targets !== undefined) {
        const set = { spikes, count, seed, isCancelled };
        const fits = seriesFit(kernels, finish(trained), set, judges.targets);
        return (count * fits.reduce((sum, fit) => sum + fit, 0)) / fits.length;
      }
      const simulator = createSimulator(kernels, finish(trained));
      const set = { pixels, labels, ...(spikes && { spikes }) };
      const request = { ...set, firstImage: 0, count, seed, trial: -1, isCancelled, boundsPotentials: false };
      return simulator.run(request).correctPerStep.at(-1) ?? 0;
    },
  };
}
