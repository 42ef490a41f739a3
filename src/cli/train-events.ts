// `train-events`: an event network by name of an experiment, with whatever is to be otherwise, to a file.

import { availableParallelism } from "node:os";
import { UsageError } from "../base/errors.ts";
import { type EventExperiment, eventExperiments } from "../event-gradient/event-experiments.ts";
import { eventTrainingFields } from "../event-gradient/event-training-fields.ts";
import type { EventCheckpoint, EventTrainingProgress } from "../event-gradient/fit-events.ts";
import { hasRelaxedSimd } from "../kernels/load.ts";
import { writeFileAtomic } from "../node/atomic-file.ts";
import { requireWorkers } from "../node/evaluation-pool.ts";
import { loadValues } from "../node/event-data.ts";
import { eventNetworkBytes } from "../node/event-network-files.ts";
import { testEventModel, trainEventNetwork } from "../node/train-event-network.ts";
import { closest } from "../space/closest.ts";
import { choice, text } from "../space/field.ts";
import { type CommandContext, command } from "./command.ts";
import { showEventEvaluation } from "./evaluate-events.ts";
import { numbers } from "./number-list.ts";

const options = {
  data: text({ about: "data set: a known name or a folder [default: the experiment's]", default: "" }),
  hidden: text({ about: "units of the hidden dense layers [default: the experiment's]", default: "" }),
  thresholds: text({
    about: "thresholds of the layers with neurons, or one for all [default: the experiment's]",
    default: "",
  }),
  maxSpikes: text({
    about: "spikes that the neurons of the layers may fire, or one for all [default: the experiment's]",
    default: "",
  }),
  kernels: choice({
    about: "simd gives the same bits on every machine",
    options: ["auto", "simd", "relaxed"],
    default: "auto",
  }),
  ...eventTrainingFields,
};

const names = Object.keys(eventExperiments);

export const trainEvents = command({
  name: "train-events",
  about: "Train a spiking network in continuous time, by exact gradients of spike times.",
  out: "event network file to write [default: EXPERIMENT.safetensors]",
  operands: [{ name: "experiment", about: `one of ${names.join(", ")}` }],
  options,
  resources: ["memory", "threads"],
  details: [
    ...Object.entries(eventExperiments).map(([name, { about }]) => `${name}: ${about}.`),
    "Options that are not given are the experiment's, not the defaults shown. Trains on the training split, keeps the epoch that is best on the validation split, and tells the accuracy on the test split at the end. A checkpoint stands beside the output while training; run the same command again to continue.",
  ],
  examples: [
    "spikefront train-events yin-yang",
    "spikefront train-events mnist-count --epochs 20 --out count.safetensors",
    "spikefront train-events mnist-count --max-spikes 1 --loss firstSpike --epochs 10",
  ],
  async run(context) {
    const { operands, options: given, terminal, signal, memoryBytes, seed = 0 } = context;
    const experiment = chosenExperiment(context);
    const threads = context.threads ?? availableParallelism();
    requireWorkers(threads);
    const build = given.kernels === "auto" ? (hasRelaxedSimd() ? "relaxed" : "simd") : given.kernels;
    const out = context.out ?? `${operands[0]}.safetensors`;
    const dataset = await loadValues(experiment.data);
    terminal.note(
      `training ${operands[0]} on ${dataset.name}, seed ${seed}, ${threads} threads, ${build} kernels`,
    );
    const training = { experiment, dataset, seed, threads, build, memoryBytes, signal } as const;
    const { model, log } = await trainEventNetwork({
      ...training,
      checkpointPath: `${out}.checkpoint`,
      onProgress: (progress) => terminal.progress(shownProgress(progress)),
      onEpoch: (checkpoint) => terminal.event("epoch", lastEpoch(checkpoint)),
    });
    writeFileAtomic(out, eventNetworkBytes(model));
    const evaluation = await testEventModel(model, { dataset, split: "test", memoryBytes });
    for (const line of showEventEvaluation(evaluation, model, "test")) terminal.write(line);
    terminal.write(`best epoch on validation: ${model.provenance.bestEpoch} of ${log.length}`);
    terminal.write(`network: ${out}`);
    return { network: out, provenance: model.provenance, log, evaluation };
  },
});

function shownProgress({ epoch, epochs, bestValidationAccuracy, isCollapsed }: EventTrainingProgress) {
  return {
    phase: "train",
    done: Math.round(100 * epoch) / 100,
    total: epochs,
    unit: "epoch",
    best: bestValidationAccuracy === 0 ? "" : `${(100 * bestValidationAccuracy).toFixed(2)} % on validation`,
    ...(isCollapsed && { now: "collapsed" }),
  };
}

function lastEpoch({ log }: EventCheckpoint): Record<string, unknown> {
  return { ...log[log.length - 1] };
}

function chosenExperiment({
  operands,
  options: chosen,
  given,
}: CommandContext<typeof options>): EventExperiment {
  const [name] = operands;
  if (!Object.hasOwn(eventExperiments, name)) {
    const guess = closest(name, names);
    throw new UsageError(
      `The experiment must be one of ${names.join(", ")}, but got ${JSON.stringify(name)}.${guess === undefined ? "" : ` Did you mean ${guess}?`}`,
    );
  }
  const experiment = eventExperiments[name];
  const training: Record<string, unknown> = { ...experiment.training };
  for (const field of Object.keys(eventTrainingFields) as (keyof typeof eventTrainingFields)[]) {
    if (given.has(field)) training[field] = chosen[field];
  }
  return {
    ...experiment,
    training,
    data: given.has("data") ? chosen.data : experiment.data,
    network: { ...experiment.network, layers: changedLayers(experiment, chosen) },
  };
}

type Changed = Pick<CommandContext<typeof options>["options"], "hidden" | "thresholds" | "maxSpikes">;

function changedLayers({ network }: EventExperiment, chosen: Changed): EventExperiment["network"]["layers"] {
  const neurons = network.layers.filter(({ kind }) => kind !== "pool");
  const hidden = network.layers.filter(({ kind }) => kind === "dense").slice(0, -1);
  const units = listFor("hidden", chosen.hidden, hidden.length);
  const thresholds = listFor("thresholds", chosen.thresholds, neurons.length);
  const maxSpikes = listFor("max-spikes", chosen.maxSpikes, neurons.length);
  return network.layers.map((layer) => {
    if (layer.kind === "pool") return layer;
    const [n, h] = [neurons.indexOf(layer), hidden.indexOf(layer)];
    const changes = {
      ...(thresholds && { threshold: thresholds[n] }),
      ...(maxSpikes && { maxSpikes: maxSpikes[n] }),
    };
    return layer.kind === "dense"
      ? { ...layer, ...changes, ...(units && h >= 0 && { units: units[h] }) }
      : { ...layer, ...changes };
  });
}

/** @returns undefined where nothing is given */
function listFor(name: string, words: string, length: number): readonly number[] | undefined {
  if (words === "") return undefined;
  const list = numbers(name, words);
  if (list.length === 1) return Array.from({ length }, () => list[0]);
  if (list.length === length) return list;
  throw new UsageError(`--${name} must be 1 or ${length} numbers, but got ${list.length}.`);
}
