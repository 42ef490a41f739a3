// Why a converted network is as accurate as it is: layer by layer, what its spikes get wrong and why
// (layer-errors.ts), and from which step on it decides as the ANN does.

import { decide } from "../ann/classify.ts";
import { subset } from "../data/image-set.ts";
import type { Inference, Model } from "../model/model.ts";
import { inferShapes, sizeOf } from "../model/shapes.ts";
import { type LayerDiagnosis, LayerErrors } from "./layer-errors.ts";
import { type CalibrationImages, type ObserveValues, watchAnn, watchSnn } from "./mean-activations.ts";
import { fullCount } from "./rate-steps.ts";

export interface Diagnosis {
  readonly images: number;
  /** How the input enters. */
  readonly coding: Inference["coding"];
  /** Steps of an inference, and how many of them are a warm-up. */
  readonly steps: number;
  readonly warmUpSteps: number;
  /** Rates (or times) above 0 that a neuron can tell apart. */
  readonly levels: number;
  readonly annCorrect: number;
  /** Correct decisions after step 1, 2, …. */
  readonly correctPerStep: readonly number[];
  /** Step from which on the accuracy stays within 1 point of the ANN's; null if it ends below. */
  readonly stepsWithinOnePoint: number | null;
  readonly layers: readonly LayerDiagnosis[];
}

/** Images run at once: all of their activations are kept. */
const batch = 50;

/**
 * Compare an SNN with the ANN it was made from, on images that neither tuning nor the final figures use.
 *
 * @param head - share of the threshold that neurons start with or are given over the steps
 * @throws {CancelledError}
 */
export function diagnose(snn: Model, ann: Model, head: number, images: CalibrationImages): Diagnosis {
  const { steps, warmUp, coding } = snn.inference ?? { steps: 1, coding: "constant" };
  const shapes = inferShapes(snn.network);
  const neurons = snn.network.layers.find((layer) => layer.kind === "neuron");
  const relus = new Map<string, LayerErrors>();
  for (const layer of snn.network.layers) {
    const isRelu = ann.network.layers.some(({ id, kind }) => kind === "relu" && id === layer.id);
    if (layer.kind !== "neuron" || !isRelu) continue;
    relus.set(layer.id, new LayerErrors(snn, layer, sizeOf(shapes.get(layer.id) ?? []), head));
  }
  let annCorrect = 0;
  const correctPerStep = new Array<number>(steps).fill(0);
  for (let first = 0; first < images.count; first += batch) {
    const count = Math.min(batch, images.count - first);
    const some = { ...images, images: subset(images.images, first, count), count };
    annCorrect += countCorrect(ann, some, (id, values, at) => relus.get(id)?.keep(values, at));
    const correct = watchSnn(snn, some, ({ layer, firstImage, counts, potentials }) => {
      relus.get(layer)?.compare(counts, potentials, firstImage);
    });
    for (const [t, right] of correct.entries()) correctPerStep[t] += right;
  }
  const lastBelow = correctPerStep.findLastIndex((correct) => correct < annCorrect - images.count / 100);
  return {
    images: images.count,
    coding,
    steps,
    warmUpSteps: warmUp?.steps ?? 0,
    levels: neurons === undefined ? steps : fullCount(snn, neurons),
    annCorrect,
    correctPerStep,
    stepsWithinOnePoint: lastBelow === steps - 1 ? null : lastBelow + 2,
    layers: [...relus.values()].map((errors) => errors.finish()),
  };
}

function countCorrect(ann: Model, some: CalibrationImages, observe: ObserveValues): number {
  const classes = ann.classes.length;
  let correct = 0;
  watchAnn(ann, some, (id, values, first, count) => {
    observe(id, values, first, count);
    if (id !== ann.network.output) return;
    for (let n = 0; n < count; n++) {
      if (decide(values, n * classes, classes) === some.images.labels[first + n]) correct++;
    }
  });
  return correct;
}
