// A plain neuron's train when only some of its currents differ: from the first step that differs, and until its
// potential is the golden one again.
//
// Golden potentials are worked out once an image, for neurons that are asked for.

import { leakUnit } from "../neuron/step-integer.ts";
import type { SumNode } from "./fault-graph.ts";
import type { GoldenCurrents } from "./golden-image.ts";
import { fittedPotential, type PlainNeurons } from "./plain-neurons.ts";

const { fround } = Math;

export class ResumedScan {
  readonly #neurons: PlainNeurons;
  readonly #steps: number;
  readonly #words: number;
  readonly #worth: number;
  readonly #bias: Float32Array | null;
  /** After the reset of every step. Shape [neurons, steps]. */
  readonly #potentials: Float64Array;
  /** The image the potentials of a neuron are of. */
  readonly #imageOf: Int32Array;
  #image = 0;
  readonly #train: Uint32Array;

  constructor(neurons: PlainNeurons, { worth, bias }: SumNode, steps: number) {
    this.#neurons = neurons;
    this.#steps = steps;
    this.#words = Math.ceil(steps / 32);
    this.#worth = worth;
    this.#bias = bias;
    const { length } = neurons.thresholds;
    this.#potentials = new Float64Array(length * steps);
    this.#imageOf = new Int32Array(length);
    this.#train = new Uint32Array(this.#words);
  }

  /** Another image's currents from now on. */
  nextImage(): void {
    this.#image++;
  }

  /**
   * @param differences - of the sums, shape [neurons, steps]
   * @param golden - the golden trains, shape [neurons, words]
   * @param output - the neuron's train
   * @returns whether the train is another than the golden one
   */
  run(
    neuron: number,
    currents: GoldenCurrents,
    differences: Int32Array,
    golden: Uint32Array,
    output: Uint32Array,
  ): boolean {
    const steps = this.#steps;
    const row = neuron * steps;
    let first = row;
    let last = row + steps - 1;
    while (first <= last && differences[first] === 0) first++;
    if (first > last) return false;
    while (differences[last] === 0) last--;
    if (this.#imageOf[neuron] !== this.#image) this.#takeGolden(neuron, currents);
    for (let word = 0; word < this.#words; word++) output[word] = golden[neuron * this.#words + word];
    const v = first === row ? this.#neurons.starts[neuron] : this.#potentials[first - 1];
    this.#scan(neuron, first - row, last - row, v, currents, differences, output);
    for (let word = 0; word < this.#words; word++)
      if (output[word] !== golden[neuron * this.#words + word]) return true;
    return false;
  }

  #takeGolden(neuron: number, currents: GoldenCurrents): void {
    this.#imageOf[neuron] = this.#image;
    this.#scan(neuron, 0, this.#steps, this.#neurons.starts[neuron], currents, null, this.#train);
  }

  /**
   * Steps from `first` on. With differences: until the potential is golden behind the `last` of them. Without:
   * all steps, and the potentials are written down.
   */
  #scan(
    neuron: number,
    first: number,
    last: number,
    start: number,
    { values, first: from, stepStride }: GoldenCurrents,
    differences: Int32Array | null,
    output: Uint32Array,
  ): void {
    const { isWhole, isStrict, reset, bits, highest, saturates } = this.#neurons;
    const theta = this.#neurons.thresholds[neuron];
    const leak = this.#neurons.leaks[neuron];
    const resetTo = this.#neurons.resets[neuron];
    const lowest = this.#neurons.lowest[neuron];
    const worth = this.#worth;
    const bias = this.#bias?.[neuron] ?? 0;
    const row = neuron * this.#steps;
    let v = start;
    for (let t = first; t < this.#steps; t++) {
      let current = values[from + t * stepStride + neuron];
      const difference = differences === null ? 0 : differences[row + t];
      if (difference !== 0) {
        if (isWhole) current += difference;
        else current = fround(fround((Math.round((current - bias) / worth) + difference) * worth) + bias);
      }
      if (isWhole) {
        v = (leak === leakUnit ? v : Math.trunc((v * leak) / leakUnit)) + current;
        if (v > highest || v < -highest - 1) v = fittedPotential(v, bits, highest, saturates);
      } else v = fround(fround(leak * v) + current);
      const word = t >> 5;
      const bit = 1 << (t & 31);
      if (isStrict ? v > theta : v >= theta) {
        output[word] |= bit;
        if (reset === "subtract") {
          v = isWhole ? v - theta : fround(v - theta);
          if (isWhole && (v > highest || v < -highest - 1)) v = fittedPotential(v, bits, highest, saturates);
        } else if (reset === "value") v = resetTo;
      } else output[word] &= ~bit;
      if (v < lowest) v = lowest;
      if (differences === null) this.#potentials[row + t] = v;
      else if (t >= last && v === this.#potentials[row + t]) return;
    }
  }
}
