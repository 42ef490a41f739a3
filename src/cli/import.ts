// `import`: another framework's network into a network file: files that hold a whole network as they are, parameters
// alone with a description of the network they belong to.

import { existsSync } from "node:fs";
import { UsageError } from "../base/errors.ts";
import { sha256 } from "../base/hash.ts";
import { knownDatasets } from "../data/known-datasets.ts";
import { type FileKind, fileKind } from "../formats/file-kind.ts";
import { readNetworkDescription } from "../formats/network-description.ts";
import { writeNetworkFile } from "../formats/network-file.ts";
import { readPytorchTensors } from "../formats/pytorch-tensors.ts";
import { type NirOptions, type NirProfile, nirProfiles } from "../formats/read-nir.ts";
import { readSafetensors } from "../formats/safetensors.ts";
import { modelFromStateDict } from "../formats/state-dict.ts";
import { isLinear } from "../model/linear-layer.ts";
import type { Model, Tensor } from "../model/model.ts";
import type { Network } from "../model/network.ts";
import { normalisedBy, type Preprocessing } from "../model/preprocessing.ts";
import { residualNetwork } from "../model/resnet.ts";
import { inferShapes, sizeOf } from "../model/shapes.ts";
import { readFileBytes, writeFileAtomic } from "../node/atomic-file.ts";
import type { Values } from "../space/field.ts";
import { choice, flag, float, int, text } from "../space/field.ts";
import { networkOf } from "../study/network-spec.ts";
import { command } from "./command.ts";
import { numbers, wholeNumbers } from "./number-list.ts";
import { kebab } from "./parse-arguments.ts";
import { readNetwork } from "./read-network.ts";

const options = {
  network: text({
    about: "resnet20 (or any resnet of depth 6n + 2), mlp, cnn, or a JSON file that describes it",
    default: "",
  }),
  inputShape: text({
    about: "channels,height,width [default: 3,32,32 for resnet, 1,28,28 for mlp and cnn]",
    default: "",
  }),
  classes: text({
    about: "how many, or their names, or a known data set's name [default: as the network has, else 10]",
    default: "",
  }),
  pixelMean: text({
    about: "mean that was subtracted from pixels in 0…1: one number, or one a channel",
    default: "0",
  }),
  pixelStd: text({ about: "standard deviation they were then divided by, likewise", default: "1" }),
  outputName: text({
    about: "ONNX: the value that holds the class scores [default: the file's only output]",
    default: "",
  }),
  names: text({ about: "JSON file that maps layer ids to the file's module names", default: "" }),
  shortcut: choice({
    about: "resnet: shortcuts into larger stages, padded by silent channels or learned",
    options: ["identity", "projection"],
    default: "identity",
  }),
  hidden: text({ about: "mlp and cnn: units of the hidden dense layers", default: "256,128" }),
  channels: text({
    about: "cnn: channels of the convolutions, each followed by 2 × 2 average pooling",
    default: "16,32",
  }),
  kernelSize: int({ about: "cnn: side of the kernels", unit: "1", low: 1, high: 15, default: 5 }),
  batchNorm: flag({
    about: "mlp and cnn: batch normalisation after every layer but the last",
    default: false,
  }),
  profile: choice({
    about:
      "NIR: the tool whose reading of neurons is followed; auto: the file's writer if it is known, else nir",
    options: ["auto", ...nirProfiles],
    default: "auto",
  }),
  dtMs: float({
    about: "NIR: length of a step [default: as the profile has it]",
    unit: "ms",
    low: 1e-6,
    high: 1000,
    default: 0.1,
  }),
  steps: int({ about: "NIR: steps of an inference", unit: "1", low: 1, high: 65_536, default: 100 }),
  coding: choice({
    about: "NIR: how input enters; events: it already is spikes",
    options: ["events", "constant", "rate", "poisson", "latency", "latencyLog", "phase"],
    default: "events",
  }),
};

export const importNetwork = command({
  name: "import",
  about: "Make a network file from another framework's network.",
  out: "network file to write [default: ann.safetensors]",
  operands: [
    {
      name: "file",
      about:
        "ONNX, Keras (.h5, .keras) or NIR; or PyTorch's .pt, .pth or .th with a state dict, or safetensors; nothing in it is run",
    },
  ],
  options,
  resources: [],
  details: [
    "What a file is its bytes say, not its name.",
    "ONNX and Keras files hold the whole network; they take --pixel-mean, --pixel-std (default: pixels 0…255 as they are), --input-shape (where the file leaves sizes open) and --classes; ONNX files also --output-name, where they have several outputs. What cannot be read is refused by name, all at once. A NIR file holds a whole spiking network, but not how its neurons are stepped: --profile, --dt-ms, --steps and --coding say that.",
    "Other files hold tensors by name, not how layers are connected: --network says that. Tensors are matched by --names; else by equal names; else in order, shape by shape. What does not fit is told all at once.",
  ],
  examples: [
    "spikefront import model.onnx --pixel-mean 0.1307 --pixel-std 0.3081",
    "spikefront import model.keras --pixel-mean 0 --pixel-std 1",
    "spikefront import cnn.nir --profile sinabs --dt-ms 1 --steps 300",
    "spikefront import a.th --network resnet20 --pixel-mean .485,.456,.406 --pixel-std .229,.224,.225",
    "spikefront import b.pt --network resnet32 --shortcut projection --classes cifar10",
    "spikefront import mnist.pt --network mlp --hidden 512 --pixel-mean 0.1307 --pixel-std 0.3081",
    "spikefront import weights.safetensors --network network.json --names names.json",
  ],
  async run({ operands, options, given, out = "ann.safetensors", terminal }) {
    const [file] = operands;
    const bytes = readFileBytes(file);
    const kind = await fileKind(bytes, file);
    const { model, fixed } =
      kind in wholeNetworks
        ? { model: await fromWhole(file, kind, options, given), fixed: {} }
        : await fromStateDict(bytes, file, kind, options);
    const { network } = model;
    const written = writeNetworkFile(model);
    writeFileAtomic(out, written);
    const layers = summary(model, fixed);
    const parameters = layers.reduce((sum, layer) => sum + layer.parameters, 0);
    for (const { layer, kind, shape, parameters: own } of layers) {
      terminal.write(`${layer}: ${kind}, gives [${shape.join(", ")}]${own > 0 ? `, ${own} parameters` : ""}`);
    }
    terminal.write(`${network.name}: ${layers.length} layers, ${parameters} parameters`);
    const notes = model.provenance.history;
    for (const note of notes) terminal.write(note);
    terminal.write(`network: ${out}`);
    return { network: out, sha256: await sha256(written), parameters, layers, notes };
  },
});

type Options = Values<typeof options>;

interface Imported {
  readonly model: Model;
  readonly fixed: Described["fixed"];
}

async function fromStateDict(
  bytes: Uint8Array<ArrayBuffer>,
  file: string,
  kind: FileKind,
  options: Options,
): Promise<Imported> {
  const tensors = readTensors(bytes, file, kind);
  const { network, fixed, biases } = describedNetwork(options);
  const model = modelFromStateDict(tensors, network, {
    preprocessing: preprocessingOf(options),
    classes: classNames(options.classes, outputSize(network)),
    fixed,
    biases,
    parent: await sha256(bytes),
    ...(options.names !== "" && { names: readNames(options.names) }),
  });
  return { model, fixed };
}

/** By kind of file that says how its layers are connected: its name, and the options it leaves something for. */
const wholeNetworks: Readonly<
  Partial<Record<FileKind, { name: string; takes: readonly (keyof Options)[] }>>
> = {
  onnx: { name: "an ONNX file", takes: ["pixelMean", "pixelStd", "inputShape", "classes", "outputName"] },
  keras: { name: "a Keras file", takes: ["pixelMean", "pixelStd", "inputShape", "classes"] },
  nir: { name: "a NIR file", takes: ["profile", "dtMs", "steps", "coding"] },
};

async function fromWhole(
  file: string,
  kind: FileKind,
  options: Options,
  given: ReadonlySet<string>,
): Promise<Model> {
  const { name, takes } = wholeNetworks[kind] ?? { name: kind, takes: [] };
  const stray = [...given].find((option) => option in options && !takes.includes(option as keyof Options));
  if (stray !== undefined) {
    throw new UsageError(
      `--${kebab(stray)} must not be given for ${name}, which says so itself. Leave it out.`,
    );
  }
  const { classes, inputShape, outputName } = options;
  const isNormalised = given.has("pixelMean") || given.has("pixelStd");
  const { model } = await readNetwork(file, {
    ...(isNormalised && { preprocessing: preprocessingOf(options) }),
    ...(inputShape !== "" && { inputShape: wholeNumbers("input-shape", inputShape) }),
    ...(classes !== "" && { classes: classNames(classes, 0) }),
    ...(outputName !== "" && { outputName }),
    nir: nirOptions(options, given),
  });
  return model;
}

function nirOptions({ profile, dtMs, steps, coding }: Options, given: ReadonlySet<string>): NirOptions {
  return {
    ...(profile !== "auto" && { profile: profile as NirProfile }),
    ...(given.has("dtMs") && { dtMs }),
    ...(given.has("steps") && { steps }),
    ...(given.has("coding") && { coding: coding as NonNullable<NirOptions["coding"]> }),
  };
}

/** @throws {UsageError} for a network file, {FormatError} for files that are none of tensors */
function readTensors(bytes: Uint8Array, file: string, kind: FileKind): Readonly<Record<string, Tensor>> {
  if (kind === "pytorch") return readPytorchTensors(bytes, file);
  if (kind === "network") {
    throw new UsageError(
      `${file} must be another framework's, but it is a network file already. Use it as it is.`,
    );
  }
  const { tensors } = readSafetensors(bytes, file);
  // Such files are sorted by type or as text, which puts layer 10 before layer 2.
  const order = new Intl.Collator("en", { numeric: true });
  return Object.fromEntries(Object.entries(tensors).sort(([a], [b]) => order.compare(a, b)));
}

interface Described {
  readonly network: Network;
  readonly fixed: Readonly<Record<string, Tensor>>;
  readonly biases: "asDescribed" | "asInFile";
}

function describedNetwork(options: Options): Described {
  const { network: name, kernelSize: kernel, batchNorm, shortcut } = options;
  const [, depth] = /^resnet(\d+)$/.exec(name) ?? [];
  if (depth !== undefined) {
    const inputShape = imageShape(options, [3, 32, 32]);
    const classes = classCount(options.classes) ?? 10;
    return {
      ...residualNetwork({ depth: Number(depth), shortcut, inputShape, classes }),
      biases: "asDescribed",
    };
  }
  if (name === "mlp" || name === "cnn") {
    const hidden = wholeNumbers("hidden", options.hidden);
    const channels = wholeNumbers("channels", options.channels);
    const spec = { name, kind: name, hidden, channels, kernel, batchNorm } as const;
    const network = networkOf(spec, imageShape(options, [1, 28, 28]), classCount(options.classes) ?? 10);
    return { network, fixed: {}, biases: "asInFile" };
  }
  if (name !== "" && existsSync(name)) {
    const description = new TextDecoder().decode(readFileBytes(name));
    return { network: readNetworkDescription(description, name), fixed: {}, biases: "asDescribed" };
  }
  throw new UsageError(
    `--network must be resnet20, mlp, cnn or a JSON file that is there, but got ${JSON.stringify(name)}. The file to import does not say how its layers are connected.`,
  );
}

function imageShape(
  { inputShape }: Options,
  otherwise: readonly [number, number, number],
): readonly [number, number, number] {
  if (inputShape === "") return otherwise;
  const [channels, height, width, ...rest] = wholeNumbers("input-shape", inputShape);
  if (width !== undefined && rest.length === 0) return [channels, height, width];
  throw new UsageError(`--input-shape must be channels,height,width, but got "${inputShape}".`);
}

function outputSize(network: Network): number {
  return sizeOf(inferShapes(network).get(network.output) ?? []);
}

/** Undefined where nothing is given. */
function classCount(given: string): number | undefined {
  return given === "" ? undefined : classNames(given, 0).length;
}

/** @param count - where nothing is given */
function classNames(given: string, count: number): readonly string[] {
  const numbered = (many: number): readonly string[] => Array.from({ length: many }, (_, i) => String(i));
  if (given === "") return numbered(count);
  if (Object.hasOwn(knownDatasets, given)) return knownDatasets[given].classes;
  if (!/^\d+$/.test(given)) return given.split(",").map((name) => name.trim());
  const many = Number(given);
  if (many >= 1 && many <= 65_536) return numbered(many);
  throw new UsageError(`--classes must be from 1 to 65536, but got ${given}.`);
}

function preprocessingOf({ pixelMean, pixelStd }: Options): Preprocessing {
  const [mean, std] = [numbers("pixel-mean", pixelMean), numbers("pixel-std", pixelStd)];
  const zero = std.find((value) => !(value > 0));
  if (zero !== undefined) throw new UsageError(`--pixel-std must be above 0, but got ${zero}.`);
  const channels = Math.max(mean.length, std.length);
  if ([mean, std].some(({ length }) => length !== 1 && length !== channels)) {
    throw new UsageError(
      `--pixel-mean and --pixel-std must have as many numbers, but got ${mean.length} and ${std.length}.`,
    );
  }
  const all = ([first, ...others]: readonly number[]): readonly number[] =>
    others.length > 0 ? [first, ...others] : new Array<number>(channels).fill(first);
  const { scale, offset } = normalisedBy(all(mean), all(std));
  return channels === 1 ? { scale: scale[0], offset: offset[0] } : { scale, offset };
}

function readNames(file: string): Readonly<Record<string, string>> {
  let value: unknown;
  try {
    value = JSON.parse(new TextDecoder().decode(readFileBytes(file)));
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
  }
  const isMap = typeof value === "object" && value !== null && !Array.isArray(value);
  if (isMap && Object.values(value as object).every((name) => typeof name === "string")) {
    return value as Readonly<Record<string, string>>;
  }
  throw new UsageError(`${file} must be a JSON object that maps layer ids to module names.`);
}

interface LayerSummary {
  readonly layer: string;
  readonly kind: string;
  readonly shape: readonly number[];
  /** Learned ones; a batch norm's statistics are none. */
  readonly parameters: number;
}

function summary({ network, tensors }: Model, fixed: Described["fixed"]): readonly LayerSummary[] {
  const shapes = inferShapes(network);
  return network.layers.map((layer) => {
    const names = isLinear(layer) ? ["weight", "bias"] : layer.kind === "batchNorm" ? ["gamma", "beta"] : [];
    const parameters = names.reduce((sum, name) => {
      const tensor = `${layer.id}.${name}`;
      return tensor in fixed ? sum : sum + (tensors[tensor]?.data.length ?? 0);
    }, 0);
    return { layer: layer.id, kind: layer.kind, shape: shapes.get(layer.id) ?? [], parameters };
  });
}
