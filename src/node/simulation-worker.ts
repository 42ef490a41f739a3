// A worker thread that simulates parts of a set with one network.

import { parentPort, workerData } from "node:worker_threads";
import { errorToData } from "../base/errors.ts";
import { loadKernels } from "../kernels/load.ts";
import type { SimulationResult } from "../simulate/simulation-result.ts";
import { createSimulator } from "../simulate/simulator.ts";
import type { PartReply } from "./part-pool.ts";
import type { SimulationPart, ToSimulationWorker } from "./simulation-messages.ts";

const { model, memoryBytes, cancelFlag } = workerData as ToSimulationWorker;
const isCancelled = (): boolean => Atomics.load(cancelFlag, 0) !== 0;
const ready = loadKernels({ build: "simd", memoryBytes }).then((kernels) => createSimulator(kernels, model));
// Whoever asks for a part is told; until then nobody is, and that is no crash.
ready.catch(() => {});

parentPort?.on("message", async (part: SimulationPart) => {
  let reply: PartReply<SimulationResult>;
  try {
    reply = { result: (await ready).run({ ...part, isCancelled }) };
  } catch (error) {
    reply = { error: errorToData(error) };
  }
  parentPort?.postMessage(reply);
});
