// `train`: one ANN or spiking network, from nothing or from a trained one, to a network file.

import { availableParallelism } from "node:os";
import type { TrainingProgress } from "../ann/fit.ts";
import { type TrainingSettings, trainingFields } from "../ann/training-fields.ts";
import { UsageError } from "../base/errors.ts";
import { sha256 } from "../base/hash.ts";
import { conversionFields } from "../convert/conversion-fields.ts";
import { quantiseWeights } from "../convert/quantise-weights.ts";
import type { Dataset } from "../data/dataset.ts";
import { readNetworkFile } from "../formats/network-file.ts";
import { hasRelaxedSimd } from "../kernels/load.ts";
import type { Model } from "../model/model.ts";
import type { Network } from "../model/network.ts";
import type { CodeFormat } from "../model/quantise-codes.ts";
import { readFileBytes, writeFileAtomic } from "../node/atomic-file.ts";
import { loadDataset } from "../node/dataset-files.ts";
import { requireWorkers } from "../node/evaluation-pool.ts";
import { isRecordedSet } from "../node/recorded-data.ts";
import { startingModel } from "../node/starting-model.ts";
import { trainModel, trainNetwork } from "../node/train-network.ts";
import type { TimedDataset } from "../recordings/timed-dataset.ts";
import { choice, flag, int, text, type Values } from "../space/field.ts";
import { activationFields, networkOf, reluForm } from "../study/network-spec.ts";
import type { TrainingSpikes } from "../surrogate/surrogate-training.ts";
import { type CommandContext, command } from "./command.ts";
import { decodedFit, showDecodedFit } from "./decoded-fit.ts";
import { showEvaluation, testModel } from "./evaluate.ts";
import { wholeNumbers } from "./number-list.ts";
import { chosenRecordings, recordedNames, recordedOptions } from "./recorded-options.ts";
import {
  checkMethod,
  describedSpikingModel,
  lossFor,
  refuseGiven,
  spikeTrainingOptions,
  surrogateSettings,
} from "./train-spikes.ts";

const trainOptions = {
  data: text({ about: "data set: a known name or a folder", default: "mnist" }),
  ...recordedOptions,
  method: choice({
    about: "ann; surrogate: a spiking network through time, by surrogate gradients",
    options: ["ann", "surrogate"],
    default: "ann",
  }),
  from: text({
    about: "network file of a trained network to go on from; its shape is kept [default: from nothing]",
    default: "",
  }),
  kind: choice({ about: "shape of the network", options: ["mlp", "cnn"], default: "mlp" }),
  hidden: text({ about: "units of the hidden dense layers", default: "256,128" }),
  channels: text({
    about: "cnn: channels of the convolutions, each followed by 2 × 2 average pooling",
    default: "16,32",
  }),
  kernelSize: int({ about: "cnn: side of the kernels", unit: "1", low: 1, high: 15, default: 5 }),
  batchNorm: flag({ about: "batch normalisation after every layer but the last", default: false }),
  ...activationFields,
  weightBits: choice({
    about: "train for weights that will be stored in so many bits",
    options: ["none", "2", "3", "4", "5", "6", "7", "8"],
    default: "none",
  }),
  weightScales: conversionFields.weightScales,
  kernels: choice({
    about: "simd gives the same bits on every machine",
    options: ["auto", "simd", "relaxed"],
    default: "auto",
  }),
  ...trainingFields,
  ...spikeTrainingOptions,
};

/** What a network file says by itself. */
const shapeOptions = ["kind", "hidden", "channels", "kernelSize", "batchNorm"];

export const train = command({
  name: "train",
  about: "Train an ANN or a spiking network on a data set, or train one on.",
  out: "network file to write [default: ann.safetensors, or snn.safetensors]",
  operands: [],
  options: trainOptions,
  resources: ["memory", "threads"],
  details: [
    "Trains on the training split, keeps the epoch that is best on the validation split, and tells the accuracy on the test split at the end. A checkpoint stands beside the output while training; run the same command again to continue.",
    "With --from, relus that become clipped or qcfs begin with the bound that holds 99.9 % of their activations. With --weight-bits, batch norm is folded first, every update and the validation see the codes that convert --weight-bits makes of the weights, and the accuracy at the end is that of the codes; the file keeps float32 weights.",
    "With --method surrogate, losses of spike counts and first spikes make an output of neurons, those of potentials one of leaky integrators; validation and test are simulations of the file's network. --from takes a spiking network file with float32 weights. Networks in continuous time are trained by train-events.",
    "Where a velocity is to be decoded (mc-maze, reaching), windows of a session are the recordings, the loss is meanSquared, and R² is told instead of accuracy.",
    `Of recordings (${recordedNames}) events become spikes on steps, whatever --coding says; --steps and --step-ms are the set's own unless given, and --shift-pixels moves them by whole inputs.`,
  ],
  examples: [
    "spikefront train",
    "spikefront train --data fashion-mnist --hidden 512,256",
    "spikefront train --kind cnn --batch-norm --epochs 6 --out cnn.safetensors",
    "spikefront train --kind cnn --activation qcfs --levels 8 --out qcfs.safetensors",
    "spikefront train --from ann.safetensors --weight-bits 3 --epochs 2 --out ann3.safetensors",
    "spikefront train --method surrogate --hidden 1000 --steps 25 --epochs 5",
    "spikefront train --method surrogate --data n-mnist --pool 2 --loss meanPotential --shift-pixels 1",
    "spikefront train --method surrogate --data reaching --data-folder ./session",
  ],
  async run(context) {
    const { options, given, terminal, signal, memoryBytes, isCancelled } = context;
    checkWords(context);
    const threads = context.threads ?? availableParallelism();
    requireWorkers(threads);
    const build = options.kernels === "auto" ? (hasRelaxedSimd() ? "relaxed" : "simd") : options.kernels;
    const isSpiking = options.method === "surrogate";
    const out = context.out ?? (isSpiking ? "snn.safetensors" : "ann.safetensors");
    const seed = context.seed ?? 0;
    const recordings = await recordingsOf(context);
    const dataset = recordings?.dataset ?? (await loadDataset(options.data));
    const codes = codesOf(options);
    const loss = lossFor(options.loss, given, recordings);
    const start = await startOf({ ...context, options: { ...options, loss } }, dataset, seed, recordings);
    const what = options.from === "" ? options.kind : options.from;
    terminal.note(
      `training ${isSpiking ? "spiking " : ""}${what} on ${dataset.name}, seed ${seed}, ${threads} threads, ${build} kernels`,
    );
    const training = {
      dataset,
      settings: trainingSettings(options),
      seed,
      codes,
      surrogate: isSpiking ? { ...surrogateSettings(options), loss } : undefined,
      spikes: recordings && { ...recordings.spikes, ...targetsOf(recordings) },
      threads,
      build,
      memoryBytes,
      checkpointPath: `${out}.checkpoint`,
      signal,
      onProgress: ({ epoch, epochs, bestValidationAccuracy }: TrainingProgress) =>
        terminal.progress({
          phase: "train",
          done: Math.round(100 * epoch) / 100,
          total: epochs,
          unit: "epoch",
          best:
            bestValidationAccuracy === 0
              ? ""
              : `${(100 * bestValidationAccuracy).toFixed(2)} % on validation`,
        }),
    };
    const { model, file } =
      start === undefined
        ? await trainNetwork({ ...training, network: describedNetwork(options, dataset) })
        : await trainModel({ ...training, model: start });
    writeFileAtomic(out, file);
    const fit =
      recordings && (await decodedFit(recordings, { model, split: "test", seed, memoryBytes, isCancelled }));
    if (fit !== undefined) {
      terminal.write(showDecodedFit(fit));
      terminal.write(`network: ${out}`);
      return { network: out, sha256: await sha256(file), fit };
    }
    const evaluation = await testModel({
      model: codes === undefined ? model : quantiseWeights(model, codes.bits, codes.scales),
      dataset,
      ...(recordings && { spikes: recordings.spikes.test }),
      split: "test",
      images: dataset.test.count,
      memoryBytes,
      isCancelled,
      seed,
      faults: [],
    });
    for (const line of showEvaluation(evaluation)) terminal.write(line);
    terminal.write(`network: ${out}`);
    return { network: out, sha256: evaluation.network, evaluation };
  },
});

type Options = Values<typeof trainOptions>;

function checkWords({ given, options }: CommandContext<typeof trainOptions>): void {
  checkMethod(options.method, given, { isFromFile: options.from !== "" });
  const stray = options.from === "" ? undefined : shapeOptions.find((name) => given.has(name));
  const flagOf = (name: string): string =>
    `--${name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`;
  if (stray !== undefined)
    throw new UsageError(`${flagOf(stray)} must not be given with --from: the file says it.`);
  if (given.has("levels") && options.activation !== "qcfs")
    throw new UsageError("--levels must come with --activation qcfs, but that is not given.");
  if (given.has("weightScales") && options.weightBits === "none")
    throw new UsageError("--weight-scales must come with --weight-bits, but that is not given.");
  if (options.batchNorm && options.weightBits !== "none") {
    throw new UsageError(
      "--weight-bits must come without --batch-norm, which is folded into the stored weights. Train with batch norm first, then train on with --from and --weight-bits.",
    );
  }
}

function codesOf({ weightBits, weightScales: scales }: Options): CodeFormat | undefined {
  return weightBits === "none" ? undefined : { bits: Number(weightBits), scales };
}

function trainingSettings(given: Options): TrainingSettings {
  const names = Object.keys(trainingFields) as (keyof TrainingSettings)[];
  return Object.fromEntries(names.map((name) => [name, given[name]])) as unknown as TrainingSettings;
}

function describedNetwork(given: Options, dataset: Dataset): Network {
  const { kind, kernelSize: kernel, batchNorm, activation, levels } = given;
  const [hidden, channels] = [wholeNumbers("hidden", given.hidden), wholeNumbers("channels", given.channels)];
  const spec = { name: kind, kind, hidden, channels, kernel, batchNorm, activation, levels };
  return networkOf(spec, dataset.train.imageShape, dataset.classes.length);
}

/** The recordings of `--data`; undefined for images. */
async function recordingsOf({
  options,
  given,
}: CommandContext<typeof trainOptions>): Promise<TimedDataset | undefined> {
  if (!isRecordedSet(options.data)) {
    refuseGiven(given, Object.keys(recordedOptions), "must come with recordings (--data), but has images.");
    return undefined;
  }
  if (options.method === "ann")
    throw new UsageError(`--data ${options.data} must come with --method surrogate: it holds recordings.`);
  refuseGiven(given, ["coding"], "must not be given with recordings: they are events.");
  if (options.from === "") {
    return chosenRecordings(options.data, options, given.has("steps") ? options.steps : undefined);
  }
  refuseGiven(given, ["stepMs"], "must not be given with --from: the file says it.");
  const { inference } = readNetworkFile(readFileBytes(options.from), options.from);
  const stepMs = inference?.dtMs ?? 0;
  return chosenRecordings(options.data, { ...options, stepMs }, inference?.steps);
}

/** For those who train and judge; the test part is nobody's. */
function targetsOf({ targets }: TimedDataset): Pick<TrainingSpikes, "targets"> {
  return targets === undefined ? {} : { targets: { train: targets.train, validation: targets.validation } };
}

/** What training begins with; undefined: an ANN described by the options. */
async function startOf(
  context: CommandContext<typeof trainOptions>,
  dataset: Dataset,
  seed: number,
  recordings: TimedDataset | undefined,
): Promise<Model | undefined> {
  const { options } = context;
  if (options.method === "ann") return options.from === "" ? undefined : trainedModel(context, dataset);
  if (options.from === "") return describedSpikingModel(options, dataset, seed, recordings);
  const file = readFileBytes(options.from);
  const model = readNetworkFile(file, options.from);
  return { ...model, provenance: { ...model.provenance, parent: await sha256(file) } };
}

async function trainedModel(
  { options: chosen, given, memoryBytes, isCancelled }: CommandContext<typeof trainOptions>,
  dataset: Dataset,
): Promise<Model> {
  const file = readFileBytes(chosen.from);
  const model = readNetworkFile(file, chosen.from);
  const start = await startingModel(model, chosen.from, {
    dataset,
    activation: given.has("activation") ? reluForm(chosen) : undefined,
    isFolded: chosen.weightBits !== "none",
    initialBound: chosen.initialBound,
    memoryBytes,
    isCancelled,
  });
  return { ...start, provenance: { ...start.provenance, parent: await sha256(file) } };
}
