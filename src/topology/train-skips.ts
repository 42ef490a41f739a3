// One network with given skip connections: begun, trained by surrogate gradients, and measured.

import { fit } from "../ann/fit.ts";
import { LocalGradientSource } from "../ann/gradient-source.ts";
import type { TrainingSettings } from "../ann/training-fields.ts";
import type { IsCancelled } from "../base/cancel.ts";
import { foldBatchNorm } from "../convert/fold-batch-norm.ts";
import type { Kernels } from "../kernels/kernels.ts";
import type { Inference, Model } from "../model/model.ts";
import type { NeuronStart } from "../surrogate/spiking-network.ts";
import { initialiseSpiking } from "../surrogate/spiking-network.ts";
import type { SurrogateSettings } from "../surrogate/surrogate-fields.ts";
import { surrogateEngine, surrogateForm, type TimedSet } from "../surrogate/surrogate-training.ts";
import { type SkipNetworkSpec, skipNetwork } from "./skip-network.ts";
import type { SkipSamples } from "./skip-samples.ts";

export interface SkipModelOptions {
  readonly spec: SkipNetworkSpec;
  readonly matrices: readonly string[];
  readonly inference: Inference;
  /** What the neurons' parameters begin with. */
  readonly neurons: NeuronStart;
  readonly classes: readonly string[];
  readonly seed: number;
}

/** A spiking network as it begins: every tensor drawn from a stream of its own name. */
export function skipModel(options: SkipModelOptions): Model {
  const { spec, matrices, inference, neurons, classes, seed } = options;
  const network = skipNetwork(spec, matrices);
  return {
    kind: "snn",
    network,
    weightFormat: { kind: "float32" },
    tensors: initialiseSpiking(network, seed, neurons),
    preprocessing: { scale: 1 / 255, offset: 0 },
    inference,
    classes,
    provenance: { data: "", seed, commit: "", kernels: "", parent: "", history: [] },
  };
}

export interface SkipTrainingOptions {
  readonly settings: TrainingSettings;
  readonly surrogate: SurrogateSettings;
  readonly train: SkipSamples;
  /** Judge the epochs; the best one's weights stay. */
  readonly validation: SkipSamples;
  readonly seed: number;
  readonly isCancelled: IsCancelled;
}

/**
 * @returns the model of the best epoch, batch norm not folded: its tensors can be handed on
 * @throws {StateError} when the loss is no longer a number
 * @throws {CancelledError} when cancelled
 */
export function trainSkips(kernels: Kernels, model: Model, options: SkipTrainingOptions): Model {
  const { settings, surrogate, train, validation, seed, isCancelled } = options;
  const mark = kernels.mark();
  try {
    const engine = surrogateEngine(kernels, model, { ...settings, ...surrogate }, timedSetOf(train));
    const { shards, shiftPixels } = settings;
    const staged = { images: train, seed, shards, shiftPixels };
    const gradients = new LocalGradientSource(engine, staged, isCancelled);
    const form = surrogateForm(model, {
      learn: surrogate.learn,
      seed,
      finish: foldBatchNorm,
      judges: timedSetOf(validation),
    });
    return fit(kernels, { ...options, model, gradients, form }).model;
  } finally {
    kernels.release(mark);
  }
}

function timedSetOf({ spikes }: SkipSamples): TimedSet | undefined {
  return spikes && { spikes };
}
