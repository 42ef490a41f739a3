// Faults in an ANN's weights: the same faults as of the SNN made from it, counted in the same outcomes.
//
// Every trial runs all images again with the struck weights; there is nothing to follow as in spikes.

import { decide } from "../ann/classify.ts";
import { Forward } from "../ann/forward.ts";
import { type IsCancelled, throwIfCancelled } from "../base/cancel.ts";
import { InvalidValueError } from "../base/errors.ts";
import type { Fault } from "../fault/fault.ts";
import { struckModel } from "../fault/struck-model.ts";
import type { Kernels } from "../kernels/kernels.ts";
import type { Model } from "../model/model.ts";
import { faultOutcomes, maskedCode, outcomeCode } from "./fault-outcome.ts";
import { marginOf } from "./sweep/whole-simulation.ts";

export interface AnnFaultOptions {
  readonly kernels: Kernels;
  readonly model: Model;
  /** Shape [count, …image]. */
  readonly pixels: Uint8Array;
  /** Shape [count]. */
  readonly labels: Uint8Array;
  readonly count: number;
  readonly isCancelled: IsCancelled;
}

const batch = 64;

/** Takes kernel memory. */
export class AnnFaults {
  readonly goldenCorrect: number;
  readonly #options: AnnFaultOptions;
  readonly #forward: Forward;
  /** Shape [count, classes]. */
  readonly #golden: Float32Array;
  readonly #decisions: Uint8Array;

  /** @throws {InvalidValueError} for what is no sound ANN, {CancelledError} between batches */
  constructor(options: AnnFaultOptions) {
    const { kernels, model, count, labels } = options;
    this.#options = options;
    this.#forward = new Forward(kernels, model, { maximumBatch: Math.min(batch, count) });
    const { classes } = this.#forward;
    this.#golden = new Float32Array(count * classes);
    this.#eachBatch((first, scores) => this.#golden.set(scores, first * classes));
    this.#decisions = Uint8Array.from({ length: count }, (_, n) =>
      decide(this.#golden, n * classes, classes),
    );
    this.goldenCorrect = this.#decisions.reduce(
      (sum, decision, n) => sum + Number(decision === labels[n]),
      0,
    );
  }

  /**
   * Count what faults that are there together do to every image.
   *
   * @param onMargin - told how far the margin between the golden class and the best other moved
   * @returns images by outcome, shape [outcomes]
   * @throws {InvalidValueError} for faults of anything but weights, {CancelledError} between batches
   */
  run(faults: readonly Fault[], onMargin?: (image: number, change: number) => void): Uint32Array {
    const { model, labels } = this.#options;
    const { classes } = this.#forward;
    for (const { target } of faults) {
      if (target === "weight") continue;
      throw new InvalidValueError(
        "targets",
        "must be weight for an ANN",
        target,
        "Convert it to strike more.",
      );
    }
    const struck = struckModel(model, faults);
    const layers = [...new Set(faults.map(({ layer }) => layer))];
    const outcomes = new Uint32Array(faultOutcomes.length);
    this.#setWeights(struck, layers);
    try {
      this.#eachBatch((first, scores, count) => {
        for (let n = 0; n < count; n++) {
          const at = (first + n) * classes;
          outcomes[this.#codeOf(scores, n * classes, at, labels[first + n])]++;
          const was = this.#decisions[first + n];
          onMargin?.(
            first + n,
            marginOf(scores, n * classes, classes, was) - marginOf(this.#golden, at, classes, was),
          );
        }
      });
    } finally {
      this.#setWeights(model, layers);
    }
    return outcomes;
  }

  #codeOf(scores: Float32Array, start: number, golden: number, label: number): number {
    const { classes } = this.#forward;
    let isSame = true;
    for (let c = 0; c < classes && isSame; c++)
      isSame = Object.is(scores[start + c], this.#golden[golden + c]);
    if (isSame) return maskedCode;
    const was = this.#decisions[golden / classes];
    return outcomeCode(
      label,
      was,
      this.#golden[golden + was],
      decide(scores, start, classes),
      scores[start + was],
    );
  }

  #setWeights(from: Model, layers: readonly string[]): void {
    for (const layer of layers)
      this.#forward.setWeights(layer, from.tensors[`${layer}.weight`].data as Float32Array | Int8Array);
  }

  #eachBatch(take: (first: number, scores: Float32Array, count: number) => void): void {
    const { pixels, count, isCancelled } = this.#options;
    for (let first = 0; first < count; first += this.#forward.maximumBatch) {
      throwIfCancelled(isCancelled, "the fault campaign");
      const size = Math.min(this.#forward.maximumBatch, count - first);
      take(first, this.#forward.run(pixels, first, size), size);
    }
  }
}
