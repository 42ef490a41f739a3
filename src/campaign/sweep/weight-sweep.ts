// Changed weights of a layer whose neurons scan time: only the outputs the weight belongs to, and of those only
// the ones that something arrives at through it.
//
// Trains that come out the same end the matter. A weight of a dense layer changes one neuron's train at most,
// and what another train leads to is worked out once for all weights that cause it.

import type { Kernels } from "../../kernels/kernels.ts";
import type { NeuronLayer } from "../../model/network.ts";
import { maskedCode, type OutcomeCode } from "../fault-outcome.ts";
import { tapPairs, weightPlace } from "../follow/convolution-taps.ts";
import type { FaultGraph, TrainNode } from "../follow/fault-graph.ts";
import { NeuronScan } from "../follow/neuron-scan.ts";
import { sourcesOfPlaces } from "../follow/reach.ts";
import type { LoadedImage } from "./loaded-image.ts";
import { type TailBatch, tailBatch } from "./tail-batch.ts";
import { channelsOf, type WeightFlips, weightsPerOutput } from "./weight-flips.ts";

const { fround } = Math;

/** The sweep of a layer, or null where it is read by other than the neurons of one layer. */
export function weightSweep(kernels: Kernels, graph: FaultGraph, flips: WeightFlips): WeightSweep | null {
  const readers = graph.trains.filter(({ sum }) => sum === flips.node.index);
  if (readers.length !== 1 || graph.output === flips.node || !flips.node.isExact) return null;
  return new WeightSweep(graph, flips, readers[0], tailBatch(kernels, graph, readers[0]));
}

export class WeightSweep {
  readonly #flips: WeightFlips;
  readonly #train: TrainNode;
  readonly #steps: number;
  readonly #words: number;
  readonly #scan: NeuronScan;
  readonly #perOutput: number;
  readonly #plane: number;
  readonly #outPlane: number;
  readonly #pairs: readonly Int32Array[];
  readonly #sources: readonly (readonly (readonly [number, number])[])[];
  /** What arrives at every place of the input, by step. Shape [places, steps], and whether anything does. */
  readonly #arrivals: Float32Array;
  readonly #isReached: Uint8Array;
  /** Golden sums and currents of the output at work, and what they become. Shape [steps]. */
  readonly #sums: Float64Array;
  readonly #currents: Float32Array;
  readonly #output: Uint32Array;
  #bias = 0;
  /** Where much comes behind the neurons. */
  readonly #tail: TailBatch | null;

  constructor(graph: FaultGraph, flips: WeightFlips, train: TrainNode, tail: TailBatch | null) {
    const { node } = flips;
    this.#tail = tail;
    this.#flips = flips;
    this.#train = train;
    this.#steps = graph.steps;
    this.#words = graph.words;
    this.#scan = new NeuronScan(graph.model, train.layer as NeuronLayer, train.shape, graph.steps);
    this.#perOutput = weightsPerOutput(node);
    const places = node.inputShape.reduce((size, length) => size * length, 1);
    this.#plane = places / channelsOf(node);
    this.#outPlane = node.layer.kind === "dense" ? 1 : node.outputs / node.layer.channels;
    this.#pairs = node.layer.kind === "dense" ? [] : tapPairs(node.layer, node.inputShape, node.shape);
    this.#sources = node.heldFrom === null ? sourcesOfPlaces(node.feeds, places) : [];
    this.#arrivals = new Float32Array(places * graph.steps);
    this.#isReached = new Uint8Array(places);
    this.#sums = new Float64Array(graph.steps);
    this.#currents = new Float32Array(graph.steps);
    this.#output = new Uint32Array(graph.words);
  }

  /** Run every trial on the image that is loaded. @param outcomes - shape [trials, 8]; raised in place */
  run(image: LoadedImage, outcomes: Uint32Array): void {
    this.#takeArrivals(image);
    const { node, elements, differences, trials } = this.#flips;
    const { layer } = node;
    let ready = -1;
    for (let f = 0; f < elements.length; f++) {
      if (differences[f] === 0) continue;
      if (layer.kind !== "dense") {
        this.#sweepConvolution(image, f, outcomes);
        continue;
      }
      const o = Math.floor(elements[f] / this.#perOutput);
      const place = elements[f] - o * this.#perOutput;
      if (this.#isReached[place] === 0) continue;
      if (ready !== o) this.#takeSums(image, o);
      ready = o;
      if (!this.#scanWith(image, o, place, differences[f])) continue;
      if (this.#tail) this.#tail.addNeuron(image, trials[f], o, this.#output, outcomes);
      else count(image.outcomeOf(this.#train.index, o, this.#output), trials[f], outcomes);
    }
  }

  /** Count what waits for others of its kind. */
  flush(image: LoadedImage, outcomes: Uint32Array): void {
    this.#tail?.flush(image, outcomes);
  }

  /** One weight of a convolution: all outputs of its channel. */
  #sweepConvolution(image: LoadedImage, f: number, outcomes: Uint32Array): void {
    const { node, elements, differences, trials } = this.#flips;
    if (node.layer.kind === "dense") return;
    const { runner } = image;
    const state = runner.trains[this.#train.index];
    const { outChannel, inChannel, tap } = weightPlace(node.layer, channelsOf(node), elements[f]);
    const pairs = this.#pairs[tap];
    for (let k = 0; k < pairs.length; k += 2) {
      const place = inChannel * this.#plane + pairs[k + 1];
      if (this.#isReached[place] === 0) continue;
      const o = outChannel * this.#outPlane + pairs[k];
      this.#takeSums(image, o);
      if (this.#scanWith(image, o, place, differences[f])) state.replace(o, this.#output);
    }
    if (state.changes === 0) return;
    if (this.#tail) {
      this.#tail.addChanged(image, trials[f], outcomes);
      state.restore();
      return;
    }
    count(image.codeOf(runner.follow(this.#train.index)), trials[f], outcomes);
    runner.restore();
  }

  /** An output's train with one weight another by `difference`; says whether it is another train. */
  #scanWith({ runner }: LoadedImage, o: number, place: number, difference: number): boolean {
    const { worth, bias } = this.#flips.node;
    const first = place * this.#steps;
    for (let t = 0; t < this.#steps; t++) {
      const current = fround((this.#sums[t] + difference * this.#arrivals[first + t]) * worth);
      this.#currents[t] = bias === null ? current : current + this.#bias;
    }
    this.#scan.run(o, this.#currents, this.#output, 0);
    const { golden } = runner.trains[this.#train.index];
    for (let word = 0; word < this.#words; word++)
      if (this.#output[word] !== golden[o * this.#words + word]) return true;
    return false;
  }

  /** The golden sums of an output: its currents without the bias, in units of the codes. */
  #takeSums({ runner }: LoadedImage, o: number): void {
    const { index, bias, worth } = this.#flips.node;
    const { values, first, stepStride } = runner.golden.currents[index];
    this.#bias = bias?.[o] ?? 0;
    for (let t = 0; t < this.#steps; t++)
      this.#sums[t] = Math.round((values[first + t * stepStride + o] - this.#bias) / worth);
  }

  #takeArrivals({ runner }: LoadedImage): void {
    const { heldFrom, feeds, index } = this.#flips.node;
    const steps = this.#steps;
    const { held, heldFirst } = runner.golden.currents[index];
    const places = this.#isReached.length;
    for (let place = 0; place < places; place++) {
      const first = place * steps;
      let isReached = 0;
      if (heldFrom !== null) {
        const x = held[heldFirst + place];
        this.#arrivals.fill(x, first, first + steps);
        isReached = Number(x !== 0);
      } else {
        this.#arrivals.fill(0, first, first + steps);
        for (const [feed, element] of this.#sources[place]) {
          const { golden } = runner.trains[feeds[feed].train];
          for (let word = 0; word < this.#words; word++) {
            for (let bits = golden[element * this.#words + word]; bits !== 0; bits &= bits - 1) {
              this.#arrivals[first + 32 * word + 31 - Math.clz32(bits & -bits)]++;
              isReached = 1;
            }
          }
        }
      }
      this.#isReached[place] = isReached;
    }
  }
}

function count(code: OutcomeCode, trial: number, outcomes: Uint32Array): void {
  if (code !== maskedCode) outcomes[trial * 8 + code]++;
}
