// The decision after every step: by the output's spikes so far, or by its accumulated potential.

import { decide } from "./decide.ts";
import type { FlowBuffer } from "./flow-buffer.ts";
import { noClass } from "./simulation-result.ts";

export interface Readout {
  readonly output: FlowBuffer;
  readonly steps: number;
  readonly classes: number;
  /** Class of every image of the set. */
  readonly labels: Uint8Array;
  /** Raised in place. Shape [steps]. */
  readonly correctPerStep: number[];
}

/**
 * Read a piece's decisions.
 *
 * @param predictions - output: classes after the last step, one an image of the piece
 */
export function readDecisions(
  { output, steps, classes, labels, correctPerStep }: Readout,
  firstImage: number,
  images: number,
  predictions: Uint8Array,
): void {
  const scores = new Float32Array(classes);
  let at = 0;
  for (let b = 0; b < images; b++) {
    scores.fill(0);
    let decision = noClass;
    for (let step = 0; step < steps; step++) {
      const segment = b * steps + step;
      if (output.kind === "spikes") {
        for (; at < output.ends[segment]; at++) scores[output.events[at]]++;
      } else if (output.kind === "current") {
        const from = (output.isHeld ? b : segment) * output.stride;
        for (let c = 0; c < classes; c++) scores[c] += output.values[from + c];
      }
      decision = decide(scores, 0, classes);
      if (decision === labels[firstImage + b]) correctPerStep[step]++;
    }
    predictions[b] = decision;
  }
}
