// A study of claims about event networks in a folder: `networks/` as trained, each with its log and the processor
// time it took, `pieces/` as measured, each with the commit that did. Source that moves on measures and trains nothing again. Checkpoints stand beside networks while they are trained.

import { createHash } from "node:crypto";
import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import type { EventExperiment } from "../event-gradient/event-experiments.ts";
import { eventTrainingFields } from "../event-gradient/event-training-fields.ts";
import { loadKernels } from "../kernels/load.ts";
import { readFileBytes, writeFileAtomic } from "../node/atomic-file.ts";
import { loadValues, type ValuesDataset } from "../node/event-data.ts";
import { eventNetworkBytes, readEventModel } from "../node/event-network-files.ts";
import { sourceRevision } from "../node/source-revision.ts";
import { codedSplit, trainEventNetwork } from "../node/train-event-network.ts";
import { resolve } from "../space/resolve.ts";
import type { ClaimsProgress } from "../study/claims/claims-ports.ts";
import type {
  EventClaimsPorts,
  EventTrainingRequest,
  KeptPiece,
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
  return {
    kernels: await loadKernels({ build, memoryBytes }),
    train: async (request) => train(request, await load(request.experiment.data), options),
    split: async (model, data, split) => codedSplit({ ...model, dataset: await load(data) }, split),
    kept: async <R>(what: unknown, measure: () => Promise<R>): Promise<KeptPiece<R>> => {
      options.signal.throwIfAborted();
      const path = join(folder, "pieces", `${keyOf(what)}.json`);
      if (existsSync(path)) return readJson(path);
      const piece = { commit: sourceRevision(), result: await measure() };
      writeFileAtomic(path, JSON.stringify(piece));
      return piece;
    },
    onProgress: options.onProgress,
    cpuSeconds: () => {
      const { user, system } = process.cpuUsage();
      return (user + system) / 1e6;
    },
  };
}

type Kept = Pick<TrainedEvents, "log" | "cpuSeconds">;

/** A training belongs to its experiment, data and seed: a network stays what it is when the source moves on. */
async function train(
  { name, experiment, samples, seed, onProgress }: EventTrainingRequest,
  whole: ValuesDataset,
  { folder, workers, memoryBytes, signal }: EventClaimsFolderOptions,
): Promise<TrainedEvents> {
  const dataset = samples === undefined ? whole : firstOf(whole, samples);
  const part = samples === undefined ? [] : [samples];
  const all = [keyedExperiment(experiment), dataset.sha256, seed, ...part];
  const key = keyOf(all).slice(0, 12);
  const path = networkPath(join(folder, "networks"), name, `-${seed}-${key}.safetensors`);
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

/** Of the network that ends so, whatever it was trained for: a sweep passes by the pair it varies. */
function networkPath(folder: string, name: string, end: string): string {
  const known = existsSync(folder) ? readdirSync(folder).find((file) => file.endsWith(end)) : undefined;
  return join(folder, known ?? `${name}${end}`);
}

/** The data set with the first so many training samples. */
function firstOf(dataset: ValuesDataset, samples: number): ValuesDataset {
  const { values, inputs, labels } = dataset.splits.train;
  const train = { inputs, values: values.subarray(0, samples * inputs), labels: labels.subarray(0, samples) };
  return { ...dataset, splits: { ...dataset.splits, train } };
}

/** Settings that are younger than trainings that are kept, at the values that train as before there were any. */
const asBefore = { leastSlope: 0, wakeStrength: 0 };

/** The experiment with younger settings only where they change anything: what was trained before keeps its name. */
function keyedExperiment(experiment: EventExperiment): EventExperiment {
  const all = resolve("training", eventTrainingFields, experiment.training);
  const { leastSlope: _, wakeStrength: __, ...before } = experiment.training;
  const younger = (Object.keys(asBefore) as (keyof typeof asBefore)[])
    .filter((name) => all[name] !== asBefore[name])
    .map((name) => [name, all[name]] as const);
  return { ...experiment, training: { ...before, ...Object.fromEntries(younger) } };
}

function readJson<T>(path: string): T {
  return JSON.parse(new TextDecoder().decode(readFileBytes(path)));
}

function keyOf(what: unknown): string {
  return createHash("sha256").update(JSON.stringify(what)).digest("hex");
}
