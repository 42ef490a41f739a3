// Where the gradient of a batch comes from: this thread, or several.

import { type IsCancelled, throwIfCancelled } from "../base/cancel.ts";
import {
  computeEventShard,
  type EventBatchRequest,
  type EventBatchResult,
  type EventShards,
  rowsOf,
  validateEventShard,
} from "./event-shard.ts";

export interface EventGradientSource {
  /**
   * Gradient of a batch's mean loss.
   *
   * @param weights - present ones, in tiles as `BatchEngine` has them
   * @param gradient - output, in tiles, in kernel memory: the sum over shards, in their order
   * @param silent - output: as `computeEventShard`
   */
  compute(
    request: EventBatchRequest,
    weights: Float32Array,
    gradient: Float32Array,
    silent: Uint32Array,
  ): EventBatchResult;
  /** Run the validation samples. */
  validate(weights: Float32Array): EventBatchResult;
}

/** All shards on one engine, one after the other. */
export class LocalEventGradientSource implements EventGradientSource {
  readonly #place: EventShards;
  readonly #isCancelled: IsCancelled;

  constructor(place: EventShards, isCancelled: IsCancelled) {
    this.#place = place;
    this.#isCancelled = isCancelled;
  }

  compute(
    request: EventBatchRequest,
    weights: Float32Array,
    gradient: Float32Array,
    silent: Uint32Array,
  ): EventBatchResult {
    const { engine } = this.#place;
    const own = new Uint32Array(rowsOf(engine.network));
    gradient.fill(0);
    silent.fill(0);
    return this.#shards(weights, (shard) => {
      const result = computeEventShard(this.#place, request, shard, own);
      for (let i = 0; i < gradient.length; i++) gradient[i] += engine.gradient[i];
      for (let i = 0; i < own.length; i++) silent[i] += own[i];
      return result;
    });
  }

  validate(weights: Float32Array): EventBatchResult {
    return this.#shards(weights, (shard) => validateEventShard(this.#place, shard));
  }

  #shards(weights: Float32Array, compute: (shard: number) => EventBatchResult): EventBatchResult {
    const { engine, settings } = this.#place;
    engine.weights.set(weights);
    const results: EventBatchResult[] = [];
    for (let shard = 0; shard < settings.shards; shard++) {
      throwIfCancelled(this.#isCancelled, "training");
      results.push(compute(shard));
    }
    return sumOfShards(results);
  }
}

/** In the order of the shards, which decides the last bit of the loss. */
export function sumOfShards(results: readonly EventBatchResult[]): EventBatchResult {
  const spikes = new Float64Array(results[0].spikes.length);
  let [loss, correct] = [0, 0];
  for (const result of results) {
    loss += result.loss;
    correct += result.correct;
    for (let l = 0; l < spikes.length; l++) spikes[l] += result.spikes[l];
  }
  return { loss, correct, spikes };
}
