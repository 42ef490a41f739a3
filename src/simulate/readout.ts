// The decision after every step, by the network's readout rule (scores.ts).

import type { Inference } from "../model/model.ts";
import { decide } from "./decide.ts";
import type { FlowBuffer } from "./flow-buffer.ts";
import { Scores } from "./scores.ts";
import { noClass } from "./simulation-result.ts";

export interface Readout {
  readonly output: FlowBuffer;
  readonly rule: Inference["readout"];
  readonly steps: number;
  /** First step that is read, from 0: no class is decided before it. */
  readonly firstStep: number;
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
  { output, rule, steps, firstStep, classes, labels, correctPerStep }: Readout,
  firstImage: number,
  images: number,
  predictions: Uint8Array,
): void {
  const scores = new Scores(rule, classes);
  let at = 0;
  for (let b = 0; b < images; b++) {
    scores.clear();
    let decision = noClass;
    for (let step = 0; step < steps; step++) {
      const segment = b * steps + step;
      if (step < firstStep) {
        if (output.kind === "spikes") at = output.ends[segment];
        continue;
      }
      if (output.kind === "spikes") {
        for (; at < output.ends[segment]; at++)
          scores.spike(output.events[at], step + 1, output.values?.[at]);
      } else if (output.kind !== "held") {
        const row = output.kind === "current" && output.isHeld ? b : segment;
        scores.add(output.values, row * output.stride, output.kind === "potential");
      }
      decision = decide(scores.values, 0, classes);
      if (decision === labels[firstImage + b]) correctPerStep[step]++;
    }
    predictions[b] = decision;
  }
}
