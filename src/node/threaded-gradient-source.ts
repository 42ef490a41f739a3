// Gradients of whole batches from several threads: shard s is computed by thread s mod threads,
// and the leader adds the shards up in their order, so the sum has the same bits on any number of threads.

import {
  addShare,
  type BatchRequest,
  type BatchResult,
  computeShard,
  type GradientSource,
  type ShardEngine,
  type ShardSettings,
  shareOf,
} from "../ann/gradient-source.ts";
import { CancelledError } from "../base/errors.ts";
import { control as at, type SharedTraining } from "./training-messages.ts";

export interface ThreadPlace {
  readonly engine: ShardEngine;
  readonly settings: ShardSettings;
  readonly shared: SharedTraining;
  readonly thread: number;
  readonly threads: number;
}

/** The leader's side. Call it on a thread that may block. */
export class ThreadedGradientSource implements GradientSource {
  readonly #place: ThreadPlace;
  #epoch = -1;

  constructor(place: ThreadPlace) {
    this.#place = place;
  }

  compute(
    request: BatchRequest,
    parameters: Float32Array,
    gradient: Float32Array,
    statistics: Float32Array,
  ): BatchResult {
    const { engine, shared, settings, threads } = this.#place;
    const { control, sums } = shared;
    if (Atomics.load(control, at.cancel) !== 0) throw new CancelledError("training");
    shared.parameters.set(parameters);
    if (request.epoch !== this.#epoch) shared.order.set(request.order);
    this.#epoch = request.epoch;
    Atomics.store(control, at.epoch, request.epoch);
    Atomics.store(control, at.from, request.from);
    Atomics.store(control, at.count, request.count);
    Atomics.store(control, at.done, 0);
    Atomics.add(control, at.generation, 1);
    Atomics.notify(control, at.generation);
    computeOwnShards(this.#place, request);
    for (
      let done = Atomics.load(control, at.done);
      done < threads - 1;
      done = Atomics.load(control, at.done)
    ) {
      Atomics.wait(control, at.done, done, 100);
      if (Atomics.load(control, at.cancel) !== 0) throw new CancelledError("training");
    }
    gradient.fill(0);
    statistics.fill(0);
    let [loss, correct] = [0, 0];
    for (let shard = 0; shard < settings.shards; shard++) {
      engine.gradient.set(shared.gradients[shard]);
      engine.addGradientTo(gradient);
      addShare(statistics, shared.statistics[shard], shareOf(request.count, settings.shards, shard));
      loss += sums[shard];
      correct += sums[settings.shards + shard];
    }
    return { loss, correct };
  }
}

/** A follower's side: wait for batches and do one's shards until told to quit. */
export function followBatches(place: ThreadPlace): void {
  const { control, order } = place.shared;
  for (let generation = 0; ; ) {
    Atomics.wait(control, at.generation, generation, 100);
    if (Atomics.load(control, at.quit) !== 0) return;
    const now = Atomics.load(control, at.generation);
    if (now === generation) continue;
    generation = now;
    const [epoch, from, count] = [at.epoch, at.from, at.count].map((place) => Atomics.load(control, place));
    computeOwnShards(place, { order, epoch, from, count });
    Atomics.add(control, at.done, 1);
    Atomics.notify(control, at.done);
  }
}

function computeOwnShards(
  { engine, settings, shared, thread, threads }: ThreadPlace,
  request: BatchRequest,
): void {
  engine.parameters.set(shared.parameters);
  for (let shard = thread; shard < settings.shards; shard += threads) {
    const { loss, correct } = computeShard(engine, settings, request, shard);
    shared.gradients[shard].set(engine.gradient);
    shared.statistics[shard].set(engine.statistics);
    shared.sums[shard] = loss;
    shared.sums[settings.shards + shard] = correct;
  }
}
