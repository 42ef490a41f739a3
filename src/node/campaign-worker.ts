// A worker thread that runs a campaign's trials on parts of the images.

import { parentPort, workerData } from "node:worker_threads";
import { errorToData } from "../base/errors.ts";
import type { FaultCounts } from "../campaign/fault-counts.ts";
import { measureFaults } from "../campaign/measure-faults.ts";
import { trialsOf } from "../campaign/trial-plan.ts";
import { loadKernels } from "../kernels/load.ts";
import type { CampaignPart, ToCampaignWorker } from "./campaign-messages.ts";
import type { PartReply } from "./part-pool.ts";

const { model, memoryBytes, cancelFlag } = workerData as ToCampaignWorker;
const isCancelled = (): boolean => Atomics.load(cancelFlag, 0) !== 0;
const ready = loadKernels({ build: "simd", memoryBytes });
// Whoever asks for a part is told; until then nobody is, and that is no crash.
ready.catch(() => {});

parentPort?.on("message", async ({ plan, images }: CampaignPart) => {
  try {
    const kernels = await ready;
    const request = { ...images, isCancelled };
    const counts = measureFaults({ kernels, model, trials: trialsOf(plan), request });
    const reply: PartReply<FaultCounts> = { result: counts };
    parentPort?.postMessage(reply, [counts.outcomes.buffer as ArrayBuffer]);
  } catch (error) {
    const reply: PartReply<FaultCounts> = { error: errorToData(error) };
    parentPort?.postMessage(reply);
  }
});
