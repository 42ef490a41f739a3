// One trial on one image, by differences from the golden run: exactly what simulating everything would give.
//
// Work starts where a fault strikes, recomputes only neurons whose currents changed, and ends where no train
// differs any more. A single weight of a dense layer costs one neuron's scan over its steps, and nothing where
// the neuron before it is silent.

import { moveSpikes, type SpikeJitter } from "../../fault/spike-jitter.ts";
import type { NeuronLayer } from "../../model/network.ts";
import type { FlowTrace } from "../../simulate/simulation-request.ts";
import type { FaultGraph, TrainNode } from "./fault-graph.ts";
import { GoldenImage } from "./golden-image.ts";
import { type ImageScores, OutputScores } from "./image-scores.ts";
import { MaxPoolTrains } from "./max-pool-trains.ts";
import { NeuronScan } from "./neuron-scan.ts";
import { plainNeurons } from "./plain-neurons.ts";
import { ResumedScan } from "./resumed-scan.ts";
import { changedBy, type StruckNeuron, type StruckTrial } from "./struck-trial.ts";
import { SumDifferences } from "./sum-differences.ts";
import { TrainState } from "./train-state.ts";

const noFaults: StruckTrial = { sums: new Map(), trains: new Map(), jitters: new Map() };

export class FaultRunner {
  readonly graph: FaultGraph;
  readonly golden: GoldenImage;
  readonly trains: readonly TrainState[];
  readonly #sums: readonly SumDifferences[];
  readonly #pools = new Map<number, MaxPoolTrains>();
  readonly #scans = new Map<number, NeuronScan>();
  /** Of plain neurons only. */
  readonly #resumed = new Map<number, ResumedScan>();
  readonly #scores: OutputScores;
  readonly #currents: Float32Array;
  readonly #train: Uint32Array;
  /** Place in the set. */
  #image = 0;

  constructor(graph: FaultGraph) {
    this.graph = graph;
    for (const train of graph.trains) {
      if (train.kind === "maxPool") this.#pools.set(train.index, new MaxPoolTrains(graph, train));
      if (train.kind !== "neurons") continue;
      const layer = train.layer as NeuronLayer;
      this.#scans.set(train.index, new NeuronScan(graph.model, layer, train.shape, graph.steps));
      const neurons = plainNeurons(graph.model, layer, train.shape);
      if (neurons === null) continue;
      this.#resumed.set(train.index, new ResumedScan(neurons, graph.sums[train.sum], graph.steps));
    }
    this.golden = new GoldenImage(graph, this.#pools);
    this.trains = this.golden.trains.map((golden) => new TrainState(golden, graph.words));
    this.#sums = graph.sums.map((sum) => new SumDifferences(graph, sum, this.trains, this.golden));
    this.#currents = new Float32Array(graph.steps);
    this.#train = new Uint32Array(graph.words);
    this.#scores = new OutputScores(graph, this.trains, this.#sums);
  }

  /** Take an image: all trials until the next one are run on it. Returns its golden scores. */
  load(trace: FlowTrace, image: number, pixels: Uint8Array): ImageScores {
    this.golden.load(trace, image, pixels);
    this.#image = trace.firstImage + image;
    for (const train of this.trains) train.reset();
    for (const scan of this.#resumed.values()) scan.nextImage();
    return this.#scores.load();
  }

  /** Scores and class under the faults; the arrays are overwritten by the next call. */
  run(trial: StruckTrial): ImageScores {
    const scores = this.propagate(trial);
    this.restore();
    return scores;
  }

  /** As `run`, but the trains stay as the faults have them until `restore`. */
  propagate(trial: StruckTrial): ImageScores {
    return this.#walk(0, trial);
  }

  /** What trains that were replaced in `trains` lead to, all of one node; they stay until `restore`. */
  follow(train: number): ImageScores {
    return this.#walk(this.graph.order.indexOf(this.graph.trains[train]) + 1, noFaults);
  }

  #walk(first: number, trial: StruckTrial): ImageScores {
    const { order } = this.graph;
    for (let place = first; place < order.length; place++) {
      const node = order[place];
      if (node.kind === "sums") this.#sums[node.index].collect(trial.sums.get(node.index));
      else if (node.kind === "maxPool") this.#choose(node);
      else if (node.kind === "input") this.#strikeInput(node, trial.trains.get(node.index));
      else this.#charge(node, trial.trains.get(node.index));
      const jitter = node.kind === "sums" ? undefined : trial.jitters.get(node.index);
      if (jitter) this.#jitter(node.index, jitter);
    }
    return this.#scores.changed();
  }

  /** Back to the golden run. */
  restore(): void {
    for (const sum of this.#sums) sum.clear();
    for (const train of this.trains) if (train.changes > 0) train.restore();
  }

  #charge(node: TrainNode, struck: ReadonlyMap<number, StruckNeuron> | undefined): void {
    const sum = this.#sums[node.sum];
    const scan = this.#scans.get(node.index);
    if (scan === undefined) throw new RangeError(`no neurons ${node.id}`);
    const state = this.trains[node.index];
    const resumed = this.#resumed.get(node.index);
    const currents = this.golden.currents[node.sum];
    for (let k = 0; k < sum.touches; k++) {
      const neuron = sum.touched[k];
      if (struck?.has(neuron)) continue;
      if (resumed === undefined || !sum.isPlainDifference(neuron)) this.#recompute(sum, scan, state, neuron);
      else if (resumed.run(neuron, currents, sum.differences, state.golden, this.#train))
        state.replace(neuron, this.#train);
    }
    for (const [neuron, own] of struck ?? []) this.#recompute(sum, scan, state, neuron, own);
  }

  #recompute(
    sum: SumDifferences,
    scan: NeuronScan,
    state: TrainState,
    neuron: number,
    struck?: StruckNeuron,
  ): void {
    sum.currents(neuron, this.#currents);
    scan.run(neuron, this.#currents, this.#train, 0, struck);
    state.replace(neuron, this.#train);
  }

  #strikeInput({ index }: TrainNode, struck: ReadonlyMap<number, StruckNeuron> | undefined): void {
    const { words, steps } = this.graph;
    const state = this.trains[index];
    for (const [element, { spike }] of struck ?? []) {
      for (let word = 0; word < words; word++) this.#train[word] = state.golden[element * words + word];
      for (let t = 0; t < steps; t++) {
        const changes = spike?.[t];
        if (changes === undefined) continue;
        const bit = 1 << (t & 31);
        const fired = (this.#train[t >> 5] & bit) !== 0;
        if (changedBy("spike", Number(fired), changes) !== Number(fired)) this.#train[t >> 5] ^= bit;
      }
      state.replace(element, this.#train);
    }
  }

  #jitter(train: number, jitter: SpikeJitter): void {
    const state = this.trains[train];
    const sent = state.now.slice();
    state.restore();
    const { words, steps } = this.graph;
    const arrived = new Uint32Array(sent.length);
    moveSpikes(jitter, this.#image, steps, sent, arrived);
    for (let element = 0; element < sent.length / words; element++)
      state.replace(element, arrived.subarray(element * words, (element + 1) * words));
  }

  #choose({ index, feeds }: TrainNode): void {
    const pool = this.#pools.get(index);
    if (pool === undefined) throw new RangeError(`no max pool ${index}`);
    const state = this.trains[index];
    const windows = new Set<number>();
    for (const { train } of feeds) {
      const { changed, changes } = this.trains[train];
      for (let k = 0; k < changes; k++)
        for (const window of pool.windowsOf(train, changed[k])) windows.add(window);
    }
    if (windows.size === 0) return;
    const now = this.trains.map((train) => train.now);
    for (const window of windows) {
      pool.one(now, window, this.#train, 0);
      state.replace(window, this.#train);
    }
  }
}
