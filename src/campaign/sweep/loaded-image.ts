// The image faults are measured on now: its golden class and scores, and what other trains make of it.

import { maskedCode, type OutcomeCode, outcomeCode } from "../fault-outcome.ts";
import type { FaultRunner } from "../follow/fault-runner.ts";
import type { ImageScores } from "../follow/image-scores.ts";

/** Trains a neuron may have are told apart by their bits up to this many words. */
const mostRemembered = 1;

/** What becomes of an image without faults. */
export interface GoldenOutcome {
  readonly label: number;
  readonly decision: number;
  /** Shape [classes]. */
  readonly scores: Float32Array;
}

export class LoadedImage {
  readonly runner: FaultRunner;
  /** Another object for every image. */
  golden: GoldenOutcome = { label: 0, decision: 0, scores: new Float32Array(0) };
  /** Outcomes by train, neuron and bits, of this image. */
  readonly #remembered: Map<number, OutcomeCode>[];

  constructor(runner: FaultRunner) {
    this.runner = runner;
    this.#remembered = runner.graph.trains.map(() => new Map());
  }

  /** After the runner has loaded the image. */
  take(label: number, { scores, decision }: ImageScores): void {
    this.golden = { label, decision, scores: scores.slice() };
    for (const outcomes of this.#remembered) if (outcomes.size > 0) outcomes.clear();
  }

  /** What these scores mean for the image. */
  codeOf(now: ImageScores): OutcomeCode {
    if (!now.isChanged) return maskedCode;
    const { label, decision, scores } = this.golden;
    return outcomeCode(label, decision, scores[decision], now.decision, now.scores[decision]);
  }

  /** What a train of one neuron leads to, if that is known; `NaN` is no key. */
  rememberedOutcome(train: number, key: number): OutcomeCode | undefined {
    return Number.isNaN(key) ? undefined : this.#remembered[train].get(key);
  }

  remember(train: number, key: number, code: OutcomeCode): void {
    if (!Number.isNaN(key)) this.#remembered[train].set(key, code);
  }

  /** What becomes of the image when one neuron's train is another than the golden one. */
  outcomeOf(train: number, neuron: number, words: Uint32Array): OutcomeCode {
    const remembered = this.#remembered[train];
    const key = neuron * 2 ** 32 + words[0];
    const known = words.length <= mostRemembered ? remembered.get(key) : undefined;
    if (known !== undefined) return known;
    const { runner } = this;
    runner.trains[train].replace(neuron, words);
    const code = this.codeOf(runner.follow(train));
    runner.restore();
    if (words.length <= mostRemembered) remembered.set(key, code);
    return code;
  }
}
