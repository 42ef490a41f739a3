// A plain neuron's train when only some of its currents differ: from the first step that differs, and until its
// potential is the golden one again.
//
// Golden potentials are worked out once an image, for neurons that are asked for.

import { leakUnit } from "../../neuron/step-integer.ts";
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
  /** Smallest distance to the threshold of silent steps, and of spikes. Shape [neurons, 2]. */
  readonly #room: Float64Array;
  /** The same and the largest potential, of the neuron whose golden steps run. */
  #up = 0;
  #down = 0;
  #largest = 0;
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
    this.#room = new Float64Array(2 * length);
    this.#train = new Uint32Array(this.#words);
  }

  /** Another image's currents from now on. */
  nextImage(): void {
    this.#image++;
  }

  /**
   * @param differences - of the sums, shape [neurons, steps]
   * @param golden - the golden trains, shape [neurons, words]
   * @param output - the neuron's train, where it is another
   * @returns whether the train is another than the golden one
   */
  run(
    neuron: number,
    currents: GoldenCurrents,
    differences: Int32Array,
    golden: Uint32Array,
    output: Uint32Array,
  ): boolean {
    const row = neuron * this.#steps;
    let first = -1;
    let last = -1;
    let more = 0;
    let less = 0;
    for (let t = 0; t < this.#steps; t++) {
      const difference = differences[row + t];
      if (difference === 0) continue;
      if (first < 0) first = t;
      last = t;
      if (difference > 0) more += difference;
      else less -= difference;
    }
    if (first < 0) return false;
    if (this.#imageOf[neuron] !== this.#image) this.#takeGolden(neuron, currents);
    if (this.#staysSame(neuron, more, less)) return false;
    const firstWord = neuron * this.#words;
    for (let word = 0; word < this.#words; word++) output[word] = golden[firstWord + word];
    const v = first === 0 ? this.#neurons.starts[neuron] : this.#potentials[row + first - 1];
    this.#scan(neuron, first, last, v, currents, differences, output);
    for (let word = 0; word < this.#words; word++) if (output[word] !== golden[firstWord + word]) return true;
    return false;
  }

  /**
   * While no spike changes, a neuron without leak is off its golden potential by what arrived more and less, or
   * by part of it after a reset or at a bound. So it cannot fire where it was silent, or be silent
   * where it fired, while that is below the smallest distance to the threshold.
   */
  #staysSame(neuron: number, more: number, less: number): boolean {
    return more * this.#worth < this.#room[2 * neuron] && less * this.#worth < this.#room[2 * neuron + 1];
  }

  /** Golden potentials and the room they leave. */
  #takeGolden(neuron: number, currents: GoldenCurrents): void {
    this.#imageOf[neuron] = this.#image;
    const { isWhole, leaks, thresholds, starts, overflows } = this.#neurons;
    this.#up = Number.POSITIVE_INFINITY;
    this.#down = Number.POSITIVE_INFINITY;
    this.#largest = Math.abs(thresholds[neuron]);
    this.#scan(neuron, 0, this.#steps, starts[neuron], currents, null, this.#train);
    const isKept = leaks[neuron] === (isWhole ? leakUnit : 1) && !overflows;
    // In float32 every step may round by half a unit in the last place, in both runs.
    const guard = isWhole ? 0 : this.#steps * this.#largest * 2 ** -21;
    this.#room[2 * neuron] = isKept ? this.#up - guard : Number.NEGATIVE_INFINITY;
    this.#room[2 * neuron + 1] = isKept ? this.#down - guard : Number.NEGATIVE_INFINITY;
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
    const keeps = leak === (isWhole ? leakUnit : 1);
    const resetTo = this.#neurons.resets[neuron];
    const lowest = this.#neurons.lowest[neuron];
    const worth = this.#worth;
    const bias = this.#bias?.[neuron] ?? 0;
    const row = neuron * this.#steps;
    let v = start;
    for (let t = first; t < this.#steps; t++) {
      let current = values[from + t * stepStride + neuron];
      const difference = differences === null ? 0 : differences[row + t];
      if (isWhole) {
        v = (keeps ? v : Math.trunc((v * leak) / leakUnit)) + (current + difference);
        if (v > highest || v < -highest - 1) v = fittedPotential(v, bits, highest, saturates);
      } else {
        if (difference !== 0)
          current = fround(fround((Math.round((current - bias) / worth) + difference) * worth) + bias);
        v = fround((keeps ? v : fround(leak * v)) + current);
      }
      const fires = isStrict ? v > theta : v >= theta;
      if (differences === null) this.#takeRoom(v, theta, fires);
      const word = t >> 5;
      const bit = 1 << (t & 31);
      if (fires) {
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

  #takeRoom(v: number, theta: number, fires: boolean): void {
    if (fires) this.#down = Math.min(this.#down, v - theta);
    else this.#up = Math.min(this.#up, theta - v);
    this.#largest = Math.max(this.#largest, Math.abs(v));
  }
}
