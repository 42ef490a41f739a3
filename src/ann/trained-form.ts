// What is trained of a model, within which bounds, and who judges it between epochs: of an ANN, or of another kind
// that brings its own.

import type { IsCancelled } from "../base/cancel.ts";
import type { ImageSet } from "../data/dataset.ts";
import type { Kernels } from "../kernels/kernels.ts";
import type { Model } from "../model/model.ts";
import { classify } from "./classify.ts";
import { Forward } from "./forward.ts";
import { layoutOf, type ParameterLayout } from "./parameter-layout.ts";

/** Bounds of a run of parameters, kept after every update. */
export interface ParameterLimit {
  readonly offset: number;
  readonly length: number;
  readonly low: number;
  readonly high: number;
  /** Whether weight decay leaves them alone: 0 is no neutral value of theirs. Default false. */
  readonly isFreeOfDecay?: boolean;
}

export interface TrainedForm {
  readonly layout: ParameterLayout;
  readonly limits: readonly ParameterLimit[];
  /** Images that a model gets right. It may take kernel memory and leave it. */
  readonly countCorrect: (
    kernels: Kernels,
    model: Model,
    images: ImageSet,
    isCancelled: IsCancelled,
  ) => number;
}

/**
 * Bounds of activations decay and move as all parameters do (keeping the decay from them made no difference
 * beyond chance), but never below this share of where they started: a bound must stay above 0.
 */
const leastBoundShare = 1e-3;

/** An ANN, all of whose parameters are trained. */
export function annForm({ network, tensors }: Model): TrainedForm {
  const layout = layoutOf(network);
  const limits = layout.parameters
    .filter(({ name }) => name.endsWith(".bound"))
    .map(({ name, offset, length }) => ({
      offset,
      length,
      low: leastBoundShare * tensors[name].data[0],
      high: Number.POSITIVE_INFINITY,
    }));
  return {
    layout,
    limits,
    countCorrect: (kernels, model, { pixels, labels, count }, isCancelled) =>
      classify(new Forward(kernels, model, { maximumBatch: 250 }), { pixels, labels, count, isCancelled })
        .correct,
  };
}
