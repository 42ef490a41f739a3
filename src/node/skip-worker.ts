// A worker thread that trains and measures networks with skips, piece by piece.

import { parentPort, workerData } from "node:worker_threads";
import { errorToData } from "../base/errors.ts";
import { loadKernels } from "../kernels/load.ts";
import type { SkipPiece } from "../study/claims/skips/skip-claims-ports.ts";
import { measureSkipTask, type SkipTask } from "../study/claims/skips/skip-task.ts";
import { SkipTrainer } from "../topology/skip-trainer.ts";
import type { PartReply } from "./part-pool.ts";
import type { ToSkipWorker } from "./skip-messages.ts";

const { setting, data, memoryBytes, cancelFlag } = workerData as ToSkipWorker;
// Node before 23.9 knows of all threads together only.
const cpuUsage = (process.threadCpuUsage ?? process.cpuUsage).bind(process);
const isCancelled = (): boolean => Atomics.load(cancelFlag, 0) !== 0;
// The same bits on every machine.
const ready = loadKernels({ build: "simd", memoryBytes }).then(
  (kernels) => new SkipTrainer(kernels, { setting, data, isCancelled }),
);
// Whoever asks for a piece is told; until then nobody is, and that is no crash.
ready.catch(() => {});

parentPort?.on("message", async (task: SkipTask) => {
  let reply: PartReply<SkipPiece>;
  try {
    const trainer = await ready;
    const began = cpuUsage();
    const result = measureSkipTask(trainer, task);
    const { user, system } = cpuUsage(began);
    reply = { result: { result, cpuSeconds: (user + system) / 1e6 } };
  } catch (error) {
    reply = { error: errorToData(error) };
  }
  parentPort?.postMessage(reply);
});
