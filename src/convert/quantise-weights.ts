// Post-training weight quantisation: symmetric, one scale a layer or one an output channel. The rule of the
// codes is model/quantise-codes.ts.
//
// Biases stay float32: they are few, and conversion rescales them anyway.

import { InvalidValueError } from "../base/errors.ts";
import type { Model, Tensor } from "../model/model.ts";
import { quantiseTensor, type WeightScales } from "../model/quantise-codes.ts";
import { validateModel } from "../model/validate-model.ts";

export { quantiseTensor, type WeightScales };

/** How weights are stored: codes of so many bits with their scales, or float32. */
export interface WeightStorage {
  readonly bits: number | "float32";
  readonly scales: WeightScales;
}

/**
 * Store the weights of all dense and conv2d layers as integer codes.
 *
 * @param model - ANN with float32 weights, batch norm folded
 * @param bits - bits a weight, 2 to 8
 * @param scales - one a layer, or one an output channel; the output layer has one either way, as the sums of
 * its classes are compared
 * @returns the model with Int8Array codes and a float32 `scale` for each layer, [1] or [channels]
 * @throws {InvalidValueError} for other widths, and for models that hold codes already
 */
export function quantiseWeights(model: Model, bits: number, scales: WeightScales = "layer"): Model {
  if (!Number.isInteger(bits) || bits < 2 || bits > 8) {
    throw new InvalidValueError("weightBits", "must be a whole number from 2 to 8", bits);
  }
  if (model.weightFormat.kind !== "float32") {
    throw new InvalidValueError("weightFormat", "must be float32 to be quantised", model.weightFormat.kind);
  }
  const norm = model.network.layers.find((layer) => layer.kind === "batchNorm");
  if (norm !== undefined) {
    throw new InvalidValueError(
      `layer ${JSON.stringify(norm.id)}`,
      "must be folded before quantising",
      "batchNorm",
      "Call foldBatchNorm first.",
    );
  }
  validateModel(model);
  const tensors: Record<string, Tensor> = { ...model.tensors };
  for (const { id, kind } of model.network.layers) {
    if (kind !== "dense" && kind !== "conv2d") continue;
    const { shape, data } = tensors[`${id}.weight`];
    const own = id === model.network.output ? "layer" : scales;
    const { codes, scale } = quantiseTensor(data, shape[0], bits, own);
    tensors[`${id}.weight`] = { shape, data: codes };
    tensors[`${id}.scale`] = { shape: [scale.length], data: scale };
  }
  const { provenance } = model;
  const line = `weights quantised to ${bits} bits${scales === "channel" ? ", a scale by channel" : ""}`;
  return {
    ...model,
    weightFormat: { kind: "int", bits },
    tensors,
    provenance: { ...provenance, history: [...provenance.history, line] },
  };
}
