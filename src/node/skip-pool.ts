// Networks with skips trained and measured on worker threads, one piece each at a time.

import type { SkipPiece } from "../study/claims/skips/skip-claims-ports.ts";
import type { SkipTask } from "../study/claims/skips/skip-task.ts";
import { PartPool } from "./part-pool.ts";
import type { ToSkipWorker } from "./skip-messages.ts";

export type SkipPool = PartPool<SkipTask, SkipPiece>;

/** @throws {InvalidValueError} for no threads */
export function skipPool(options: Omit<ToSkipWorker, "cancelFlag"> & { readonly threads: number }): SkipPool {
  const { threads, ...workerData } = options;
  const extension = import.meta.url.endsWith(".ts") ? "ts" : "js";
  const worker = new URL(`./skip-worker.${extension}`, import.meta.url);
  return new PartPool({ job: "skip", worker, threads, workerData: { ...workerData } });
}
