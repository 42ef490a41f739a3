// Changed weights of a first dense layer under constant input, without a step of time.
//
// An IF neuron that is charged with the same current I in every step, fires at θ and resets by subtraction has
// fired after T steps, from 0 ≤ V0 < θ,
//
//   n(I) = min(T, max(0, ⌊(V0 + T I) / θ⌋)),   for the k-th time in step t_k = max(k, ⌈(k θ − V0) / I⌉)
//
// One weight moves I by (w' − w) x: pixels that are 0 move nothing, and most others not far enough. Where the
// spikes are summed and accumulated by the output in whole numbers, only the count n matters; the class is
// then known for each of its T + 1 values. Else the train is taken further (fault-runner.ts).
// Holds in integers that cannot saturate (`constantSweep` checks).

import type { NeuronLayer } from "../../model/network.ts";
import { dynamicsOf } from "../../neuron/dynamics.ts";
import { leakUnit } from "../../neuron/step-integer.ts";
import { decide } from "../../simulate/decide.ts";
import { integerValues, neuronValues } from "../../simulate/neuron-values.ts";
import { maskedCode, type OutcomeCode, outcomeCode } from "../fault-outcome.ts";
import type { FaultGraph, SumNode, TrainNode } from "../follow/fault-graph.ts";
import type { LoadedImage } from "./loaded-image.ts";
import type { WeightFlips } from "./weight-flips.ts";

const largestInt = 2 ** 31 - 1;
const unknown = 255;

/** The sweep of a layer, or null where its closed form does not hold. */
export function constantSweep(graph: FaultGraph, flips: WeightFlips): ConstantSweep | null {
  const { node } = flips;
  const { arithmetic } = graph.model.inference ?? {};
  const readers = graph.trains.filter((train) => train.sum === node.index);
  if (node.heldFrom === null || !node.isExact || node.layer.kind !== "dense" || readers.length !== 1)
    return null;
  if (arithmetic?.kind !== "integer" || arithmetic.potentialBits !== 32) return null;
  const [train] = readers;
  const values = integerValues(neuronValues(graph.model, train.layer as NeuronLayer, train.shape));
  const { isStrict, reset, refractorySteps } = dynamicsOf(train.layer as NeuronLayer);
  const isPlain =
    !isStrict &&
    reset === "subtract" &&
    refractorySteps === 0 &&
    values.leak.every((leak) => leak === leakUnit) &&
    values.minimumPotential.every((lowest) => lowest === -(2 ** 31)) &&
    values.initialPotential.every((start, i) => start >= 0 && start < values.threshold[i]);
  if (!isPlain || largestCurrent(node) * graph.steps + largestInt / 2 > largestInt) return null;
  if (values.threshold.some((theta) => theta > largestInt / 2)) return null;
  return new ConstantSweep(graph, flips, train, values.threshold, values.initialPotential);
}

/** Of any output, whichever one weight is changed. */
function largestCurrent({ weights, bias, outputs }: SumNode): number {
  const inputs = weights.length / outputs;
  let largest = 0;
  for (let o = 0; o < outputs; o++) {
    let sum = 256;
    for (let i = 0; i < inputs; i++) sum += Math.abs(weights[o * inputs + i]);
    largest = Math.max(largest, 255 * sum + Math.abs(bias?.[o] ?? 0));
  }
  return largest;
}

export class ConstantSweep {
  readonly #flips: WeightFlips;
  readonly #train: TrainNode;
  readonly #steps: number;
  readonly #thresholds: Int32Array;
  readonly #starts: Int32Array;
  readonly #inputs: number;
  /** Weights that some trial changes, those of output o from outputs[o] to outputs[o + 1], by their input. */
  readonly #struckInputs: Int32Array;
  readonly #outputs: Int32Array;
  /** Trials of the k-th of them stand from firstOf[k] to firstOf[k + 1]. */
  readonly #firstOf: Int32Array;
  /** The layer that accumulates the spikes as the output, where only counts matter. */
  readonly #reader: SumNode | null;
  readonly #readout: Float32Array;
  /** Outcome of every spike count of the neuron at work. */
  readonly #byCount: Uint8Array;
  readonly #words: Uint32Array;
  /** The input of the image. */
  readonly #held: Int32Array;

  constructor(
    graph: FaultGraph,
    flips: WeightFlips,
    train: TrainNode,
    thresholds: Int32Array,
    starts: Int32Array,
  ) {
    this.#flips = flips;
    this.#train = train;
    this.#steps = graph.steps;
    this.#thresholds = thresholds;
    this.#starts = starts;
    const { weights, outputs } = flips.node;
    this.#inputs = weights.length / outputs;
    const struck = [...new Set(flips.elements)];
    const place = new Map(struck.map((weight, k) => [weight, k]));
    this.#struckInputs = Int32Array.from(struck, (weight) => weight % this.#inputs);
    this.#outputs = new Int32Array(outputs + 1);
    for (const weight of struck) this.#outputs[Math.floor(weight / this.#inputs) + 1]++;
    for (let o = 0; o < outputs; o++) this.#outputs[o + 1] += this.#outputs[o];
    this.#firstOf = new Int32Array(struck.length + 1);
    for (const weight of flips.elements) this.#firstOf[(place.get(weight) ?? 0) + 1]++;
    for (let k = 0; k < struck.length; k++) this.#firstOf[k + 1] += this.#firstOf[k];
    this.#reader = countReader(graph, train);
    this.#readout = new Float32Array(graph.model.classes.length);
    this.#byCount = new Uint8Array(graph.steps + 1);
    this.#words = new Uint32Array(graph.words);
    this.#held = new Int32Array(this.#inputs);
  }

  /** Run every trial on the image that is loaded. @param outcomes - shape [trials, 8]; raised in place */
  run(image: LoadedImage, outcomes: Uint32Array): void {
    const { held, heldFirst, values, first } = image.runner.golden.currents[this.#flips.node.index];
    for (let i = 0; i < this.#inputs; i++) this.#held[i] = held[heldFirst + i];
    const { outputs } = this.#flips.node;
    for (let o = 0; o < outputs; o++) {
      if (this.#outputs[o] === this.#outputs[o + 1]) continue;
      const current = values[first + o];
      if (this.#reader) this.#sweepCounts(o, current, image, outcomes);
      else this.#sweepTrains(o, current, image, outcomes);
    }
  }

  #sweepCounts(o: number, current: number, image: LoadedImage, outcomes: Uint32Array): void {
    const theta = this.#thresholds[o];
    const start = this.#starts[o];
    const steps = this.#steps;
    const { differences, trials } = this.#flips;
    const firstOf = this.#firstOf;
    const byCount = this.#byCount.fill(unknown);
    const count = countOf(current, theta, start, steps);
    // The count stays as it is while low ≤ V0 + T I < high.
    const low = count === 0 ? Number.NEGATIVE_INFINITY : count * theta;
    const high = count === steps ? Number.POSITIVE_INFINITY : (count + 1) * theta;
    for (let k = this.#outputs[o]; k < this.#outputs[o + 1]; k++) {
      const x = this.#held[this.#struckInputs[k]] * steps;
      if (x === 0) continue;
      for (let f = firstOf[k]; f < firstOf[k + 1]; f++) {
        const reached = start + steps * current + differences[f] * x;
        if (reached >= low && reached < high) continue;
        const now = reached < theta ? 0 : Math.min(steps, Math.floor(reached / theta));
        let code = byCount[now];
        if (code === unknown) {
          code = this.#outcomeOfCount(o, now - count, image);
          byCount[now] = code;
        }
        if (code !== maskedCode) outcomes[trials[f] * 8 + code]++;
      }
    }
  }

  /** The class when a neuron fires so many times more, all steps read by the output. */
  #outcomeOfCount(
    o: number,
    more: number,
    { golden: { scores, label, decision } }: LoadedImage,
  ): OutcomeCode {
    const reader = this.#reader;
    if (reader === null || more === 0) return maskedCode;
    const readout = this.#readout;
    let isChanged = false;
    for (let c = 0; c < readout.length; c++) {
      const difference = reader.weights[c * this.#train.size + o] * more;
      readout[c] = scores[c] + difference;
      isChanged ||= difference !== 0;
    }
    if (!isChanged) return maskedCode;
    const now = decide(readout, 0, readout.length);
    return outcomeCode(label, decision, scores[decision], now, readout[decision]);
  }

  #sweepTrains(o: number, current: number, image: LoadedImage, outcomes: Uint32Array): void {
    const theta = this.#thresholds[o];
    const start = this.#starts[o];
    const { differences, trials } = this.#flips;
    const [low, high] = this.#sameTrain(current, theta, start);
    for (let k = this.#outputs[o]; k < this.#outputs[o + 1]; k++) {
      const x = this.#held[this.#struckInputs[k]];
      if (x === 0) continue;
      for (let f = this.#firstOf[k]; f < this.#firstOf[k + 1]; f++) {
        const now = current + differences[f] * x;
        if (now >= low && now < high) continue;
        this.#takeTrain(now, theta, start);
        const code = image.outcomeOf(this.#train.index, o, this.#words);
        if (code !== maskedCode) outcomes[trials[f] * 8 + code]++;
      }
    }
  }

  /** Currents between which the train is the one `current` makes: from the first to below the second. */
  #sameTrain(current: number, theta: number, start: number): readonly [number, number] {
    const steps = this.#steps;
    const count = countOf(current, theta, start, steps);
    if (count === 0) return [Number.NEGATIVE_INFINITY, (theta - start) / steps];
    let low = Number.NEGATIVE_INFINITY;
    let high = count === steps ? Number.POSITIVE_INFINITY : ((count + 1) * theta - start) / steps;
    for (let k = 1; k <= count; k++) {
      const fires = spikeStep(k, current, theta, start);
      const needed = k * theta - start;
      low = Math.max(low, needed / fires);
      if (fires > k) high = Math.min(high, needed / (fires - 1));
    }
    return [low, high];
  }

  #takeTrain(current: number, theta: number, start: number): void {
    this.#words.fill(0);
    const count = countOf(current, theta, start, this.#steps);
    for (let k = 1; k <= count; k++) {
      const t = spikeStep(k, current, theta, start) - 1;
      this.#words[t >> 5] |= 1 << (t & 31);
    }
  }
}

function countOf(current: number, theta: number, start: number, steps: number): number {
  return Math.min(steps, Math.max(0, Math.floor((start + steps * current) / theta)));
}

/** From 1. */
function spikeStep(k: number, current: number, theta: number, start: number): number {
  return Math.max(k, Math.ceil((k * theta - start) / current));
}

/** The dense output layer that accumulates a train in whole numbers and nothing else does, or null. */
function countReader({ sums, trains, output, model }: FaultGraph, train: TrainNode): SumNode | null {
  const readers = sums.filter(({ feeds }) => feeds.some((feed) => feed.train === train.index));
  const isPooled = trains.some(({ feeds }) => feeds.some((feed) => feed.train === train.index));
  const [reader] = readers;
  const counts =
    readers.length === 1 &&
    !isPooled &&
    reader === output &&
    reader.layer.kind === "dense" &&
    reader.worth === 1 &&
    reader.feeds.length === 1 &&
    reader.feeds[0].reach === null &&
    model.inference?.readout === "membrane";
  return counts ? reader : null;
}
