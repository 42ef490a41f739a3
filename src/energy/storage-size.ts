// Sizes of the memories a network needs, and widths of what lies in them.
//
// Weights are packed at their stored width; every other parameter takes 4 bytes. Activations share
// one buffer that holds the inputs and outputs of the largest dense or conv2d layer.

import { isLinear } from "../model/linear-layer.ts";
import type { Model } from "../model/model.ts";
import type { Shape } from "../model/network.ts";
import { inputId, sizeOf } from "../model/shapes.ts";

/** Bytes of a bias, threshold, potential, or held current. */
export const wordBytes = 4;

/** Bits of a stored weight. */
export function weightBitsOf({ weightFormat }: Model): number {
  return weightFormat.kind === "int" ? weightFormat.bits : 32;
}

/** Width in which products are summed, and potentials held. */
export function sumWidth({ weightFormat }: Model): "float32" | "int32" {
  return weightFormat.kind === "int" ? "int32" : "float32";
}

/** Width of a product with an input of so many bits. */
export function productWidth({ weightFormat }: Model, inputBits: number): string {
  return weightFormat.kind === "int" ? `int${weightFormat.bits}x${inputBits}` : "float32";
}

/** @param parameters - which besides weights are needed to run, e.g. `["bias", "threshold"]` */
export function weightsBytes(model: Model, parameters: readonly string[]): number {
  let bits = 0;
  for (const [name, { data }] of Object.entries(model.tensors)) {
    const parameter = name.slice(name.lastIndexOf(".") + 1);
    if (parameter === "weight") bits += data.length * weightBitsOf(model);
    else if (parameters.includes(parameter)) bits += data.length * 8 * wordBytes;
  }
  return Math.ceil(bits / 8);
}

/** Largest number of bits that the inputs and outputs of a dense or conv2d layer take together. */
export function largestActivationBits(
  model: Model,
  shapes: ReadonlyMap<string, Shape>,
  bitsOf: (sourceId: string) => number,
): number {
  let largest = 0;
  for (const layer of model.network.layers) {
    if (!isLinear(layer)) continue;
    const { id, inputs } = layer;
    const source = signalSource(model, inputs[0].from);
    largest = Math.max(
      largest,
      sizeOf(shapes.get(inputs[0].from) ?? []) * bitsOf(source) + sizeOf(shapes.get(id) ?? []) * bitsOf(id),
    );
  }
  return largest;
}

/** The input, or the layer that is neither pool nor flatten, where a signal comes from. */
export function signalSource(model: Model, id: string): string {
  const layer = model.network.layers.find((candidate) => candidate.id === id);
  if (id === inputId || layer === undefined) return inputId;
  const passes = layer.kind === "flatten" || ["averagePool", "sumPool", "maxPool"].includes(layer.kind);
  return passes ? signalSource(model, layer.inputs[0].from) : id;
}

/** A count under its width; nothing when it is 0. */
export function byWidth(width: string, count: number): Readonly<Record<string, number>> {
  return count === 0 ? {} : { [width]: count };
}
