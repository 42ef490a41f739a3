// The ANN of a topology with given skips, trained as the spiking networks are: what their accuracy drops from.

import { fit } from "../ann/fit.ts";
import { GradientEngine } from "../ann/gradient-engine.ts";
import { LocalGradientSource } from "../ann/gradient-source.ts";
import { initialise } from "../ann/initialise.ts";
import { annForm } from "../ann/trained-form.ts";
import type { ImageSet, SplitName } from "../data/dataset.ts";
import type { Kernels } from "../kernels/kernels.ts";
import type { Model } from "../model/model.ts";
import { skipNetwork } from "./skip-network.ts";
import type { SkipModelOptions, SkipTrainingOptions } from "./train-skips.ts";

type Judged = Exclude<SplitName, "train">;

/** @throws {CancelledError} when cancelled, {StateError} when the loss is no longer a number */
export function annAccuracy(
  kernels: Kernels,
  { spec, matrices, classes }: Pick<SkipModelOptions, "spec" | "matrices" | "classes">,
  options: SkipTrainingOptions,
  judged: Readonly<Record<Judged, ImageSet>>,
): Readonly<Record<Judged, number>> {
  const { settings, train, seed, isCancelled } = options;
  const network = skipNetwork(spec, matrices, "ann");
  const preprocessing = { scale: 1 / 255, offset: 0 };
  const begun: Model = {
    kind: "ann",
    network,
    weightFormat: { kind: "float32" },
    tensors: initialise(network, seed),
    preprocessing,
    inference: null,
    classes,
    provenance: { data: "", seed, commit: "", kernels: "", parent: "", history: [] },
  };
  const { batch: maximumShard, labelSmoothing, shards, shiftPixels } = settings;
  const engine = new GradientEngine(kernels, { network, preprocessing, maximumShard, labelSmoothing });
  const staged = { images: train, seed, shards, shiftPixels };
  const gradients = new LocalGradientSource(engine, staged, isCancelled);
  const { model } = fit(kernels, { ...options, model: begun, gradients });
  const accuracy = (images: ImageSet): number =>
    annForm(model).countCorrect(kernels, model, images, isCancelled) / images.count;
  return { validation: accuracy(judged.validation), test: accuracy(judged.test) };
}
