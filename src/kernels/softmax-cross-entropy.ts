// Loss of a classifier and its gradient, with label smoothing:
//   p = softmax(s),  q = (1−ε)·onehot(label) + ε/classes,  L = −Σ q ln p,  ∂L/∂s = p − q
// Plain loops on purpose: classes are few, and the exponential is the platform's.

import { requireLength } from "./require-length.ts";

export interface SoftmaxCrossEntropyArgs {
  /** Shape [batch, classes]. */
  readonly scores: Float32Array;
  /** Shape [batch]. */
  readonly labels: Uint8Array;
  /** Output: ∂L/∂scores · gradientScale. Shape [batch, classes]; may be `scores`. */
  readonly gradient: Float32Array;
  readonly batch: number;
  readonly classes: number;
  /** ε in [0, 1). */
  readonly smoothing: number;
  /** e.g. 1 / whole batch, for the gradient of a mean. */
  readonly gradientScale: number;
}

/** @returns the summed loss, and how many images have their highest score (first of equals) at their label */
export function softmaxCrossEntropy(args: SoftmaxCrossEntropyArgs): {
  readonly loss: number;
  readonly correct: number;
} {
  const { scores, labels, gradient, batch, classes, smoothing, gradientScale } = args;
  requireLength("softmaxCrossEntropy scores", scores, batch * classes);
  requireLength("softmaxCrossEntropy labels", labels, batch);
  const rest = smoothing / classes;
  const powers = new Float64Array(classes);
  let [loss, correct] = [0, 0];
  for (let n = 0; n < batch; n++) {
    const row = n * classes;
    let best = 0;
    for (let j = 1; j < classes; j++) if (scores[row + j] > scores[row + best]) best = j;
    const highest = scores[row + best];
    let sum = 0;
    for (let j = 0; j < classes; j++) {
      powers[j] = Math.exp(scores[row + j] - highest);
      sum += powers[j];
    }
    const logSum = Math.log(sum) + highest;
    if (best === labels[n]) correct++;
    for (let j = 0; j < classes; j++) {
      const target = (j === labels[n] ? 1 - smoothing : 0) + rest;
      if (target > 0) loss += target * (logSum - scores[row + j]);
      gradient[row + j] = (powers[j] / sum - target) * gradientScale;
    }
  }
  return { loss, correct };
}
