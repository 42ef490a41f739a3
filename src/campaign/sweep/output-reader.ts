// Class scores after the last step, read from what a simulator's output handed on.

import type { Inference } from "../../model/model.ts";
import type { FlowBuffer } from "../../simulate/flow-buffer.ts";
import { Scores } from "../../simulate/scores.ts";

/** @param image - from 0, within the traced piece @param scores - output, shape [classes] */
export function readScores(
  output: FlowBuffer,
  image: number,
  { readout, steps }: Pick<Inference, "readout" | "steps">,
  firstStep: number,
  scores: Float32Array,
): void {
  const reader = new Scores(readout, scores.length);
  reader.clear();
  for (let step = 0; step < steps; step++) {
    const segment = image * steps + step;
    if (output.kind === "spikes") {
      const from = segment === 0 ? 0 : output.ends[segment - 1];
      for (let at = from; step >= firstStep && at < output.ends[segment]; at++)
        reader.spike(output.events[at], step + 1, output.values?.[at]);
    } else if (output.kind !== "held" && step >= firstStep) {
      const row = output.kind === "current" && output.isHeld ? image : segment;
      reader.add(output.values, row * output.stride, output.kind === "potential");
    }
  }
  scores.set(reader.values);
}
