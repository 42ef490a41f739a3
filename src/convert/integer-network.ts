// A converted network in whole numbers, for hardware without floating point: codes stay as they are, and
// biases, thresholds and potentials are rounded to the units of the codes' sums.
//
// A dense or convolution layer sums in units of its input: pixels instead of x = pixel · scale, and spikes
// worth 1 instead of 1/window, average pools becoming sum pools. What follows is multiplied by that factor
// before it is rounded, so nothing but roundings changes; where thresholds are small whole numbers those
// roundings are large, and the accuracy should be measured again. Pixels as they are make the first sums 255
// times larger: 16 bits are enough for spike codes, constant input wants 32.

import { InvalidValueError } from "../base/errors.ts";
import { isLinear } from "../model/linear-layer.ts";
import type { Arithmetic, Model, Tensor } from "../model/model.ts";
import type { Layer } from "../model/network.ts";
import { type Preprocessing, pixelMaps } from "../model/preprocessing.ts";
import { inputId } from "../model/shapes.ts";
import { validateModel } from "../model/validate-model.ts";

/** What is measured in units of the sums. */
const potentials = ["threshold", "initialPotential", "resetPotential", "minimumPotential"];

/**
 * @param snn - a converted network with stored codes
 * @throws {InvalidValueError} naming what has no whole-numbered form: float32 weights, an input that is not
 * scaled pixels, sums of different units that meet
 */
export function integerNetwork(snn: Model, arithmetic: Extract<Arithmetic, { kind: "integer" }>): Model {
  const { network, inference, preprocessing } = snn;
  if (inference === null || snn.weightFormat.kind !== "int") {
    throw new InvalidValueError(
      "model",
      "must be an SNN with stored codes to become whole-numbered",
      snn.kind,
    );
  }
  const isHeld = inference.coding === "constant";
  const held = isHeld ? heldPixels(snn) : { factor: 1, preprocessing };
  /** How many times larger a layer's values become. */
  const factors = new Map([[inputId, held.factor]]);
  const tensors: Record<string, Tensor> = { ...snn.tensors };
  const layers = network.layers.map((layer): Layer => {
    const factor = factorOf(layer, factors);
    factors.set(layer.id, layer.kind === "neuron" ? 1 : factor);
    if (isLinear(layer)) round(tensors, `${layer.id}.bias`, factor);
    if (layer.kind === "neuron") {
      for (const name of potentials)
        round(tensors, `${layer.id}.${name}`, factor, name === "threshold" ? 1 : undefined);
    }
    if (layer.kind !== "averagePool") return layer;
    factors.set(layer.id, factor * layer.kernel[0] * layer.kernel[1]);
    return { ...layer, kind: "sumPool" };
  });
  const model: Model = {
    ...snn,
    network: { ...network, layers },
    tensors,
    preprocessing: held.preprocessing,
    inference: { ...inference, arithmetic },
    provenance: {
      ...snn.provenance,
      history: [...snn.provenance.history, `whole numbers, potentials of ${arithmetic.potentialBits} bits`],
    },
  };
  validateModel(model);
  return model;
}

/** Pixels as they are instead of x, and how many times larger they are: one factor, as sums have one unit. */
function heldPixels({ preprocessing, network }: Model): { factor: number; preprocessing: Preprocessing } {
  const { maps } = pixelMaps(preprocessing, network.inputShape);
  const [{ scale }] = maps;
  const offsets = maps.map((map) => {
    if (map.scale !== scale) {
      const got = `${scale} and ${map.scale}`;
      throw new InvalidValueError("preprocessing.scale", "must be one for all channels", got);
    }
    const offset = map.offset / scale;
    if (Math.abs(offset - Math.round(offset)) <= 1e-6) return Math.round(offset);
    throw new InvalidValueError(
      "preprocessing.offset",
      "must be whole pixels",
      offset,
      "Train without offset.",
    );
  });
  const offset = offsets.every((value) => value === offsets[0]) ? offsets[0] : offsets;
  return { factor: 1 / scale, preprocessing: { scale: 1, offset } };
}

function factorOf(layer: Layer, factors: ReadonlyMap<string, number>): number {
  const found = layer.inputs.map(({ from }) => factors.get(from) ?? 1);
  const other = found.find((factor) => Math.abs(factor - found[0]) > 1e-6 * found[0]);
  if (other === undefined) return found[0];
  throw new InvalidValueError(
    `layer ${JSON.stringify(layer.id)}`,
    "must join values of one unit to become whole-numbered",
    `${found[0]} and ${other}`,
  );
}

/** @param least - what rounding may not go below */
function round(
  tensors: Record<string, Tensor>,
  name: string,
  factor: number,
  least = Number.NEGATIVE_INFINITY,
): void {
  const tensor = tensors[name];
  if (tensor === undefined) return;
  const data = Float32Array.from(tensor.data, (value) => Math.max(least, Math.round(value * factor)));
  tensors[name] = { shape: tensor.shape, data };
}
