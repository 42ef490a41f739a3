// Spike times and exact gradients of several samples, on the kernels: float32 sums, in a fixed order for every
// sample, and gradients added up sample by sample, so results depend on nothing but the batch.
//
// Weights stand in tiles of 16 neurons, [tile, input, 16], all layers in one array: an optimiser may run over
// it as it is; padding has weights and gradients of 0. What it computes is defined by `spikeTimes` and
// `spikeTimeGradient`; how far float32 is from them is told in docs/event-gradient.md.

import { InvalidValueError, StateError } from "../base/errors.ts";
import { tileEventWeights, untileEventWeights } from "../kernels/event-forward.ts";
import type { Kernels } from "../kernels/kernels.ts";
import { BatchArena } from "./batch-arena.ts";
import { backwardChunk, boundSlopes } from "./batch-backward.ts";
import {
  type AlterSpikes,
  type BatchPlace,
  type Chunk,
  forwardChunk,
  trainsOfLists,
} from "./batch-forward.ts";
import { type PlannedStage, planBatches, tilesOf } from "./batch-plan.ts";
import { type EventNetwork, neuronsOf } from "./event-network.ts";
import type { EventWeights } from "./spike-times.ts";
import type { SpikeTrains } from "./spike-trains.ts";

export interface BatchEngineOptions {
  readonly network: EventNetwork;
  /** Most kernel memory that the samples of one `forward` may take, besides the weights. Default 64 MiB. */
  readonly workBytes?: number;
}

const defaultWorkBytes = 64 * 1024 * 1024;

/**
 * Samples that go through the layers together: many share a dense layer's weights while they are in the cache, but the
 * windows of a convolution's events fill it soon.
 */
const together = { dense: 25, convolution: 2 };

export class BatchEngine {
  readonly network: EventNetwork;
  /** So many samples at once are fast. */
  readonly samplesTogether: number;
  /** All weights, in tiles. Written by whoever trains. */
  readonly weights: Float32Array;
  /** Added to by `backward`: the gradient of the summed loss, in tiles. Zeroed by whoever trains. */
  readonly gradient: Float32Array;
  readonly #place: BatchPlace;
  readonly #stages: readonly PlannedStage[];
  #chunk: Chunk | undefined;

  /**
   * Takes kernel memory for weights, gradient and batches.
   *
   * @throws {ResourceError} when there is not enough of it
   */
  constructor(kernels: Kernels, { network, workBytes = defaultWorkBytes }: BatchEngineOptions) {
    const { stages, weights } = planBatches(network);
    this.network = network;
    this.#stages = stages;
    this.samplesTogether = network.layers.some(({ kind }) => kind === "conv2d")
      ? together.convolution
      : together.dense;
    this.weights = kernels.float32(weights);
    this.gradient = kernels.float32(weights);
    const arena = new BatchArena(kernels, workBytes);
    this.#place = { kernels, arena, windowS: network.windowS };
  }

  /** Most bytes that samples took so far, besides the weights. */
  get peakBytes(): number {
    return this.#place.arena.peakBytes;
  }

  /** @throws {InvalidValueError} naming the layer whose weights have another number than its shape asks for */
  setWeights(weights: EventWeights): void {
    for (const [l, stage] of this.#stages.entries()) {
      const length = stage.kind === "pool" ? 0 : stage.outputs * stage.inputs;
      if (weights[l]?.length !== length) {
        throw new InvalidValueError(
          `weights of layer ${JSON.stringify(stage.id)}`,
          `must be ${length} numbers`,
          weights[l]?.length,
        );
      }
      if (stage.kind === "pool") continue;
      tileEventWeights(weights[l], tilesOf(this.weights, stage), stage.outputs, stage.inputs);
    }
  }

  /** Copies in the shapes of `eventWeightShapes`. */
  getWeights(): Float32Array[] {
    return this.#matrices(this.weights);
  }

  /** The gradient in the shapes of `eventWeightShapes`; copied. */
  getGradient(): Float32Array[] {
    return this.#matrices(this.gradient);
  }

  /**
   * Fire all layers for samples [from, to) of the trains; what was there before is forgotten. Batches go through in
   * parts of `samplesTogether`.
   *
   * @param alter - replaces the spikes of every layer but the last, for those that follow: jitter, deletions. There is no
   * `backward` then
   * @throws {InvalidValueError} when the trains are of another number of inputs
   * @throws {ResourceError} when the samples need more than `workBytes`
   */
  forward(inputs: SpikeTrains, from = 0, to = inputs.samples, alter?: AlterSpikes): void {
    const neurons = neuronsOf(this.network.inputShape);
    if (inputs.neurons !== neurons) {
      throw new InvalidValueError("inputs", `must be trains of ${neurons} inputs`, inputs.neurons);
    }
    this.#chunk = undefined;
    this.#place.arena.release(0);
    this.#chunk = forwardChunk(this.#place, this.#stages, this.weights, inputs, [from, to], alter);
  }

  /**
   * Spikes of a layer for the present samples; copied.
   *
   * @param layer - its index in the network; the last one if left out
   * @throws {StateError} before the first `forward`
   */
  trains(layer = this.#stages.length - 1): SpikeTrains {
    const { samples, lists } = this.#present();
    return trainsOfLists(this.#stages[layer], samples, lists[layer], this.network.windowS);
  }

  /** How many spikes of a layer every present sample has. Shape [samples]. */
  spikeCounts(layer: number): Uint32Array {
    const { samples, lists } = this.#present();
    const { starts } = lists[layer];
    return new Uint32Array(samples).map((_, s) => starts[s + 1] - starts[s]);
  }

  /**
   * Add the gradient of a loss, summed over the present samples, to `gradient`. Once after every `forward`.
   *
   * @param errors - ∂L/∂t of the last layer's spikes, 1/s, in the order of `trains()`
   * @param wantsInputErrors - whether to compute ∂L/∂t of the input events as well
   * @returns ∂L/∂t of the input events, in the order of the trains; empty if not wanted
   * @throws {StateError} before the first `forward`, and where it altered spikes
   * @throws {InvalidValueError} when the errors are not as many as the output spikes
   */
  backward(errors: ArrayLike<number>, wantsInputErrors = false): Float32Array {
    const chunk = this.#present();
    if (chunk.isAltered) {
      throw new StateError(
        "spikes were altered, so their errors have no way back. Call forward without alter.",
      );
    }
    const count = chunk.lists[this.#stages.length - 1].starts[chunk.samples];
    if (errors.length !== count) {
      throw new InvalidValueError("errors", `must be those of ${count} output spikes`, errors.length);
    }
    return backwardChunk(this.#place, this.#stages, this, chunk, errors, wantsInputErrors);
  }

  /**
   * Let no spike of the present samples rise by less than so many ϑ/τ, for the way back: 1/u' of a spike that
   * barely fired grows without bound, and one such spike would outweigh its batch.
   *
   * @param least - slope in units of ϑ/τ; 0 leaves all as they are
   * @throws {StateError} before the first `forward`
   */
  boundSlopes(least: number): void {
    const { runs } = this.#present();
    for (const [l, stage] of this.#stages.entries()) {
      const run = runs[l];
      if (stage.kind === "neurons" && run !== undefined) boundSlopes(run, stage.neurons, least);
    }
  }

  #present(): Chunk {
    if (this.#chunk === undefined) throw new StateError("there are no spikes yet. Call forward first.");
    return this.#chunk;
  }

  #matrices(tiles: Float32Array): Float32Array[] {
    return this.#stages.map((stage) => {
      if (stage.kind === "pool") return new Float32Array(0);
      const matrix = new Float32Array(stage.outputs * stage.inputs);
      untileEventWeights(tilesOf(tiles, stage), matrix, stage.outputs, stage.inputs);
      return matrix;
    });
  }
}
