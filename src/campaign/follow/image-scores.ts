// Class scores of one image after its last step, golden and under faults, and the class they decide.

import { decide } from "../../simulate/decide.ts";
import { Scores } from "../../simulate/scores.ts";
import type { FaultGraph } from "./fault-graph.ts";
import type { SumDifferences } from "./sum-differences.ts";
import type { TrainState } from "./train-state.ts";

export interface ImageScores {
  /** Shape [classes]. */
  readonly scores: Float32Array;
  decision: number;
  /** Whether any score differs from the golden ones. */
  isChanged: boolean;
}

export class OutputScores {
  readonly #graph: FaultGraph;
  readonly #trains: readonly TrainState[];
  readonly #sums: readonly SumDifferences[];
  readonly #classes: number;
  readonly #golden: ImageScores;
  readonly #now: ImageScores;
  readonly #currents: Float32Array;
  readonly #one: Scores;

  constructor(graph: FaultGraph, trains: readonly TrainState[], sums: readonly SumDifferences[]) {
    this.#graph = graph;
    this.#trains = trains;
    this.#sums = sums;
    this.#classes = graph.model.classes.length;
    this.#golden = this.#fresh();
    this.#now = this.#fresh();
    this.#currents = new Float32Array(graph.steps);
    this.#one = new Scores(graph.model.inference?.readout ?? "membrane", 1);
  }

  #fresh(): ImageScores {
    return { scores: new Float32Array(this.#classes), decision: 0, isChanged: false };
  }

  /** The golden scores, after trains and currents were loaded. */
  load(): ImageScores {
    for (let c = 0; c < this.#classes; c++) this.#golden.scores[c] = this.#scoreOf(c);
    this.#golden.decision = decide(this.#golden.scores, 0, this.#classes);
    return this.#golden;
  }

  /** The scores as trains and sums now are. */
  changed(): ImageScores {
    const { output } = this.#graph;
    const now = this.#now;
    const source = output.kind === "sums" ? this.#sums[output.index] : this.#trains[output.index];
    const [list, count] =
      "touched" in source ? [source.touched, source.touches] : [source.changed, source.changes];
    now.isChanged = false;
    now.decision = this.#golden.decision;
    if (count === 0) {
      now.scores.set(this.#golden.scores);
      return now;
    }
    now.scores.set(this.#golden.scores);
    for (let k = 0; k < count; k++) {
      const c = list[k];
      const score = this.#scoreOf(c);
      if (Object.is(score, now.scores[c]) || score === now.scores[c]) continue;
      now.scores[c] = score;
      now.isChanged = true;
    }
    if (now.isChanged) now.decision = decide(now.scores, 0, this.#classes);
    return now;
  }

  #scoreOf(c: number): number {
    const { output, steps, words } = this.#graph;
    const one = this.#one;
    one.clear();
    if (output.kind === "sums") {
      this.#sums[output.index].currents(c, this.#currents);
      for (let t = 0; t < steps; t++) one.add(this.#currents, t, false);
    } else {
      const { now } = this.#trains[output.index];
      for (let t = 0; t < steps; t++) if ((now[c * words + (t >> 5)] >>> (t & 31)) & 1) one.spike(0, t + 1);
    }
    return one.values[0];
  }
}
