// Changed trains of one layer, gathered over trials and images, and simulated together from there on.

import type { Kernels } from "../../kernels/kernels.ts";
import type { Model } from "../../model/model.ts";
import { decide } from "../../simulate/decide.ts";
import { known } from "../../simulate/simulation-plan.ts";
import { createSimulator, type Simulator } from "../../simulate/simulator.ts";
import { maskedCode, type OutcomeCode, outcomeCode } from "../fault-outcome.ts";
import type { FaultGraph, TrainNode } from "../follow/fault-graph.ts";
import type { GoldenOutcome, LoadedImage } from "./loaded-image.ts";
import { readScores } from "./output-reader.ts";
import { tailNetwork } from "./tail-network.ts";

/** Samples simulated at once. */
const batchSize = 128;

interface Sample {
  readonly golden: GoldenOutcome;
  readonly trials: number[];
  /** Of a single changed neuron: what its train is remembered by; else NaN. */
  readonly key: number;
}

/** The batch of a layer, or null where following differences is the better way. */
export function tailBatch(kernels: Kernels, graph: FaultGraph, train: TrainNode): TailBatch | null {
  const model = tailNetwork(graph, train);
  return model === null ? null : new TailBatch(kernels, model, train, graph.words);
}

export class TailBatch {
  readonly #model: Model;
  readonly #simulator: Simulator;
  readonly #train: TrainNode;
  readonly #steps: number;
  readonly #words: number;
  #samples: Sample[] = [];
  #events = new Int32Array(1 << 16);
  #used = 0;
  readonly #ends: Int32Array;
  /** Golden spikes of the image at work, step after step. */
  #goldenEvents = new Int32Array(0);
  readonly #goldenEnds: Int32Array;
  #goldenOf: GoldenOutcome | null = null;
  /** Samples that wait, of this image, by key. */
  readonly #waiting = new Map<number, Sample>();
  /** Changed neurons by step. */
  readonly #toggles: number[][];

  constructor(kernels: Kernels, model: Model, train: TrainNode, words: number) {
    this.#model = model;
    this.#simulator = createSimulator(kernels, model, { maximumBatch: batchSize });
    this.#train = train;
    this.#steps = model.inference?.steps ?? 0;
    this.#words = words;
    this.#ends = new Int32Array(batchSize * this.#steps);
    this.#goldenEnds = new Int32Array(this.#steps);
    this.#toggles = Array.from({ length: this.#steps }, () => []);
  }

  /** A trial that gives one neuron another train. Outcomes are counted when the batch is full or flushed. */
  addNeuron(
    image: LoadedImage,
    trial: number,
    neuron: number,
    words: Uint32Array,
    outcomes: Uint32Array,
  ): void {
    const key = this.#words === 1 ? neuron * 2 ** 32 + words[0] : Number.NaN;
    const code = image.rememberedOutcome(this.#train.index, key);
    if (code !== undefined) {
      if (code !== maskedCode) outcomes[trial * 8 + code]++;
      return;
    }
    this.#takeGolden(image);
    const waiting = this.#waiting.get(key);
    if (waiting) {
      waiting.trials.push(trial);
      return;
    }
    this.#toggle(image, neuron, words, 0);
    this.#add(image, trial, key, outcomes);
  }

  /** A trial whose changed trains stand in the runner. */
  addChanged(image: LoadedImage, trial: number, outcomes: Uint32Array): void {
    this.#takeGolden(image);
    const { changed, changes, now } = image.runner.trains[this.#train.index];
    const ordered = changed.slice(0, changes).sort();
    for (const neuron of ordered) this.#toggle(image, neuron, now, neuron * this.#words);
    this.#add(image, trial, Number.NaN, outcomes);
  }

  /** Simulate what waits. @param image - at work now, which remembers its outcomes */
  flush(image: LoadedImage, outcomes: Uint32Array): void {
    const samples = this.#samples;
    if (samples.length === 0) return;
    const { classes, network, inference } = this.#model;
    const scores = new Float32Array(classes.length);
    const spikes = {
      samples: samples.length,
      steps: this.#steps,
      inputs: this.#train.size,
      events: this.#events,
      ends: this.#ends.subarray(0, samples.length * this.#steps),
    };
    const codes: OutcomeCode[] = [];
    this.#simulator.run({
      pixels: new Uint8Array(0),
      labels: new Uint8Array(samples.length),
      spikes,
      firstImage: 0,
      count: samples.length,
      seed: 0,
      trial: -1,
      isCancelled: () => false,
      boundsPotentials: false,
      trace: ({ firstImage, images, flows }) => {
        const output = known(flows, network.output);
        for (let b = 0; inference !== null && b < images; b++) {
          readScores(output, b, inference, 0, scores);
          codes[firstImage + b] = codeOf(samples[firstImage + b].golden, scores);
        }
      },
    });
    for (const [k, { trials, golden, key }] of samples.entries()) {
      if (codes[k] !== maskedCode) for (const trial of trials) outcomes[trial * 8 + codes[k]]++;
      if (golden === image.golden) image.remember(this.#train.index, key, codes[k]);
    }
    this.#samples = [];
    this.#waiting.clear();
    this.#used = 0;
  }

  #takeGolden(image: LoadedImage): void {
    if (this.#goldenOf === image.golden) return;
    this.#goldenOf = image.golden;
    this.#waiting.clear();
    const { golden } = image.runner.trains[this.#train.index];
    const ends = this.#goldenEnds.fill(0);
    this.#eachSpike(golden, (t) => {
      ends[t]++;
    });
    for (let t = 1; t < this.#steps; t++) ends[t] += ends[t - 1];
    const total = ends[this.#steps - 1] ?? 0;
    if (this.#goldenEvents.length < total) this.#goldenEvents = new Int32Array(2 * total);
    const at = ends.map((_, t) => (t === 0 ? 0 : ends[t - 1]));
    this.#eachSpike(golden, (t, neuron) => {
      this.#goldenEvents[at[t]++] = neuron;
    });
  }

  /** By ascending neuron. */
  #eachSpike(train: Uint32Array, visit: (step: number, neuron: number) => void): void {
    for (let place = 0; place < train.length; place++) {
      const neuron = Math.floor(place / this.#words);
      const first = 32 * (place % this.#words);
      for (let bits = train[place]; bits !== 0; bits &= bits - 1)
        visit(first + 31 - Math.clz32(bits & -bits), neuron);
    }
  }

  #toggle(image: LoadedImage, neuron: number, words: Uint32Array, at: number): void {
    const { golden } = image.runner.trains[this.#train.index];
    for (let word = 0; word < this.#words; word++) {
      for (let bits = words[at + word] ^ golden[neuron * this.#words + word]; bits !== 0; bits &= bits - 1)
        this.#toggles[32 * word + 31 - Math.clz32(bits & -bits)].push(neuron);
    }
  }

  /** The golden spikes with the toggles, as a sample. */
  #add(image: LoadedImage, trial: number, key: number, outcomes: Uint32Array): void {
    const ends = this.#goldenEnds;
    const most = this.#used + ends[this.#steps - 1] + this.#steps * this.#train.size;
    if (this.#events.length < most) {
      const larger = new Int32Array(2 * most);
      larger.set(this.#events);
      this.#events = larger;
    }
    const first = this.#samples.length * this.#steps;
    for (let t = 0, g = 0; t < this.#steps; t++) {
      const end = ends[t];
      for (const neuron of this.#toggles[t]) {
        while (g < end && this.#goldenEvents[g] < neuron)
          this.#events[this.#used++] = this.#goldenEvents[g++];
        if (g < end && this.#goldenEvents[g] === neuron) g++;
        else this.#events[this.#used++] = neuron;
      }
      while (g < end) this.#events[this.#used++] = this.#goldenEvents[g++];
      this.#ends[first + t] = this.#used;
      this.#toggles[t].length = 0;
    }
    const sample = { golden: image.golden, trials: [trial], key };
    this.#samples.push(sample);
    if (!Number.isNaN(key)) this.#waiting.set(key, sample);
    if (this.#samples.length === batchSize) this.flush(image, outcomes);
  }
}

function codeOf({ scores, decision, label }: GoldenOutcome, now: Float32Array): OutcomeCode {
  if (now.every((score, c) => score === scores[c] || Object.is(score, scores[c]))) return maskedCode;
  return outcomeCode(label, decision, scores[decision], decide(now, 0, now.length), now[decision]);
}
