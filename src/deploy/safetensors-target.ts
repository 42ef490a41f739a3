// `safetensors`: spikefront's own network file, which any safetensors reader opens as tensors by name. It holds
// all of a network; reading it back gives the same model, bit for bit.
//
// Weights are stored codes, or with `weights float32` plain numbers for tools that know of no codes:
//
//   ANN  weight = scale · code      SNN  weight = code, as thresholds carry all scales (model/model.ts)

import type { Loss } from "../formats/loss.ts";
import { writeNetworkFile } from "../formats/network-file.ts";
import { isLinear } from "../model/linear-layer.ts";
import { type Model, type Tensor, tensorOf } from "../model/model.ts";
import { choice } from "../space/field.ts";
import { exportTarget } from "./export-target.ts";

export const weightsField = choice({
  about: "safetensors and onnx: weights as they are stored, or codes turned into float32",
  options: ["stored", "float32"],
  default: "stored",
});

export const safetensorsTarget = exportTarget({
  name: "safetensors",
  about: "spikefront's network file: all of the network, tensors for any safetensors reader",
  extension: ".safetensors",
  settings: { weights: weightsField },
  async write(model, { stem, settings }) {
    const { model: written, losses } =
      settings.weights === "float32" ? withFloatWeights(model) : { model, losses: [] };
    const bytes = writeNetworkFile(written);
    const figures = { bytes: bytes.length, tensors: Object.keys(written.tensors).length };
    const lines = [`${figures.tensors} tensors, ${bytes.length} bytes`];
    return { files: [{ name: `${stem}.safetensors`, bytes }], losses, figures, lines };
  },
});

/** The same network with float32 weights; it computes the same, but for the rounding of scale · code. */
export function withFloatWeights(model: Model): { readonly model: Model; readonly losses: readonly Loss[] } {
  const { weightFormat, network, inference, provenance } = model;
  if (weightFormat.kind === "float32") return { model, losses: [] };
  const tensors: Record<string, Tensor> = { ...model.tensors };
  for (const layer of network.layers) {
    const [codes, scale] = ["weight", "scale"].map((name) => tensorOf(model, layer.id, name));
    if (!isLinear(layer) || codes === undefined || scale === undefined) continue;
    const run = codes.data.length / scale.data.length;
    const factor = (i: number): number => (model.kind === "snn" ? 1 : scale.data[Math.floor(i / run)]);
    const data = Float32Array.from(codes.data, (code, i) => code * factor(i));
    tensors[`${layer.id}.weight`] = { shape: codes.shape, data };
    delete tensors[`${layer.id}.scale`];
  }
  const losses: Loss[] = [
    {
      where: "weightFormat",
      what: `codes of ${weightFormat.bits} bits`,
      consequence: "Weights take four bytes each, and faults strike float32 numbers.",
    },
  ];
  if (inference?.arithmetic?.kind === "integer") {
    losses.push({
      where: "inference.arithmetic",
      what: "integer arithmetic, which needs codes",
      consequence: "The network runs in float32: potentials no longer saturate or wrap.",
    });
  }
  const history = [...provenance.history, "codes turned into float32 weights"];
  const floats: Model = {
    ...model,
    weightFormat: { kind: "float32" },
    tensors,
    inference: inference && withoutArithmetic(inference),
    provenance: { ...provenance, history },
  };
  return { model: floats, losses };
}

function withoutArithmetic(inference: NonNullable<Model["inference"]>): NonNullable<Model["inference"]> {
  const { arithmetic: _, ...rest } = inference;
  return rest;
}
