// A thread that trains an event network: thread 0 leads, the others follow.

import { parentPort, workerData } from "node:worker_threads";
import { errorToData } from "../base/errors.ts";
import { BatchEngine } from "../event-gradient/batch-engine.ts";
import { type EventTrainingProgress, fitEvents } from "../event-gradient/fit-events.ts";
import { loadKernels } from "../kernels/load.ts";
import { control as at, type EventTrainingJob, type FromEventTraining } from "./event-training-messages.ts";
import { followEventTraining, ThreadedEventGradientSource } from "./event-training-threads.ts";

const progressIntervalMs = 100;

const send = (message: FromEventTraining): void => parentPort?.postMessage(message);

try {
  await work(workerData as EventTrainingJob);
} catch (error) {
  send({ kind: "error", error: errorToData(error) });
}

async function work(job: EventTrainingJob): Promise<void> {
  const { thread, threads, network, settings, seed, train, validation, shared, resume } = job;
  const kernels = await loadKernels({ build: job.build, memoryBytes: job.memoryBytes });
  const engine = new BatchEngine(kernels, { network });
  const place = { engine, kernels, settings, seed, train, validation, shared, thread, threads };
  if (thread > 0) return followEventTraining(place);
  let lastMs = 0;
  const onProgress = (progress: EventTrainingProgress): void => {
    const nowMs = performance.now();
    if (nowMs - lastMs < progressIntervalMs) return;
    lastMs = nowMs;
    send({ kind: "progress", progress });
  };
  engine.setWeights(job.weights);
  const { weights, bestEpoch, log } = fitEvents(kernels, {
    network,
    settings,
    seed,
    train,
    validation,
    weights: engine.weights.slice(),
    gradients: new ThreadedEventGradientSource(place),
    resume,
    onProgress,
    onCheckpoint: (checkpoint) => send({ kind: "checkpoint", checkpoint }),
    isCancelled: () => Atomics.load(shared.control, at.cancel) !== 0,
  });
  engine.weights.set(weights);
  send({ kind: "done", weights: engine.getWeights(), bestEpoch, log });
}
