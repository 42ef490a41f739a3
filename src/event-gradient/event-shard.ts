// Loss and gradient of a shard, one part of a batch. Whatever thread computes it, its bits are the same: samples
// are added up in their order, draws are named by sample and epoch.

import { shardStart } from "../ann/batches.ts";
import { StateError } from "../base/errors.ts";
import { eventLanes } from "../kernels/event-forward.ts";
import type { BatchEngine } from "./batch-engine.ts";
import { batchGradient } from "./batch-gradient.ts";
import { type PlannedNeurons, planBatches } from "./batch-plan.ts";
import { decodingOf, eventDecision } from "./event-decision.ts";
import { eventLoss } from "./event-losses.ts";
import { type EventNetwork, eventShapes, neuronsOf } from "./event-network.ts";
import type { EventTrainingSettings } from "./event-training-fields.ts";
import { gatherTrains, type LabelledTrains } from "./labelled-trains.ts";
import { type SpikeTrains, sampleOf } from "./spike-trains.ts";
import { wakeLabels } from "./wake-labels.ts";

export interface EventBatchRequest {
  /** Of the epoch: places in the training set. */
  readonly order: Uint32Array;
  readonly epoch: number;
  /** Samples [from, from + count) of the order. */
  readonly from: number;
  readonly count: number;
}

/** Sums over samples. */
export interface EventBatchResult {
  readonly loss: number;
  readonly correct: number;
  /** Of every layer; 0 for pools, which have no neurons. Shape [layers]. */
  readonly spikes: Float64Array;
}

export interface EventShards {
  readonly engine: BatchEngine;
  readonly settings: EventTrainingSettings;
  readonly seed: number;
  readonly train: LabelledTrains;
  readonly validation: LabelledTrains;
}

/** The layers that have neurons, in order. */
export function neuronStages(network: EventNetwork): readonly PlannedNeurons[] {
  return planBatches(network).stages.filter((stage) => stage.kind === "neurons");
}

/** How many weight rows the layers have: what `silent` counts for. */
export function rowsOf(network: EventNetwork): number {
  return neuronStages(network).reduce((sum, { outputs }) => sum + outputs, 0);
}

/**
 * Compute one shard on an engine whose weights are set; its gradient is that of the batch's mean loss, 0 if it is empty.
 *
 * @param silent - samples (and positions) in which the neurons of a row had no spike; set if anything is to be
 * bumped. Shape [rows].
 * @throws {StateError} naming layer, epoch and batch, when the gradient is not finite
 */
export function computeEventShard(
  { engine, settings, seed, train }: EventShards,
  { order, epoch, from, count }: EventBatchRequest,
  shard: number,
  silent: Uint32Array,
): EventBatchResult {
  const { shards, inputNoiseS: noiseS, largestShare, bump, leastSlope, wakeStrength } = settings;
  const [start, end] = [shardStart(count, shards, shard), shardStart(count, shards, shard + 1)];
  const places = order.subarray(from + start, from + end);
  const { network } = engine;
  const noise = { noiseS, windowS: network.windowS, seed, epoch };
  const inputs = gatherTrains(train.trains, places, noise);
  const labels = Uint8Array.from(places, (place) => train.labels[place]);
  const tally = new Tally(engine, settings, 1 / count);
  silent.fill(0);
  const errorsOf = (output: SpikeTrains, first: number): Float64Array => {
    if (bump > 0) countSilent(engine, silent);
    if (leastSlope > 0) engine.boundSlopes(leastSlope);
    const error = (wakeStrength * missingError(settings)) / count;
    if (error > 0) wakeLabels(engine, { output, inputs, first, labels, error });
    return tally.add(output, labels, first);
  };
  if (largestShare > 0) cutGradient(engine, inputs, errorsOf, largestShare);
  else batchGradient(engine, inputs, errorsOf);
  requireFinite(engine, `epoch ${epoch + 1}, batch ${1 + Math.floor(from / settings.batch)}`);
  return tally;
}

/** Decide the shard's share of the validation samples. */
export function validateEventShard(
  { engine, settings, validation }: EventShards,
  shard: number,
): EventBatchResult {
  const { trains, labels } = validation;
  const [start, end] = [0, 1].map((next) => shardStart(trains.samples, settings.shards, shard + next));
  const tally = new Tally(engine, settings, 1);
  for (let first = start; first < end; first += engine.samplesTogether) {
    engine.forward(trains, first, Math.min(end, first + engine.samplesTogether));
    tally.add(engine.trains(), labels, first);
  }
  return tally;
}

/** Losses, decisions and spikes as parts of a batch come out. */
class Tally implements EventBatchResult {
  loss = 0;
  correct = 0;
  readonly spikes: Float64Array;
  readonly #engine: BatchEngine;
  readonly #loss: ReturnType<typeof eventLoss>;
  readonly #decoding: ReturnType<typeof decodingOf>;
  readonly #scale: number;

  /** @param scale - of the errors */
  constructor(engine: BatchEngine, settings: EventTrainingSettings, scale: number) {
    this.#engine = engine;
    this.#loss = lossOf(settings);
    this.#decoding = decodingOf(settings.loss);
    this.#scale = scale;
    this.spikes = new Float64Array(engine.network.layers.length);
  }

  /** @returns scaled errors of all output spikes */
  add(output: SpikeTrains, labels: Uint8Array, first: number): Float64Array {
    const { neurons, offsets } = output;
    const { windowS, layers } = this.#engine.network;
    const errors = new Float64Array(offsets[output.samples]);
    for (let s = 0; s < output.samples; s++) {
      const sample = { neurons, windowS, ...sampleOf(output, s) };
      const label = labels[first + s];
      this.loss += this.#loss(sample, label, errors.subarray(offsets[s], offsets[s + 1]));
      if (eventDecision(sample, this.#decoding) === label) this.correct++;
    }
    for (let e = 0; e < errors.length; e++) errors[e] *= this.#scale;
    for (const [l, { kind }] of layers.entries()) {
      if (kind !== "pool") this.spikes[l] += this.#engine.spikeCounts(l).reduce((sum, n) => sum + n, 0);
    }
    return errors;
  }
}

/** The loss that the settings name, with its own settings among them. */
function lossOf(settings: EventTrainingSettings): ReturnType<typeof eventLoss> {
  const { tauS, earlyStrength, earlyTauS, missingCost, trueSpikes, falseSpikes } = settings;
  switch (settings.loss) {
    case "count":
      return eventLoss("count", { trueSpikes, falseSpikes });
    case "firstSpike":
      return eventLoss("firstSpike", { tauS });
    case "earlySpike":
      return eventLoss("earlySpike", { tauS, earlyStrength, earlyTauS, missingCost });
    default:
      throw new TypeError(`unknown loss ${JSON.stringify(settings.loss satisfies never)}`);
  }
}

/** ∂L/∂t of a labelled output that should fire and is all but silent, 1/s. */
function missingError({ loss, trueSpikes, tauS }: EventTrainingSettings): number {
  return loss === "count" ? trueSpikes : 1 / tauS;
}

function countSilent(engine: BatchEngine, silent: Uint32Array): void {
  const shapes = eventShapes(engine.network);
  let row = 0;
  for (const [l, layer] of engine.network.layers.entries()) {
    if (layer.kind === "pool") continue;
    const rows = shapes[l + 1][0];
    const neurons = neuronsOf(shapes[l + 1]);
    const trains = engine.trains(l);
    for (let s = 0; s < trains.samples; s++) {
      const fired = new Uint8Array(neurons);
      for (const neuron of sampleOf(trains, s).neuron) fired[neuron] = 1;
      for (let n = 0; n < neurons; n++) if (fired[n] === 0) silent[row + Math.floor((n * rows) / neurons)]++;
    }
    row += rows;
  }
}

/**
 * The gradient with what barely fired spikes give to it left out: near the threshold's tangent a spike's derivative
 * grows without bound (Göltz et al. 2021). Sample by sample, as sums no longer tell.
 */
function cutGradient(
  engine: BatchEngine,
  inputs: SpikeTrains,
  errorsOf: (output: SpikeTrains, first: number) => Float64Array,
  largest: number,
): void {
  const { gradient } = engine;
  const sum = new Float32Array(gradient.length);
  const stages = neuronStages(engine.network);
  for (let s = 0; s < inputs.samples; s++) {
    batchGradient(engine, inputs, (output) => errorsOf(output, s), [s, s + 1]);
    for (const stage of stages) cutRows(gradient, stage, largest);
    for (let i = 0; i < sum.length; i++) sum[i] += gradient[i];
  }
  gradient.set(sum);
}

/** In tiles, [tile, input, lane]. */
function cutRows(gradient: Float32Array, { offset, length, inputs }: PlannedNeurons, largest: number): void {
  const most = new Float32Array(eventLanes);
  for (let tile = offset; tile < offset + length; tile += inputs * eventLanes) {
    most.fill(0);
    for (let i = 0; i < inputs * eventLanes; i++) {
      const size = Math.abs(gradient[tile + i]);
      if (!(size <= most[i % eventLanes])) most[i % eventLanes] = size;
    }
    for (let lane = 0; lane < eventLanes; lane++) {
      if (most[lane] <= largest) continue;
      for (let i = lane; i < inputs * eventLanes; i += eventLanes) gradient[tile + i] = 0;
    }
  }
}

function requireFinite(engine: BatchEngine, when: string): void {
  for (const { id, offset, length } of neuronStages(engine.network)) {
    let sum = 0;
    // A sum of numbers that are all finite in float32 is finite in float64.
    for (let i = offset; i < offset + length; i++) sum += engine.gradient[i];
    if (Number.isFinite(sum)) continue;
    throw new StateError(
      `the gradient of layer ${JSON.stringify(id)} must be finite, but got ${sum} in ${when}. Use a smaller learning rate.`,
    );
  }
}
