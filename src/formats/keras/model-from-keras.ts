// A Keras network made into a model: .h5 files of Keras 2 and 3, which hold a description and weights, and
// .keras archives, which hold both as files. Nothing of the file is executed: layers of Python code are refused
// like all others that cannot be read, by name.
//
// Keras has channels last, networks here have them first: images [height, width, channels] are taken as
// [channels, height, width].

import { FormatError } from "../../base/errors.ts";
import { sha256 } from "../../base/hash.ts";
import type { Model } from "../../model/model.ts";
import type { Shape } from "../../model/network.ts";
import type { Preprocessing } from "../../model/preprocessing.ts";
import { openHdf5 } from "../hdf5/open-hdf5.ts";
import { modelFromGraph } from "../onnx/model-from-graph.ts";
import { inOrder, short } from "../onnx/onnx-graph.ts";
import { graphInput } from "../onnx/onnx-input.ts";
import { elementTypes, type OnnxTensor } from "../onnx/onnx-schema.ts";
import { isZip, zipEntries } from "../zip-entries.ts";
import { kerasDialect } from "./keras-layers.ts";
import { graphInputValue, type KerasGraph, kerasGraph } from "./keras-network.ts";
import { type NetworkWeights, weightsOfArchive, weightsOfFile } from "./keras-weights.ts";

export interface KerasOptions {
  /** How pixels become the input of the file's network. Default: pixels as they are, 0…255. */
  readonly preprocessing?: Preprocessing;
  /** [features], [channels, length] or [channels, height, width], where the file leaves sizes open. */
  readonly inputShape?: Shape;
  /** Default: "0", "1", … */
  readonly classes?: readonly string[];
}

/**
 * @param where - the file's name, for messages
 * @throws {FormatError} for bytes that are no whole Keras file, {InvalidValueError} for networks with layers that
 * cannot be read, naming each
 */
export async function modelFromKeras(
  bytes: Uint8Array,
  where: string,
  options: KerasOptions = {},
): Promise<Model> {
  const { description, weights, version } = await (isZip(bytes) ? fromArchive : fromFile)(bytes, where);
  const graph = kerasGraph(description, weights, where);
  const input = {
    name: graphInputValue,
    type: { tensor: { elementType: elementTypes.float, shape: inputDims(graph) } },
  };
  const outputs = [graph.output];
  const nodes = inOrder(graph.nodes, new Set([graphInputValue, ...graph.numbers.keys()]), outputs, where);
  const given = graphInput(input, options.inputShape, where);
  const image = given.sizes.length > 1 ? `; its input taken as [${given.shape}], channels first` : "";
  return modelFromGraph(
    // Clip takes its bounds as inputs from opset 11 on, which is what layers are lowered by.
    { name: graph.name, opset: 13, input, outputs, nodes, initializers: constantsOf(graph) },
    {
      ...options,
      input: given,
      where,
      dialect: kerasDialect,
      fileBytes: () => bytes.length,
      parent: await sha256(new Uint8Array(bytes)),
      source: `a file of Keras ${version}${image}`,
    },
  );
}

function constantsOf({ numbers }: KerasGraph): ReadonlyMap<string, OnnxTensor> {
  const none = { floatData: [], int32Data: [], int64Data: [], uint64Data: [], externalData: [] };
  const rest = { rawData: undefined, dataLocation: undefined, dataType: elementTypes.double, ...none };
  return new Map(
    [...numbers].map(([name, data]) => [name, { ...rest, name, dims: [data.length], doubleData: [...data] }]),
  );
}

/** Channels come first. A size of 0 is one left open. */
function inputDims({ inputSizes }: KerasGraph) {
  if (inputSizes === undefined) return undefined;
  const turned = [...inputSizes.slice(-1), ...inputSizes.slice(0, -1)];
  return { dim: [null, ...turned].map((size) => ({ value: size ?? 0, parameter: undefined })) };
}

interface Parts {
  readonly description: unknown;
  readonly weights: NetworkWeights;
  readonly version: string;
}

async function fromFile(bytes: Uint8Array, where: string): Promise<Parts> {
  const root = await openHdf5(bytes, where);
  const [text] = root.text("model_config") ?? [];
  if (text === undefined) {
    throw new FormatError(
      where,
      "must hold a network with its weights",
      root.names.slice(0, 12).map(short),
      "Save it by model.save(), not by save_weights().",
    );
  }
  const member = root.member("model_weights");
  if (member.kind === "dataset") throw new FormatError(member.path, "must be a group", "a data set");
  const [version = "2"] = root.text("keras_version") ?? [];
  return { description: parsed(text, `${where}: model_config`), weights: weightsOfFile(member), version };
}

async function fromArchive(bytes: Uint8Array, where: string): Promise<Parts> {
  const entries = zipEntries(bytes, where);
  const entry = (name: string): Uint8Array => {
    const found = entries.get(name);
    if (found !== undefined) return found;
    const names = [...entries.keys()].slice(0, 12).map(short);
    throw new FormatError(where, `must hold ${name}, as archives of Keras do`, names);
  };
  const textOf = (name: string): unknown =>
    parsed(new TextDecoder().decode(entry(name)), `${where}: ${name}`);
  const description = textOf("config.json");
  const root = await openHdf5(entry("model.weights.h5"), `${where}: model.weights.h5`);
  const metadata = entries.has("metadata.json")
    ? (textOf("metadata.json") as { keras_version?: unknown })
    : null;
  const version = short(String(metadata?.keras_version ?? "3"));
  return { description, weights: weightsOfArchive(root), version };
}

function parsed(text: string, where: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new FormatError(
      where,
      "must be JSON",
      error instanceof Error ? short(error.message) : "other text",
    );
  }
}
