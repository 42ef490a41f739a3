// Gradients of whole batches of an event network from several threads: shard s is computed by thread s mod threads, and
// the leader adds the shards up in their order, so the sum has the same bits on any number of threads.

import { CancelledError } from "../base/errors.ts";
import { type EventGradientSource, sumOfShards } from "../event-gradient/event-gradient-source.ts";
import {
  computeEventShard,
  type EventBatchRequest,
  type EventBatchResult,
  type EventShards,
  validateEventShard,
} from "../event-gradient/event-shard.ts";
import { addInto } from "../kernels/elementwise.ts";
import type { Kernels } from "../kernels/kernels.ts";
import { control as at, type SharedEventTraining } from "./event-training-messages.ts";

export interface EventThreadPlace extends EventShards {
  readonly kernels: Kernels;
  readonly shared: SharedEventTraining;
  readonly thread: number;
  readonly threads: number;
}

const [training, validating] = [0, 1];

/** The leader's side. Call it on a thread that may block. */
export class ThreadedEventGradientSource implements EventGradientSource {
  readonly #place: EventThreadPlace;
  #epoch = -1;

  constructor(place: EventThreadPlace) {
    this.#place = place;
  }

  compute(
    request: EventBatchRequest,
    weights: Float32Array,
    gradient: Float32Array,
    silent: Uint32Array,
  ): EventBatchResult {
    const { shared, engine, kernels } = this.#place;
    const { control } = shared;
    if (request.epoch !== this.#epoch) shared.order.set(request.order);
    this.#epoch = request.epoch;
    Atomics.store(control, at.epoch, request.epoch);
    Atomics.store(control, at.from, request.from);
    Atomics.store(control, at.count, request.count);
    const result = this.#all(training, weights);
    gradient.fill(0);
    silent.fill(0);
    for (const [shard, part] of shared.gradients.entries()) {
      engine.gradient.set(part);
      addInto(kernels, { x: engine.gradient, y: gradient });
      for (const [row, times] of shared.silent[shard].entries()) silent[row] += times;
    }
    return result;
  }

  validate(weights: Float32Array): EventBatchResult {
    return this.#all(validating, weights);
  }

  /** Have all shards computed, one's own here. */
  #all(task: number, weights: Float32Array): EventBatchResult {
    const { shared, threads } = this.#place;
    const { control, sums } = shared;
    if (Atomics.load(control, at.cancel) !== 0) throw new CancelledError("training");
    shared.weights.set(weights);
    Atomics.store(control, at.task, task);
    Atomics.store(control, at.done, 0);
    Atomics.add(control, at.generation, 1);
    Atomics.notify(control, at.generation);
    computeOwnShards(this.#place);
    const isDone = (): boolean => Atomics.load(control, at.done) === threads - 1;
    while (!isDone()) {
      Atomics.wait(control, at.done, Atomics.load(control, at.done), 1);
      if (Atomics.load(control, at.cancel) !== 0) throw new CancelledError("training");
    }
    return sumOfShards(sums.map((sum) => ({ loss: sum[0], correct: sum[1], spikes: sum.slice(2) })));
  }
}

/** A follower's side: wait for work and do one's shards until told to quit. */
export function followEventTraining(place: EventThreadPlace): void {
  const { control } = place.shared;
  for (let generation = 0; ; ) {
    Atomics.wait(control, at.generation, generation, 100);
    if (Atomics.load(control, at.quit) !== 0) return;
    const now = Atomics.load(control, at.generation);
    if (now === generation) continue;
    generation = now;
    computeOwnShards(place);
    Atomics.add(control, at.done, 1);
    Atomics.notify(control, at.done);
  }
}

function computeOwnShards(place: EventThreadPlace): void {
  const { engine, settings, shared, thread, threads } = place;
  const { control, order, sums } = shared;
  const [task, epoch, from, count] = [at.task, at.epoch, at.from, at.count].map((i) =>
    Atomics.load(control, i),
  );
  engine.weights.set(shared.weights);
  for (let shard = thread; shard < settings.shards; shard += threads) {
    const result =
      task === validating
        ? validateEventShard(place, shard)
        : computeEventShard(place, { order, epoch, from, count }, shard, shared.silent[shard]);
    if (task === training) shared.gradients[shard].set(engine.gradient);
    sums[shard].set([result.loss, result.correct, ...result.spikes]);
  }
}
