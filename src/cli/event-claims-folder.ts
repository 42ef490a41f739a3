// A study of claims about event networks in a folder: `networks/` as trained, each with its log and the processor
// time it took, `pieces/` as measured. Checkpoints stand beside networks while they are trained.

import { createHash } from "node:crypto";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { kernelHash, loadKernels } from "../kernels/load.ts";
import { readFileBytes, writeFileAtomic } from "../node/atomic-file.ts";
import { loadValues, type ValuesDataset } from "../node/event-data.ts";
import { eventNetworkBytes, readEventModel } from "../node/event-network-files.ts";
import { sourceRevision } from "../node/source-revision.ts";
import { codedSplit, trainEventNetwork } from "../node/train-event-network.ts";
import type { ClaimsProgress } from "../study/claims/claims-ports.ts";
import type {
  EventClaimsPorts,
  EventTrainingRequest,
  TrainedEvents,
} from "../study/claims/events/event-claims-ports.ts";

export interface EventClaimsFolderOptions {
  readonly folder: string;
  /** Threads of a training. */
  readonly workers: number;
  readonly memoryBytes: number;
  readonly signal: AbortSignal;
  readonly onProgress: (progress: ClaimsProgress) => void;
}

/** The same bits on every machine. */
const build = "simd";

export async function eventClaimsPorts(options: EventClaimsFolderOptions): Promise<EventClaimsPorts> {
  const { folder, memoryBytes } = options;
  const datasets = new Map<string, Promise<ValuesDataset>>();
  const load = (name: string): Promise<ValuesDataset> => {
    const dataset = datasets.get(name) ?? loadValues(name);
    datasets.set(name, dataset);
    return dataset;
  };
  const source = [sourceRevision(), kernelHash(build)];
  return {
    kernels: await loadKernels({ build, memoryBytes }),
    train: async (request) => train(request, await load(request.experiment.data), options),
    split: async (model, data, split) => codedSplit({ ...model, dataset: await load(data) }, split),
    kept: async <R>(what: unknown, measure: () => Promise<R>): Promise<R> => {
      options.signal.throwIfAborted();
      const path = join(folder, "pieces", `${keyOf([source, what])}.json`);
      if (existsSync(path)) return readJson(path);
      const result = await measure();
      writeFileAtomic(path, JSON.stringify(result));
      return result;
    },
    onProgress: options.onProgress,
  };
}

type Kept = Pick<TrainedEvents, "log" | "cpuSeconds">;

/** A training belongs to its experiment, data and seed: a network stays what it is when the source moves on. */
async function train(
  { name, experiment, seed, onProgress }: EventTrainingRequest,
  dataset: ValuesDataset,
  { folder, workers, memoryBytes, signal }: EventClaimsFolderOptions,
): Promise<TrainedEvents> {
  const key = keyOf([experiment, dataset.sha256, seed, kernelHash(build)]).slice(0, 12);
  const path = join(folder, "networks", `${name}-${seed}-${key}.safetensors`);
  const logPath = `${path}.json`;
  if (!existsSync(path)) {
    const cpuPath = `${path}.cpu.json`;
    const before: number = existsSync(cpuPath) ? readJson(cpuPath) : 0;
    const began = process.cpuUsage();
    const spent = (): number => {
      const { user, system } = process.cpuUsage(began);
      return before + (user + system) / 1e6;
    };
    const { model, log } = await trainEventNetwork({
      experiment,
      dataset,
      seed,
      threads: workers,
      build,
      memoryBytes,
      signal,
      checkpointPath: `${path}.checkpoint`,
      onProgress: ({ epoch, epochs }) => onProgress(epoch / epochs),
      onEpoch: () => writeFileAtomic(cpuPath, JSON.stringify(spent())),
    });
    const kept: Kept = { log, cpuSeconds: spent() };
    writeFileAtomic(logPath, JSON.stringify(kept));
    writeFileAtomic(path, eventNetworkBytes(model));
  }
  const sha256 = createHash("sha256").update(readFileBytes(path)).digest("hex");
  return { model: readEventModel(path), sha256, ...readJson<Kept>(logPath) };
}

function readJson<T>(path: string): T {
  return JSON.parse(new TextDecoder().decode(readFileBytes(path)));
}

function keyOf(what: unknown): string {
  return createHash("sha256").update(JSON.stringify(what)).digest("hex");
}
