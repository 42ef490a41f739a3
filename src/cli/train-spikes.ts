// `train --method surrogate`: what is told of a spiking network on the command line, and the network of that.

import { UsageError } from "../base/errors.ts";
import { codingFields } from "../coding/coding-fields.ts";
import type { Dataset } from "../data/dataset.ts";
import type { Model } from "../model/model.ts";
import type { TimedDataset } from "../recordings/timed-dataset.ts";
import { choice, flag, float, int, type Values } from "../space/field.ts";
import { seriesLosses } from "../surrogate/series-losses.ts";
import { initialiseSpiking, spikingNetwork } from "../surrogate/spiking-network.ts";
import { type SurrogateSettings, surrogateFields } from "../surrogate/surrogate-fields.ts";
import { wholeNumbers } from "./number-list.ts";

const share = (about: string, value: number) => float({ about, unit: "1", low: 0, high: 1, default: value });

/** What describes a spiking network; a file says it by itself. */
const spikingFields = {
  neuron: choice({
    about: "model of the neurons",
    options: ["if", "lif", "cubaLif", "adaptiveLif"],
    default: "lif",
  }),
  reset: choice({
    about: "what a spike does to the potential",
    options: ["subtract", "zero"],
    default: "subtract",
  }),
  threshold: float({
    about: "potential that a spike takes",
    unit: "1",
    low: 1e-3,
    high: 1e3,
    scale: "log",
    default: 1,
  }),
  leak: share("lif, cubaLif, adaptiveLif: share of the potential kept each step", 0.95),
  synapseLeak: share("cubaLif: share of the synaptic current kept each step", 0.5),
  adaptationStrength: float({
    about: "adaptiveLif: what every spike adds to the threshold",
    unit: "1",
    low: 0,
    high: 1e3,
    default: 0.1,
  }),
  adaptationLeak: share("adaptiveLif: share of the raised threshold kept each step", 0.9),
  normByStep: flag({
    about: "batch norm: factors and statistics of every step for itself, which stay layers",
    default: false,
  }),
  coding: codingFields.coding,
  steps: int({ about: "steps of an image", unit: "step", low: 1, high: 4096, default: 25 }),
};

export const spikeTrainingOptions = { ...spikingFields, ...surrogateFields };

type Given = Values<typeof spikeTrainingOptions>;

export function surrogateSettings(options: Given): SurrogateSettings {
  const names = Object.keys(surrogateFields) as (keyof SurrogateSettings)[];
  return Object.fromEntries(names.map((name) => [name, options[name]])) as unknown as SurrogateSettings;
}

/** Options that only the one or the other way of training has. */
export function checkMethod(
  method: "ann" | "surrogate",
  given: ReadonlySet<string>,
  { isFromFile }: { readonly isFromFile: boolean },
): void {
  const refuse = (names: readonly string[], why: string): void => refuseGiven(given, names, why);
  if (method === "ann") {
    refuse(Object.keys(spikeTrainingOptions), "must come with --method surrogate, but that is not given.");
    return;
  }
  const annOnly = ["activation", "levels", "initialBound", "weightBits", "weightScales"];
  refuse(annOnly, "must not be given with --method surrogate: spiking networks have neurons in their place.");
  if (isFromFile) refuse(Object.keys(spikingFields), "must not be given with --from: the file says it.");
}

/** @throws {UsageError} naming the first of some options that is given */
export function refuseGiven(given: ReadonlySet<string>, names: readonly string[], why: string): void {
  const stray = names.find((name) => given.has(name));
  const flagOf = (name: string): string =>
    `--${name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`;
  if (stray !== undefined) throw new UsageError(`${flagOf(stray)} ${why}`);
}

/**
 * The loss asked for, or that of data to decode.
 *
 * @throws {UsageError} for a loss of classes where there are none, and the other way round
 */
export function lossFor(
  loss: SurrogateSettings["loss"],
  given: ReadonlySet<string>,
  recordings: TimedDataset | undefined,
): SurrogateSettings["loss"] {
  if (recordings?.targets === undefined) {
    if (loss === "meanSquared")
      throw new UsageError("--loss meanSquared must come with data to decode (mc-maze, reaching).");
    return loss;
  }
  if (given.has("loss") && loss !== "meanSquared")
    throw new UsageError(`--loss must be meanSquared for ${recordings.dataset.name}, which is decoded.`);
  return "meanSquared";
}

/** A spiking network to train, with what its parameters begin with. */
export function describedSpikingModel(
  options: Given & {
    readonly kind: "mlp" | "cnn";
    readonly hidden: string;
    readonly channels: string;
    readonly kernelSize: number;
    readonly batchNorm: boolean;
  },
  dataset: Dataset,
  seed: number,
  recordings?: TimedDataset,
): Model {
  const { kind, kernelSize: kernel, batchNorm, neuron: model, reset } = options;
  const { isOfSpikes, readout } = seriesLosses[options.loss];
  const input = inputOf(options, recordings);
  if (options.normByStep && !batchNorm)
    throw new UsageError("--norm-by-step must come with --batch-norm, but that is not given.");
  const network = spikingNetwork(
    {
      name: kind,
      kind,
      hidden: wholeNumbers("hidden", options.hidden),
      channels: wholeNumbers("channels", options.channels),
      kernel,
      batchNorm,
      normSteps: options.normByStep ? input.steps : undefined,
      neuron: { model, reset },
      isOutputSpiking: isOfSpikes,
    },
    dataset.train.imageShape,
    dataset.classes.length,
  );
  const { threshold, leak, synapseLeak, adaptationStrength, adaptationLeak } = options;
  return {
    kind: "snn",
    network,
    weightFormat: { kind: "float32" },
    tensors: initialiseSpiking(network, seed, {
      threshold,
      leak,
      synapseLeak,
      adaptationStrength,
      adaptationLeak,
    }),
    preprocessing: { scale: 1 / 255, offset: 0 },
    inference: { ...input, readout },
    classes: dataset.classes,
    provenance: { data: "", seed, commit: "", kernels: "", parent: "", history: [] },
  };
}

/** How a network's input comes: images by a code, or recordings as they are. */
function inputOf(
  { steps, coding }: Given,
  recordings: TimedDataset | undefined,
): Pick<NonNullable<Model["inference"]>, "steps" | "coding" | "dtMs"> {
  if (recordings === undefined) return { steps, coding, dtMs: 1 };
  return { steps: recordings.spikes.train.steps, coding: "events", dtMs: recordings.dtMs };
}
