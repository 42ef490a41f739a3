// A worker thread that evaluates one task at a time. Kernels are the portable build, so that
// results are the same on every machine.

import { parentPort, workerData } from "node:worker_threads";
import { errorToData } from "../base/errors.ts";
import { loadKernels } from "../kernels/load.ts";
import { Evaluator } from "../pipeline/evaluator.ts";
import type { EvaluationWork, FromEvaluationWorker, ToEvaluationWorker } from "./evaluation-messages.ts";

const { dataset, anns, memoryBytes, cancelFlag } = workerData as ToEvaluationWorker;
const isCancelled = (): boolean => Atomics.load(cancelFlag, 0) !== 0;
const evaluator = loadKernels({ build: "simd", memoryBytes }).then(
  (kernels) => new Evaluator({ kernels, dataset, anns: new Map(anns), isCancelled }),
);

evaluator.catch(() => {}); // told with every piece of work

parentPort?.on("message", async (work: EvaluationWork) => {
  let reply: FromEvaluationWorker;
  try {
    const ready = await evaluator;
    reply = { outcome: await ("prepare" in work ? ready.prepare(work) : ready.evaluate(work)) };
  } catch (error) {
    reply = { error: errorToData(error) };
  }
  parentPort?.postMessage(reply);
});
