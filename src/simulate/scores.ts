// Class scores as the output speaks, step after step: the readout rules, for simulator and twin.
//
//   count       spikes so far, negative ones subtracted
//   firstSpike  minus the step of the first spike; NaN before it, so that no class is decided
//   membrane    an output layer's sums, accumulated; or an integrator's potential
//   average     the mean of that up to now (its sum, which decides the same)

import type { Inference } from "../model/model.ts";

export class Scores {
  /** After the steps so far. Shape [classes]. */
  readonly values: Float32Array;
  readonly #readout: Inference["readout"];
  /** What `average` sums up. Shape [classes]. */
  readonly #membrane: Float32Array;

  constructor(readout: Inference["readout"], classes: number) {
    this.#readout = readout;
    this.values = new Float32Array(classes);
    this.#membrane = new Float32Array(classes);
  }

  /** Begin an image. */
  clear(): void {
    this.values.fill(this.#readout === "firstSpike" ? Number.NaN : 0);
    this.#membrane.fill(0);
  }

  /** A spike at a step, 1 … T. */
  spike(neuron: number, step: number, worth = 1): void {
    if (this.#readout === "count") this.values[neuron] += worth;
    else if (Number.isNaN(this.values[neuron])) this.values[neuron] = -step;
  }

  /** A step's sums, or an integrator's potentials, from a place in `outputs`. */
  add(outputs: Float32Array, from: number, isPotential: boolean): void {
    const isAverage = this.#readout === "average";
    const membrane = isAverage ? this.#membrane : this.values;
    for (let c = 0; c < membrane.length; c++) {
      if (isPotential) membrane[c] = outputs[from + c];
      else membrane[c] += outputs[from + c];
      if (isAverage) this.values[c] += membrane[c];
    }
  }
}
