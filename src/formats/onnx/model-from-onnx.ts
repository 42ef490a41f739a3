// An ONNX file made into a model. ONNX (Apache-2.0, github.com/onnx/onnx) describes a graph of operators; here
// every operator becomes a layer, is merged into one, or is refused by name before any work is done: all of
// them at once, each with its reason.
//
// Values are float32 and the batch is left out. Nothing of the file is executed.

import { sha256 } from "../../base/hash.ts";
import type { Model } from "../../model/model.ts";
import type { Shape } from "../../model/network.ts";
import type { Preprocessing } from "../../model/preprocessing.ts";
import { modelFromGraph } from "./model-from-graph.ts";
import type { ExternalData } from "./onnx-constant.ts";
import { checkedGraph, short } from "./onnx-graph.ts";
import { graphInput } from "./onnx-input.ts";
import { onnxDialect } from "./onnx-operators.ts";
import { modelMessage } from "./onnx-schema.ts";
import { decodeMessage } from "./protobuf-message.ts";

export interface OnnxOptions {
  /** How pixels become the input of the file's network. Default: pixels as they are, 0…255. */
  readonly preprocessing?: Preprocessing;
  /** [features], [channels, length] or [channels, height, width], where the file leaves sizes open. */
  readonly inputShape?: Shape;
  /** The value that holds the class scores, where the file has several outputs. Default: its only output. */
  readonly outputName?: string;
  /** Default: "0", "1", … */
  readonly classes?: readonly string[];
  /** Where weights in files of their own come from. Default: such networks are refused. */
  readonly externalData?: ExternalData;
}

/**
 * @param where - the file's name, for messages
 * @throws {FormatError} for bytes that are no whole ONNX file, {InvalidValueError} for networks with nodes that
 * cannot be read, naming each
 */
export async function modelFromOnnx(
  bytes: Uint8Array,
  where: string,
  options: OnnxOptions = {},
): Promise<Model> {
  const file = decodeMessage(bytes, modelMessage, where);
  const { externalData, outputName, ...described } = options;
  const graph = checkedGraph(file, where, outputName);
  const beside = new Map<string, number>();
  const external: ExternalData | undefined =
    externalData &&
    ((location) => {
      const found = externalData(location);
      beside.set(location, found?.length ?? 0);
      return found;
    });
  const producer = short(file.producerName ?? "");
  return modelFromGraph(graph, {
    ...described,
    input: graphInput(graph.input, options.inputShape, where),
    where,
    external,
    dialect: onnxDialect,
    fileBytes: () => [...beside.values()].reduce((sum, length) => sum + length, bytes.length),
    parent: await sha256(new Uint8Array(bytes)),
    source: `an ONNX file${producer === "" ? "" : ` of ${producer}`}`,
  });
}
