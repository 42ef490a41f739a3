// Changed weights of a first dense layer that reads real values held through all steps.
//
// Sums of real products depend on their order, so a changed weight means adding up again, in the simulator's order:
// from its place on, what comes before is kept. The neuron's train is worked out only where it may be another:
// with the same spikes, potentials rise with the current, so the currents that give the golden
// train are an interval, of which every current tried shows a part.

import type { Kernels } from "../../kernels/kernels.ts";
import type { NeuronLayer } from "../../model/network.ts";
import { maskedCode } from "../fault-outcome.ts";
import type { FaultGraph, TrainNode } from "../follow/fault-graph.ts";
import { NeuronScan } from "../follow/neuron-scan.ts";
import { plainNeurons } from "../follow/plain-neurons.ts";
import type { LoadedImage } from "./loaded-image.ts";
import { type TailBatch, tailBatch } from "./tail-batch.ts";
import type { WeightFlips } from "./weight-flips.ts";

const { fround } = Math;

/** The sweep of a layer, or null for other layers. */
export function heldSweep(kernels: Kernels, graph: FaultGraph, flips: WeightFlips): HeldSweep | null {
  const { node } = flips;
  const readers = graph.trains.filter(({ sum }) => sum === node.index);
  if (node.heldFrom === null || node.isExact || node.layer.kind !== "dense") return null;
  if (readers.length !== 1 || graph.output === node) return null;
  return new HeldSweep(graph, flips, readers[0], tailBatch(kernels, graph, readers[0]));
}

export class HeldSweep {
  readonly #flips: WeightFlips;
  readonly #train: TrainNode;
  readonly #words: number;
  readonly #inputs: number;
  readonly #scan: NeuronScan;
  /** Whether potentials rise with the current as long as spikes are the same. */
  readonly #isRising: boolean;
  readonly #tail: TailBatch | null;
  /** Trials of weight k stand from firstOf[k] to firstOf[k + 1]. */
  readonly #firstOf: Int32Array;
  /** Inputs that are not 0, their values, and their products with the weights of the output at work. */
  readonly #present: Int32Array;
  readonly #held: Float32Array;
  readonly #products: Float32Array;
  /** Sum of the products before each. */
  readonly #before: Float32Array;
  readonly #currents: Float32Array;
  readonly #output: Uint32Array;

  constructor(graph: FaultGraph, flips: WeightFlips, train: TrainNode, tail: TailBatch | null) {
    const { weights, outputs } = flips.node;
    const layer = train.layer as NeuronLayer;
    this.#flips = flips;
    this.#train = train;
    this.#words = graph.words;
    this.#inputs = weights.length / outputs;
    this.#scan = new NeuronScan(graph.model, layer, train.shape, graph.steps);
    const neurons = plainNeurons(graph.model, layer, train.shape);
    this.#isRising = neurons !== null && Array.from(neurons.leaks).every((leak) => leak >= 0);
    this.#tail = tail;
    this.#firstOf = new Int32Array(weights.length + 1);
    for (const element of flips.elements) this.#firstOf[element + 1]++;
    for (let k = 0; k < weights.length; k++) this.#firstOf[k + 1] += this.#firstOf[k];
    this.#present = new Int32Array(this.#inputs);
    this.#held = new Float32Array(this.#inputs);
    this.#products = new Float32Array(this.#inputs);
    this.#before = new Float32Array(this.#inputs);
    this.#currents = new Float32Array(graph.steps);
    this.#output = new Uint32Array(graph.words);
  }

  /** Run every trial on the image that is loaded. @param outcomes - shape [trials, 8]; raised in place */
  run(image: LoadedImage, outcomes: Uint32Array): void {
    const { node } = this.#flips;
    const { held, heldFirst } = image.runner.golden.currents[node.index];
    let present = 0;
    for (let i = 0; i < this.#inputs; i++) {
      const x = held[heldFirst + i];
      if (x === 0) continue;
      this.#present[present] = i;
      this.#held[present++] = x;
    }
    for (let o = 0; o < node.outputs; o++) {
      const first = o * this.#inputs;
      if (this.#firstOf[first] < this.#firstOf[first + this.#inputs])
        this.#sweep(o, present, image, outcomes);
    }
  }

  /** Count what waits for others of its kind. */
  flush(image: LoadedImage, outcomes: Uint32Array): void {
    this.#tail?.flush(image, outcomes);
  }

  #sweep(o: number, present: number, image: LoadedImage, outcomes: Uint32Array): void {
    const { node, differences, trials } = this.#flips;
    const { weights, bias } = node;
    const row = o * this.#inputs;
    let sum = 0;
    for (let k = 0; k < present; k++) {
      this.#before[k] = sum;
      this.#products[k] = weights[row + this.#present[k]] * this.#held[k];
      sum = fround(sum + this.#products[k]);
    }
    const { values, first } = image.runner.golden.currents[node.index];
    let low = values[first + o];
    let high = low;
    for (let k = 0; k < present; k++) {
      const weight = row + this.#present[k];
      for (let f = this.#firstOf[weight]; f < this.#firstOf[weight + 1]; f++) {
        if (differences[f] === 0) continue;
        sum = fround(this.#before[k] + fround((weights[weight] + differences[f]) * this.#held[k]));
        for (let j = k + 1; j < present; j++) sum = fround(sum + this.#products[j]);
        const current = bias === null ? sum : fround(sum + bias[o]);
        if (current >= low && current <= high) continue;
        if (this.#isGolden(o, current, image)) {
          if (!this.#isRising) continue;
          low = Math.min(low, current);
          high = Math.max(high, current);
          continue;
        }
        if (this.#tail) this.#tail.addNeuron(image, trials[f], o, this.#output, outcomes);
        else {
          const code = image.outcomeOf(this.#train.index, o, this.#output);
          if (code !== maskedCode) outcomes[trials[f] * 8 + code]++;
        }
      }
    }
  }

  /** Whether a current makes the golden train; the train it makes is left in `output`. */
  #isGolden(o: number, current: number, { runner }: LoadedImage): boolean {
    this.#currents.fill(current);
    this.#scan.run(o, this.#currents, this.#output, 0);
    const { golden } = runner.trains[this.#train.index];
    for (let word = 0; word < this.#words; word++)
      if (this.#output[word] !== golden[o * this.#words + word]) return false;
    return true;
  }
}
