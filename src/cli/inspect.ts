// `inspect`: what is in a file: a network's layers, shapes, parameters, products, neurons and thresholds; where it
// cannot be read as a network, its tensors, and every part that stands in the way.

import { FormatError, InvalidValueError } from "../base/errors.ts";
import { type NetworkSummary, summariseNetwork } from "../deploy/summarise-network.ts";
import { listedParts, unsupportedParts } from "../deploy/unsupported-parts.ts";
import { type FileKind, fileKind } from "../formats/file-kind.ts";
import { readPytorchTensors } from "../formats/pytorch-tensors.ts";
import { readSafetensors } from "../formats/safetensors.ts";
import type { Tensor } from "../model/model.ts";
import { readFileBytes } from "../node/atomic-file.ts";
import { text } from "../space/field.ts";
import { command } from "./command.ts";
import { wholeNumbers } from "./number-list.ts";
import { readNetwork } from "./read-network.ts";

export const inspect = command({
  name: "inspect",
  about: "Show what is in a network or tensor file; nothing in it is run.",
  out: "not used by this command",
  operands: [{ name: "file", about: "network file, or any file that import reads" }],
  options: {
    inputShape: text({ about: "channels,height,width, where the file leaves sizes open", default: "" }),
  },
  resources: [],
  details: [
    "A file with parts that cannot be read ends with exit code 1, after every such part is named; a file of tensors without a network shows the tensors. What of a network can be read but not be run or converted is named, too.",
  ],
  examples: ["spikefront inspect snn.safetensors", "spikefront inspect model.onnx --json"],
  async run({ operands: [file], options: { inputShape }, terminal }) {
    const shape = inputShape === "" ? {} : { inputShape: wholeNumbers("input-shape", inputShape) };
    const kind = await fileKind(readFileBytes(file), file);
    let refusal: Error;
    try {
      const { model } = await readNetwork(file, shape);
      const network = summariseNetwork(model);
      const unsupported = unsupportedParts(model);
      for (const line of showNetwork(network)) terminal.write(line);
      for (const { hinders, reason } of unsupported) terminal.write(`hinders ${hinders}: ${reason}`);
      return { file, kind, network, unsupported };
    } catch (error) {
      if (!(error instanceof FormatError || error instanceof InvalidValueError)) throw error;
      refusal = error;
    }
    const tensors = tensorsIn(file, kind);
    if (tensors !== null) {
      for (const line of showTensors(tensors)) terminal.write(line);
      return { file, kind, network: null, tensors, unsupported: [] };
    }
    const unsupported = listedParts(refusal.message);
    terminal.write("This is no network that can be read:");
    for (const part of unsupported) terminal.write(`  ${part}`);
    const parts = unsupported.map((reason) => ({ hinders: "reading", reason }));
    return { ok: false, file, kind, network: null, unsupported: parts };
  },
});

interface TensorSummary {
  readonly name: string;
  readonly shape: readonly number[];
  /** As read: float16 and float64 are held as float32, int64 as int32. */
  readonly type: "float32" | "int32" | "int8" | "uint8";
}

/** Tensors without a network, or null where the file holds none. */
function tensorsIn(file: string, kind: FileKind): readonly TensorSummary[] | null {
  if (kind !== "safetensors" && kind !== "pytorch") return null;
  const bytes = readFileBytes(file);
  try {
    const isSafetensors = kind === "safetensors";
    const tensors = isSafetensors ? readSafetensors(bytes, file).tensors : readPytorchTensors(bytes, file);
    return Object.entries(tensors).map(([name, tensor]) => ({
      name,
      shape: tensor.shape,
      type: typeOf(tensor),
    }));
  } catch (error) {
    if (error instanceof FormatError || error instanceof InvalidValueError) return null;
    throw error;
  }
}

function typeOf({ data }: Tensor): TensorSummary["type"] {
  if (data instanceof Float32Array) return "float32";
  if (data instanceof Int32Array) return "int32";
  return data instanceof Int8Array ? "int8" : "uint8";
}

function showTensors(tensors: readonly TensorSummary[]): readonly string[] {
  const lines = tensors.map(({ name, shape, type }) => `${name}: [${shape.join(", ")}] ${type}`);
  return [...lines, `${tensors.length} tensors and no network; import takes them with --network`];
}

function showNetwork(network: NetworkSummary): readonly string[] {
  const { name, kind, inputShape, classes, weights, inference } = network;
  const head = `${name}: ${kind === "ann" ? "ANN" : "SNN"}, [${inputShape.join(", ")}] to ${classes} classes, ${weights} weights`;
  const layers = network.layers.map((layer) => {
    const threshold = layer.threshold?.map((value) => Number(value.toPrecision(5)));
    const parts = [
      `${layer.layer}: ${layer.kind} of ${layer.inputs.join(", ")}, gives [${layer.shape.join(", ")}]`,
      layer.parameters > 0 ? `${layer.parameters} parameters` : "",
      layer.macs > 0 ? `${layer.macs} MACs` : "",
      layer.neurons > 0 ? `${layer.neurons} neurons` : "",
      layer.form === null ? "" : Object.values(layer.form).join(" "),
      threshold === undefined ? "" : `threshold ${[...new Set(threshold)].join(" to ")}`,
    ];
    return parts.filter(Boolean).join(", ");
  });
  const totals = `in all ${network.parameters} parameters, ${network.macs} MACs, ${network.neurons} spiking neurons`;
  if (inference === null) return [head, ...layers, totals];
  const { steps, coding, readout, arithmetic } = inference;
  const run = `runs ${steps} steps, ${coding} input, ${readout} readout, ${arithmetic?.kind ?? "float32"} arithmetic`;
  return [head, ...layers, totals, run];
}
