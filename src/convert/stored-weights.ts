// A layer's weights as an SNN stores them: the ANN's own, or multiplied by what the layer's inputs stand for.

import { InvalidValueError } from "../base/errors.ts";
import type { Model, Tensor } from "../model/model.ts";
import type { Conv2dLayer, DenseLayer } from "../model/network.ts";
import { sizeOf } from "../model/shapes.ts";
import { at } from "./broadcast.ts";
import { quantiseTensor, type WeightStorage } from "./quantise-weights.ts";

export interface StoredWeights {
  readonly weight: Tensor;
  /** Absent for float32. */
  readonly scale: Tensor | undefined;
  /** Whether the weights are no longer the ANN's. */
  readonly isChanged: boolean;
}

/**
 * @param inputUnit - ANN value of an input's spike: [1], which leaves the weights alone, or [inputs]
 * @param storage - how float32 weights are stored; default as they are
 * @throws {InvalidValueError} when codes would have to change
 */
export function storedWeights(
  ann: Model,
  layer: DenseLayer | Conv2dLayer,
  inputUnit: Float64Array,
  storage: WeightStorage | undefined,
): StoredWeights {
  const { id } = layer;
  const stored = ann.tensors[`${id}.weight`];
  const isFloat = ann.weightFormat.kind === "float32";
  const isChanged = inputUnit.length > 1;
  if (isChanged && !isFloat) {
    throw new InvalidValueError(
      `layer ${JSON.stringify(id)}`,
      "must have float32 weights, as its inputs have bounds of their own",
      "codes",
      "Convert the float32 network and say how its weights are to be stored.",
    );
  }
  const groups = layer.kind === "conv2d" ? layer.groups : 1;
  const weight = isChanged ? timesInputs(stored, groups, inputUnit) : stored;
  if (!isFloat || storage === undefined || storage.bits === "float32")
    return { weight, scale: ann.tensors[`${id}.scale`], isChanged };
  const scales = id === ann.network.output ? "layer" : storage.scales;
  const [outputs] = weight.shape;
  const { codes, scale } = quantiseTensor(weight.data as Float32Array, outputs, storage.bits, scales);
  return {
    weight: { shape: weight.shape, data: codes },
    scale: { shape: [scale.length], data: scale },
    isChanged,
  };
}

/** Weights times the bound of the input channel or feature they belong to. */
function timesInputs({ shape, data }: Tensor, groups: number, bounds: Float64Array): Tensor {
  const [outputs, inGroup] = shape;
  const taps = sizeOf(shape.slice(2));
  const perGroup = outputs / groups;
  const scaled = Float32Array.from(data, (value, i) => {
    const group = Math.floor(i / (taps * inGroup) / perGroup);
    return value * at(bounds, group * inGroup + (Math.floor(i / taps) % inGroup));
  });
  return { shape, data: scaled };
}
