// Where the gradient of a batch comes from: this thread, or several.

import { type IsCancelled, throwIfCancelled } from "../base/cancel.ts";
import type { ImageSet } from "../data/dataset.ts";
import { shardStart, stageImages } from "./batches.ts";
import type { ShardResult } from "./gradient-engine.ts";

/** What computes loss and gradient of one shard: of an ANN, or of a network trained another way. */
export interface ShardEngine {
  /** Set before `compute`. */
  readonly parameters: Float32Array;
  /** Result of `compute`, in kernel memory. */
  readonly gradient: Float32Array;
  readonly statistics: Float32Array;
  /** A shard's images and labels are staged here. */
  readonly pixels: Uint8Array;
  readonly labels: Uint8Array;
  compute(count: number, gradientScale: number, draws: ShardDraws): ShardResult;
  /** sum += gradient, in float32. */
  addGradientTo(sum: Float32Array): void;
}

/** What names the random draws of a shard's images. */
export interface ShardDraws {
  readonly seed: number;
  readonly trial: number;
  /** Places of the staged images in their set. */
  readonly images: Uint32Array;
}

export interface BatchRequest {
  readonly order: Uint32Array;
  readonly epoch: number;
  /** Images [from, from + count) of the order. */
  readonly from: number;
  readonly count: number;
}

export interface BatchResult {
  /** Summed over the batch. */
  readonly loss: number;
  readonly correct: number;
}

/** Gradients of whole batches. */
export interface GradientSource {
  /**
   * Gradient of the mean loss of a batch.
   *
   * @param parameters - present values
   * @param gradient - output, in kernel memory: Σ over shards, in shard order
   * @param statistics - output: mean of the shards' batch statistics, in shard order
   */
  compute(
    request: BatchRequest,
    parameters: Float32Array,
    gradient: Float32Array,
    statistics: Float32Array,
  ): BatchResult;
}

export interface ShardSettings {
  readonly images: ImageSet;
  readonly seed: number;
  readonly shards: number;
  readonly shiftPixels: number;
}

/** Stage and compute one shard on an engine whose parameters are set. An empty shard gives zeros. */
export function computeShard(
  engine: ShardEngine,
  settings: ShardSettings,
  request: BatchRequest,
  shard: number,
): BatchResult {
  const { shards } = settings;
  const start = shardStart(request.count, shards, shard);
  const count = shardStart(request.count, shards, shard + 1) - start;
  if (count === 0) {
    engine.gradient.fill(0);
    return { loss: 0, correct: 0 };
  }
  const { pixels, labels } = engine;
  stageImages({ ...settings, ...request, from: request.from + start, count, pixels, labels });
  const images = request.order.subarray(request.from + start, request.from + start + count);
  // Draws differ from epoch to epoch and from those of any trial.
  return engine.compute(count, 1 / request.count, { seed: settings.seed, trial: -2 - request.epoch, images });
}

/** All shards on one engine, one after the other. */
export class LocalGradientSource implements GradientSource {
  readonly #engine: ShardEngine;
  readonly #settings: ShardSettings;
  readonly #isCancelled: IsCancelled;

  constructor(engine: ShardEngine, settings: ShardSettings, isCancelled: IsCancelled) {
    this.#engine = engine;
    this.#settings = settings;
    this.#isCancelled = isCancelled;
  }

  compute(
    request: BatchRequest,
    parameters: Float32Array,
    gradient: Float32Array,
    statistics: Float32Array,
  ): BatchResult {
    const engine = this.#engine;
    const { shards } = this.#settings;
    engine.parameters.set(parameters);
    gradient.fill(0);
    statistics.fill(0);
    let [loss, correct] = [0, 0];
    for (let shard = 0; shard < shards; shard++) {
      throwIfCancelled(this.#isCancelled, "training");
      const result = computeShard(engine, this.#settings, request, shard);
      engine.addGradientTo(gradient);
      addShare(statistics, engine.statistics, shareOf(request.count, shards, shard));
      loss += result.loss;
      correct += result.correct;
    }
    return { loss, correct };
  }
}

/** Share of a batch's images in one shard. */
export function shareOf(count: number, shards: number, shard: number): number {
  return (shardStart(count, shards, shard + 1) - shardStart(count, shards, shard)) / count;
}

/** sum += part · share, in float32: the order of calls decides the last bit. */
export function addShare(sum: Float32Array, part: Float32Array, share: number): void {
  for (let i = 0; i < sum.length; i++) sum[i] += part[i] * share;
}
