// `evaluate`: accuracy, energy and activity of a network file.

import { availableParallelism } from "node:os";
import type { IsCancelled } from "../base/cancel.ts";
import { UsageError } from "../base/errors.ts";
import type { InputSpikes } from "../coding/input-spikes.ts";
import type { Dataset, SplitName } from "../data/dataset.ts";
import { splitOf, subset } from "../data/image-set.ts";
import { energyOf } from "../energy/energy-of.ts";
import { profiles } from "../energy/profiles.ts";
import { fileKind } from "../formats/file-kind.ts";
import { loadKernels } from "../kernels/load.ts";
import type { Model } from "../model/model.ts";
import { readFileBytes } from "../node/atomic-file.ts";
import { loadDataset } from "../node/dataset-files.ts";
import { evaluateInPostgres, type PostgresEvaluationOptions } from "../node/postgres-evaluation.ts";
import { isRecordedSet } from "../node/recorded-data.ts";
import type { ChosenProtection } from "../pipeline/chosen-protection.ts";
import { dropInterval, faultyAccuracyInterval } from "../pipeline/drop-objective.ts";
import { evaluateModel } from "../pipeline/evaluate-model.ts";
import type { Evaluation, Interval } from "../pipeline/evaluation.ts";
import type { FaultPlan } from "../pipeline/evaluation-task.ts";
import { choice, int, text } from "../space/field.ts";
import { accuracyInterval } from "../statistics/accuracy-interval.ts";
import { command } from "./command.ts";
import { latencyOptions, showLatencies, stepLatencies } from "./decision-latency.ts";
import { decodedFit, showDecodedFit } from "./decoded-fit.ts";
import { evaluateEventFile } from "./evaluate-events.ts";
import { chosenQueue, queueOptions } from "./queue-options.ts";
import { readNetwork } from "./read-network.ts";
import { recordedNames, recordedOptions, recordingsFor } from "./recorded-options.ts";

/** Options of every command that runs a network file on images. */
export const imageOptions = {
  data: text({ about: "data set: a known name or a folder", default: "mnist" }),
  split: choice({ about: "images to run on", options: ["train", "validation", "test"], default: "test" }),
  images: int({
    about: "first so many images of the split; 0 is all",
    unit: "1",
    low: 0,
    high: 1_000_000_000,
    default: 0,
  }),
};

export const evaluate = command({
  name: "evaluate",
  about: "Run a network on images: accuracy, energy, activity.",
  out: "not used by this command",
  operands: [{ name: "network", about: "network file of an ANN, SNN or event network, or an ONNX file" }],
  options: { ...imageOptions, ...latencyOptions, ...queueOptions, dataFolder: recordedOptions.dataFolder },
  resources: ["memory"],
  details: [
    "With --store an SNN's images are cut into shards that `spikefront worker` processes simulate, on this machine or others; all cores of this one work beside them. The figures are the same.",
    "With --hardware-step-ms latencies of converted, trained and event networks stand on one footing: steps of calibration and of a pipeline are counted, and an event network that answers at t takes t/dt steps, rounded up.",
    `Networks of coding events run on recordings: --data ${recordedNames}; steps and their length are the file's.`,
  ],
  examples: [
    "spikefront evaluate snn.safetensors",
    "spikefront evaluate snn.safetensors --hardware-step-ms 0.1 --pipelined --json",
    "spikefront evaluate snn.safetensors --store postgres://me@db.example.org/studies --only-ask",
    "spikefront evaluate ann.safetensors --split validation --images 1000 --json",
  ],
  async run({ operands, options, given, terminal, memoryBytes, signal, isCancelled, seed = 0 }) {
    const queue = chosenQueue(options, given);
    if ((await fileKind(readFileBytes(operands[0]), operands[0])) === "event-network") {
      if (queue !== undefined)
        throw new UsageError(
          "--store must go with a network of steps, but this one's spikes are in continuous time.",
        );
      const { lines, ...result } = await evaluateEventFile(operands[0], { ...options, memoryBytes });
      for (const line of lines) terminal.write(line);
      return result;
    }
    const run = { ...options, memoryBytes, isCancelled, seed, faults: [] };
    const { model } = await readNetwork(operands[0]);
    const recordings = await recordingsOf(model, options);
    const fit = recordings && (await decodedFit(recordings, { ...run, model }));
    if (fit !== undefined) {
      terminal.write(showDecodedFit(fit));
      return { fit };
    }
    const evaluation = await (queue === undefined
      ? evaluateModelFile(model, recordings, run)
      : evaluateByWorkers(model, {
          ...{ ...run, ...queue, signal },
          threads: availableParallelism(),
          onProgress: (done, total) => terminal.progress({ phase: "simulate", done, total, unit: "image" }),
        }));
    for (const line of showEvaluation(evaluation)) terminal.write(line);
    if (options.hardwareStepMs === 0) return { evaluation };
    const latency = stepLatencies(model, evaluation, options);
    for (const line of showLatencies(latency, evaluation.images)) terminal.write(line);
    return { evaluation, latency };
  },
});

interface Run {
  readonly split: SplitName;
  readonly images: number;
  readonly memoryBytes: number;
  readonly isCancelled: IsCancelled;
  readonly seed: number;
  readonly protection?: ChosenProtection | null;
  readonly faults: readonly FaultPlan[];
  /** The images as spikes, for networks that take recordings. */
  readonly spikes?: InputSpikes;
}

export async function evaluateFile(
  path: string,
  run: Run & { readonly data: string; readonly dataFolder?: string },
): Promise<Evaluation> {
  const { model } = await readNetwork(path);
  return evaluateModelFile(model, await recordingsOf(model, run), run);
}

type Recordings = Awaited<ReturnType<typeof recordingsFor>>;

/** The recordings of `--data`; undefined for images. */
async function recordingsOf(
  model: Model,
  { data, dataFolder = "" }: { readonly data: string; readonly dataFolder?: string },
): Promise<Recordings | undefined> {
  return isRecordedSet(data) ? recordingsFor(model, { name: data, folder: dataFolder }) : undefined;
}

async function evaluateModelFile(
  model: Model,
  recordings: Recordings | undefined,
  run: Run & { readonly data: string },
): Promise<Evaluation> {
  if (recordings?.targets !== undefined)
    throw new UsageError(`--data ${run.data} must hold classes, but is to be decoded. Evaluate tells R².`);
  const dataset = recordings?.dataset ?? (await loadDataset(run.data));
  const spikes = recordings && { spikes: recordings.spikes[run.split] };
  const available = splitOf(dataset, run.split).count;
  return testModel({ ...run, ...spikes, model, dataset, images: run.images === 0 ? available : run.images });
}

async function evaluateByWorkers(
  model: Model,
  run: Omit<PostgresEvaluationOptions, "model" | "dataset"> & { readonly data: string },
): Promise<Evaluation> {
  const dataset = await loadDataset(run.data);
  const images = run.images === 0 ? splitOf(dataset, run.split).count : run.images;
  return evaluateInPostgres({ ...run, model, dataset, images });
}

export async function testModel(
  run: Run & { readonly model: Model; readonly dataset: Dataset },
): Promise<Evaluation> {
  const kernels = await loadKernels({ build: "simd", memoryBytes: run.memoryBytes });
  const images = subset(splitOf(run.dataset, run.split), 0, run.images);
  const { evaluation } = await evaluateModel({ ...run, kernels, images, trial: -1 });
  return evaluation;
}

/** An evaluation in lines for people. */
export function showEvaluation(evaluation: Evaluation): readonly string[] {
  const { kind, images, split, correctPerStep, counts, zeroSkippingCounts, activity, faults } = evaluation;
  const accuracy = accuracyInterval(correctPerStep.at(-1) ?? 0, images);
  const lines = [
    `${kind}, ${images} ${split} images: accuracy ${showInterval(accuracy)} (${accuracy.method})`,
  ];
  if (correctPerStep.length > 1) {
    lines.push(
      `accuracy after each step, %: ${correctPerStep.map((correct) => ((100 * correct) / images).toFixed(1)).join(" ")}`,
    );
  }
  for (const profile of Object.values(profiles)) {
    const { energyPj } = energyOf(counts, profile, "mac-once");
    const skipping =
      zeroSkippingCounts === null ? null : energyOf(zeroSkippingCounts, profile, "mac-once").energyPj;
    const price = energyPj === null ? "cannot be priced" : `${showNj(energyPj)} an inference`;
    lines.push(
      `energy, ${profile.name}: ${price}${skipping === null ? "" : ` (${showNj(skipping)} skipping zeros)`}`,
    );
  }
  for (const { layer, neurons, spikes, silentNeurons, saturatedNeurons } of activity) {
    const rate = spikes / (neurons * images);
    lines.push(
      `${layer}: ${rate.toFixed(3)} spikes a neuron and image, ${silentNeurons} of ${neurons} neurons silent, ${saturatedNeurons} saturated`,
    );
  }
  for (const fault of faults) {
    lines.push(
      `bit-error rate ${fault.bitErrorRate} in ${fault.format} weights, ${fault.seeds.length} seeds, ${fault.images} images: accuracy ${showInterval(faultyAccuracyInterval(fault))}, drop ${showInterval(dropInterval(fault))}`,
    );
  }
  return lines;
}

function showInterval({ value, low, high }: Interval): string {
  const percent = (share: number): string => (100 * share).toFixed(2);
  return `${percent(value)} % (${percent(low)} to ${percent(high)})`;
}

function showNj(energyPj: number): string {
  return `${(energyPj / 1000).toPrecision(4)} nJ`;
}
