// A thread of a training: thread 0 leads, the others follow.

import { parentPort, workerData } from "node:worker_threads";
import { fit, type TrainingProgress } from "../ann/fit.ts";
import { GradientEngine } from "../ann/gradient-engine.ts";
import type { ShardEngine } from "../ann/gradient-source.ts";
import type { TrainedForm } from "../ann/trained-form.ts";
import { errorToData } from "../base/errors.ts";
import { foldBatchNorm } from "../convert/fold-batch-norm.ts";
import type { Kernels } from "../kernels/kernels.ts";
import { loadKernels } from "../kernels/load.ts";
import { surrogateEngine, surrogateForm, timedSet } from "../surrogate/surrogate-training.ts";
import { followBatches, ThreadedGradientSource, type ThreadPlace } from "./threaded-gradient-source.ts";
import { control as at, type FromTraining, type TrainingJob } from "./training-messages.ts";

const progressIntervalMs = 100;

const job = workerData as TrainingJob;
const send = (message: FromTraining): void => parentPort?.postMessage(message);

try {
  await work(job);
} catch (error) {
  send({ kind: "error", error: errorToData(error) });
}

async function work(job: TrainingJob): Promise<void> {
  const { thread, threads, model, settings, seed, train, validation, codes, shared, resume } = job;
  const kernels = await loadKernels({ build: job.build, memoryBytes: job.memoryBytes });
  const engine = engineOf(kernels, job);
  const { shards, shiftPixels } = settings;
  const place: ThreadPlace = {
    engine,
    settings: { images: train, seed, shards, shiftPixels },
    shared,
    thread,
    threads,
  };
  if (thread > 0) return followBatches(place);
  let lastMs = 0;
  const onProgress = (progress: TrainingProgress): void => {
    const nowMs = performance.now();
    if (nowMs - lastMs < progressIntervalMs) return;
    lastMs = nowMs;
    send({ kind: "progress", progress });
  };
  const result = fit(kernels, {
    model,
    settings,
    seed,
    train,
    validation,
    codes,
    gradients: new ThreadedGradientSource(place),
    form: formOf(job),
    resume,
    onProgress,
    onCheckpoint: (checkpoint) => send({ kind: "checkpoint", checkpoint }),
    isCancelled: () => Atomics.load(shared.control, at.cancel) !== 0,
  });
  send({ kind: "done", model: result.model, bestEpoch: result.bestEpoch });
}

function formOf({ model, seed, surrogate, spikes }: TrainingJob): TrainedForm | undefined {
  if (surrogate === undefined) return undefined;
  const judges = timedSet(spikes, "validation");
  return surrogateForm(model, { learn: surrogate.learn, seed, finish: foldBatchNorm, judges });
}

function engineOf(kernels: Kernels, { model, settings, surrogate, spikes }: TrainingJob): ShardEngine {
  if (surrogate !== undefined)
    return surrogateEngine(kernels, model, { ...settings, ...surrogate }, timedSet(spikes, "train"));
  return new GradientEngine(kernels, {
    network: model.network,
    preprocessing: model.preprocessing,
    maximumShard: Math.ceil(settings.batch / settings.shards),
    labelSmoothing: settings.labelSmoothing,
  });
}
