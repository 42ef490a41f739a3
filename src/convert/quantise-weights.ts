// Post-training weight quantisation: symmetric, one scale a layer or one an output channel.
//
//   code = clip(round(w / scale), −L, L),  L = 2^(bits−1) − 1,  scale = clipping / L
// Ties round away from zero, so that −w always gets the negated code of w. From 5 bits on,
// clipping = max|w| and nothing is clipped. Up to 4 bits the few levels are better spent on the bulk:
// clipping is the share of max|w| among 1.00, 0.99 … 0.20 with the least squared error
// (the largest of equals), for 2 bits down to 0.20.
// Biases stay float32: they are few, and conversion rescales them anyway.

import { InvalidValueError } from "../base/errors.ts";
import type { Model, Tensor } from "../model/model.ts";
import { validateModel } from "../model/validate-model.ts";

/** Widths up to this many bits get the clipping with the least squared error. */
const searchedBits = 4;

/** How weights are stored: codes of so many bits with their scales, or float32. */
export interface WeightStorage {
  readonly bits: number | "float32";
  readonly scales: WeightScales;
}

export type WeightScales = "layer" | "channel";

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

/** @param outputs - output channels, the first axis of the weights */
export function quantiseTensor(
  weights: ArrayLike<number>,
  outputs: number,
  bits: number,
  scales: WeightScales,
): { readonly codes: Int8Array; readonly scale: Float32Array } {
  const parts = scales === "channel" ? outputs : 1;
  const size = weights.length / parts;
  const codes = new Int8Array(weights.length);
  const scale = new Float32Array(parts);
  for (let part = 0; part < parts; part++) {
    const own = parts === 1 ? weights : Array.prototype.slice.call(weights, part * size, (part + 1) * size);
    const quantised = quantise(own, bits);
    codes.set(quantised.codes, part * size);
    scale[part] = quantised.scale;
  }
  return { codes, scale };
}

interface Quantised {
  readonly codes: Int8Array;
  readonly scale: number;
}

function quantise(weights: ArrayLike<number>, bits: number): Quantised {
  const limit = 2 ** (bits - 1) - 1;
  let maximum = 0;
  for (let i = 0; i < weights.length; i++) maximum = Math.max(maximum, Math.abs(weights[i]));
  // A layer of zeros has no scale of its own; any positive one stands for it.
  if (Math.fround(maximum / limit) === 0) return { codes: new Int8Array(weights.length), scale: 1 };
  const whole = encode(weights, maximum / limit, limit);
  if (bits > searchedBits) return whole;
  let best = whole;
  let leastError = squaredError(weights, whole);
  for (let percent = 99; percent >= 20; percent--) {
    const candidate = encode(weights, (maximum * percent) / 100 / limit, limit);
    const error = squaredError(weights, candidate);
    if (error < leastError) {
      best = candidate;
      leastError = error;
    }
  }
  return best;
}

function encode(weights: ArrayLike<number>, wantedScale: number, limit: number): Quantised {
  // The stored float32 scale is the one codes are meant for.
  const scale = Math.fround(wantedScale);
  const codes = new Int8Array(weights.length);
  for (let i = 0; i < weights.length; i++) {
    const magnitude = Math.min(limit, Math.floor(Math.abs(weights[i]) / scale + 0.5));
    codes[i] = weights[i] < 0 ? -magnitude : magnitude;
  }
  return { codes, scale };
}

function squaredError(weights: ArrayLike<number>, { codes, scale }: Quantised): number {
  let sum = 0;
  for (let i = 0; i < weights.length; i++) {
    const error = weights[i] - scale * codes[i];
    sum += error * error;
  }
  return sum;
}
