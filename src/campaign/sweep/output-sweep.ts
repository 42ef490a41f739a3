// Changed weights of an output layer that accumulates whole numbers: one score moves by the difference times
// the spikes that arrived.

import { decide } from "../../simulate/decide.ts";
import { maskedCode, outcomeCode } from "../fault-outcome.ts";
import type { FaultGraph } from "../follow/fault-graph.ts";
import type { LoadedImage } from "./loaded-image.ts";
import type { WeightFlips } from "./weight-flips.ts";

/** The sweep of the layer, or null where its scores are not such sums. */
export function outputSweep(graph: FaultGraph, flips: WeightFlips): OutputSweep | null {
  const { node } = flips;
  const { inference } = graph.model;
  const isWhole = inference?.arithmetic?.kind === "integer" && inference.readout === "membrane";
  const isPlain = node.feeds.length === 1 && node.feeds[0].reach === null && node.worth === 1;
  if (graph.output !== node || node.layer.kind !== "dense" || !isWhole || !isPlain) return null;
  return new OutputSweep(graph, flips);
}

export class OutputSweep {
  readonly #flips: WeightFlips;
  readonly #words: number;
  readonly #inputs: number;
  readonly #scores: Float32Array;

  constructor({ words, model }: FaultGraph, flips: WeightFlips) {
    this.#flips = flips;
    this.#words = words;
    this.#inputs = flips.node.weights.length / flips.node.outputs;
    this.#scores = new Float32Array(model.classes.length);
  }

  /** Run every trial on the image that is loaded. @param outcomes - shape [trials, 8]; raised in place */
  run({ runner, golden: image }: LoadedImage, outcomes: Uint32Array): void {
    const { scores, label, decision } = image;
    const { node, elements, differences, trials } = this.#flips;
    const { golden } = runner.trains[node.feeds[0].train];
    const now = this.#scores;
    now.set(scores);
    for (let f = 0; f < elements.length; f++) {
      const c = Math.floor(elements[f] / this.#inputs);
      const spikes = this.#spikes(golden, elements[f] - c * this.#inputs);
      if (spikes === 0 || differences[f] === 0) continue;
      now[c] = scores[c] + differences[f] * spikes;
      const code = outcomeCode(label, decision, scores[decision], decide(now, 0, now.length), now[decision]);
      now[c] = scores[c];
      if (code !== maskedCode) outcomes[trials[f] * 8 + code]++;
    }
  }

  #spikes(trains: Uint32Array, element: number): number {
    let count = 0;
    for (let word = 0; word < this.#words; word++) {
      for (let bits = trains[element * this.#words + word]; bits !== 0; bits &= bits - 1) count++;
    }
    return count;
  }
}
