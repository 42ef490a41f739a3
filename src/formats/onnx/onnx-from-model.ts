// An ANN as an ONNX file that stands alone: it takes pixels 0…255, so preprocessing is its first nodes, and gives
// class scores. Operator set 13, IR version 8; names of classes and the network's history are metadata.

import { InvalidValueError } from "../../base/errors.ts";
import type { Model } from "../../model/model.ts";
import { sizeOf } from "../../model/shapes.ts";
import { validateModel } from "../../model/validate-model.ts";
import type { Loss } from "../loss.ts";
import { elementTypes, modelMessage } from "./onnx-schema.ts";
import { many, one } from "./protobuf-message.ts";
import { encodeMessage, type MessageData } from "./write-message.ts";
import { pixelsName, writeNodes } from "./write-nodes.ts";

export interface WrittenOnnx {
  readonly bytes: Uint8Array<ArrayBuffer>;
  readonly losses: readonly Loss[];
}

export interface OnnxWriteOptions {
  /** Whether stored codes stay int8, each tensor with a DequantizeLinear behind. Default true. */
  readonly keepsCodes?: boolean;
}

/** Fields that are written and never read here. */
const stringPair = { key: one(1, "string"), value: one(2, "string") } as const;
const writtenMessage = {
  ...modelMessage,
  producerVersion: one(3, "string"),
  graph: {
    ...modelMessage.graph,
    type: {
      ...modelMessage.graph.type,
      node: {
        ...modelMessage.graph.type.node,
        type: {
          ...modelMessage.graph.type.node.type,
          attribute: {
            ...modelMessage.graph.type.node.type.attribute,
            type: { ...modelMessage.graph.type.node.type.attribute.type, type: one(20, "int64") },
          },
        },
      },
    },
  },
  metadata: many(14, stringPair),
} as const;

const operatorSet = 13;
const irVersion = 8;

/** @throws {InvalidValueError} for spiking networks, and models that do not hold together */
export function onnxFromModel(model: Model, { keepsCodes = true }: OnnxWriteOptions = {}): WrittenOnnx {
  const shapes = validateModel(model);
  if (model.kind !== "ann") {
    throw new InvalidValueError(
      "network",
      "must be an ANN for ONNX, which has no spiking neurons",
      "an SNN",
      "Export the ANN it was made from, or choose another target.",
    );
  }
  const { network, classes, provenance } = model;
  const { nodes, initializers, output, losses } = writeNodes(model, keepsCodes);
  const scores = shapes.get(network.output) ?? [];
  const data: MessageData = {
    irVersion,
    producerName: "spikefront",
    operatorSet: [{ domain: "", version: operatorSet }],
    graph: {
      node: nodes,
      name: network.name,
      initializer: initializers,
      input: [valueData(pixelsName, network.inputShape)],
      output: [valueData(output, scores)],
    },
    metadata: [
      { key: "classes", value: JSON.stringify(classes) },
      { key: "history", value: JSON.stringify(provenance.history) },
    ],
  };
  return {
    bytes: encodeMessage(writtenMessage, data),
    losses: [...losses, ...commonLosses(model, keepsCodes, sizeOf(scores))],
  };
}

function valueData(name: string, shape: readonly number[]): MessageData {
  const dim = [{ parameter: "batch" }, ...shape.map((value) => ({ value }))];
  return { name, type: { tensor: { elementType: elementTypes.float, shape: { dim } } } };
}

function commonLosses({ weightFormat }: Model, keepsCodes: boolean, classes: number): readonly Loss[] {
  const losses: Loss[] = [
    {
      where: "classes",
      what: `the names of ${classes} classes`,
      consequence: "They are metadata of the file, which tools do not read; scores are in their order.",
    },
  ];
  if (weightFormat.kind === "float32") return losses;
  losses.push(
    keepsCodes
      ? {
          where: "weightFormat",
          what: `that weights are codes of ${weightFormat.bits} bits`,
          consequence: "They are int8 in the file; runtimes and readers turn them into float32.",
        }
      : {
          where: "weightFormat",
          what: `codes of ${weightFormat.bits} bits`,
          consequence: "Weights take four bytes each, and faults strike float32 numbers.",
        },
  );
  return losses;
}
