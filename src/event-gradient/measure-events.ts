// What an event network did with a set of samples: decisions and how they came about, spikes, silent neurons, and
// the events that reached synapses, whole or only those until each sample's decision.

import { InvalidValueError } from "../base/errors.ts";
import type { BatchEngine } from "./batch-engine.ts";
import type { AlterSpikes } from "./batch-forward.ts";
import { type DecisionPath, decisionPath, undecided } from "./decision-path.ts";
import type { EventDecoding } from "./event-decision.ts";
import { type EventNetwork, eventShapes, neuronsOf } from "./event-network.ts";
import type { LabelledTrains } from "./labelled-trains.ts";
import { type SpikeTrains, sampleOf } from "./spike-trains.ts";
import { wiringOf } from "./wiring.ts";

/** A disturbance of spikes, told where in the set its first sample stands. */
export type Disturb = (spikes: SpikeTrains, firstSample: number, layer: number) => SpikeTrains;

export interface MeasureOptions {
  readonly decoding: EventDecoding;
  /** Samples [from, to) of the set; default all. */
  readonly range?: readonly [from: number, to: number];
  /** Changes what the first layer hears; `layer` is −1. */
  readonly disturbInput?: Disturb;
  /** Changes what layers hear from each other; `layer` is the one whose spikes they are. */
  readonly disturbHidden?: Disturb;
  /** Count only what happens until then, seconds by sample of the range: what a decision costs. */
  readonly untilS?: ArrayLike<number>;
}

export interface EventLayerActivity {
  readonly layer: string;
  /** 0 for pools. */
  readonly neurons: number;
  /** Events that reached the layer. */
  readonly inputEvents: number;
  /** Events × the synapses that hear them, padding left out; 0 for pools. */
  readonly synapticOperations: number;
  readonly spikes: number;
  /** Spikes of a neuron for a sample; 0 for pools. */
  readonly spikesPerNeuron: number;
  /** Neurons without a spike for any of the samples. */
  readonly silentNeurons: number;
  /** Trains of a neuron and sample that are as long as they may be: the cap may have cut them short. */
  readonly cappedTrains: number;
}

export interface EventMeasures {
  readonly samples: number;
  readonly correct: number;
  /** Class of every sample, −1 where no output spikes. Shape [samples]. */
  readonly decisions: Int16Array;
  readonly paths: readonly DecisionPath[];
  /** Shape [layers]. */
  readonly layers: readonly EventLayerActivity[];
}

/**
 * @param engine - its weights are set
 * @throws {InvalidValueError} when the set holds no such samples, or times are not one a sample
 */
export function measureEvents(
  engine: BatchEngine,
  { trains, labels }: LabelledTrains,
  options: MeasureOptions,
): EventMeasures {
  const { decoding, range = [0, trains.samples], disturbInput, disturbHidden, untilS } = options;
  const [from, to] = range;
  if (!(Number.isInteger(from) && Number.isInteger(to) && from >= 0 && from < to && to <= trains.samples))
    throw new InvalidValueError("samples", `must be a range within ${trains.samples}`, range);
  if (untilS !== undefined && untilS.length !== to - from)
    throw new InvalidValueError("untilS", `must be of ${to - from} samples`, untilS.length);
  const tallies = talliesOf(engine.network);
  const decisions = new Int16Array(to - from);
  const paths: DecisionPath[] = [];
  let correct = 0;
  for (let first = from; first < to; first += engine.samplesTogether) {
    const end = Math.min(to, first + engine.samplesTogether);
    const inputs = heardInputs(trains, first, end, disturbInput);
    const heard: SpikeTrains[] = [inputs];
    const alter: AlterSpikes | undefined =
      disturbHidden &&
      ((spikes, layer) => {
        heard[layer + 1] = disturbHidden(spikes, first, layer);
        return heard[layer + 1];
      });
    engine.forward(inputs, 0, end - first, alter);
    for (const [l, tally] of tallies.entries()) {
      const fired = engine.trains(l);
      tally.add(heard[l] ?? engine.trains(l - 1), fired, untilS, first - from);
      if (l < tallies.length - 1) continue;
      for (let s = 0; s < end - first; s++) {
        const path = decisionPath({ neurons: fired.neurons, ...sampleOf(fired, s) }, decoding);
        const decision = path.decision.at(-1) ?? undecided;
        paths.push(path);
        decisions[first - from + s] = decision;
        if (decision === labels[first + s]) correct++;
      }
    }
  }
  const samples = to - from;
  return { samples, correct, decisions, paths, layers: tallies.map((tally) => tally.activity(samples)) };
}

/** A part of the set as trains of its own, so that they may be disturbed. */
function heardInputs(
  { neurons, offsets, neuron, timeS }: SpikeTrains,
  first: number,
  end: number,
  disturb: Disturb | undefined,
): SpikeTrains {
  const [from, to] = [offsets[first], offsets[end]];
  const part = {
    samples: end - first,
    neurons,
    offsets: offsets.slice(first, end + 1).map((offset) => offset - from),
    neuron: neuron.slice(from, to),
    timeS: timeS.slice(from, to),
  };
  return disturb === undefined ? part : disturb(part, first, -1);
}

/** Targets of every source of every layer; 0 for pools, which have no synapses. Shapes [sources]. */
export function fanOutOf(network: EventNetwork): readonly Uint32Array[] {
  const shapes = eventShapes(network);
  return network.layers.map((layer, l) => {
    const fanOut = new Uint32Array(neuronsOf(shapes[l]));
    if (layer.kind === "pool") return fanOut;
    if (layer.kind === "dense") return fanOut.fill(layer.units);
    const visit = wiringOf(layer, shapes[l], shapes[l + 1]);
    for (let source = 0; source < fanOut.length; source++) visit(source, () => fanOut[source]++);
    return fanOut;
  });
}

function talliesOf(network: EventNetwork): readonly LayerTally[] {
  const shapes = eventShapes(network);
  const fanOut = fanOutOf(network);
  return network.layers.map((layer, l) => {
    const neurons = layer.kind === "pool" ? 0 : neuronsOf(shapes[l + 1]);
    return new LayerTally(layer.id, neurons, layer.kind === "pool" ? Infinity : layer.maxSpikes, fanOut[l]);
  });
}

class LayerTally {
  readonly #layer: string;
  readonly #neurons: number;
  readonly #maxSpikes: number;
  readonly #fanOut: Uint32Array;
  readonly #everFired: Uint8Array;
  #inputEvents = 0;
  #operations = 0;
  #spikes = 0;
  #capped = 0;

  constructor(layer: string, neurons: number, maxSpikes: number, fanOut: Uint32Array) {
    this.#layer = layer;
    this.#neurons = neurons;
    this.#maxSpikes = maxSpikes;
    this.#fanOut = fanOut;
    this.#everFired = new Uint8Array(neurons);
  }

  add(
    heard: SpikeTrains,
    fired: SpikeTrains,
    untilS: ArrayLike<number> | undefined,
    firstTime: number,
  ): void {
    for (let s = 0; s < heard.samples; s++) {
      const endS = untilS?.[firstTime + s] ?? Infinity;
      for (let e = heard.offsets[s]; e < heard.offsets[s + 1] && heard.timeS[e] <= endS; e++) {
        this.#inputEvents++;
        this.#operations += this.#fanOut[heard.neuron[e]];
      }
      const counts = new Uint32Array(this.#neurons);
      for (let e = fired.offsets[s]; e < fired.offsets[s + 1] && fired.timeS[e] <= endS; e++) {
        this.#spikes++;
        if (this.#neurons === 0) continue;
        this.#everFired[fired.neuron[e]] = 1;
        if (++counts[fired.neuron[e]] === this.#maxSpikes) this.#capped++;
      }
    }
  }

  activity(samples: number): EventLayerActivity {
    const neurons = this.#neurons;
    return {
      layer: this.#layer,
      neurons,
      inputEvents: this.#inputEvents,
      synapticOperations: this.#operations,
      spikes: this.#spikes,
      spikesPerNeuron: neurons === 0 ? 0 : this.#spikes / (neurons * samples),
      silentNeurons: neurons - this.#everFired.reduce((sum, fired) => sum + fired, 0),
      cappedTrains: this.#capped,
    };
  }
}
