// A float32 network whose weights are held in 16 bits: read back, they are what the format has nearest to them.

import type { Model, Tensor } from "../model/model.ts";
import { checkStoredAs, type StoredFloat } from "./fault-sites.ts";
import { decodeValue, encodeValue } from "./number-format.ts";

/**
 * @param storedAs - default: as the model has them
 * @returns the model itself where every weight already is such a value
 * @throws {InvalidValueError} for weights that are codes
 */
export function storedModel(model: Model, storedAs?: StoredFloat): Model {
  checkStoredAs(model, storedAs);
  if (storedAs === undefined || storedAs === "float32") return model;
  const changed: Record<string, Tensor> = {};
  for (const { id } of model.network.layers) {
    const weight = model.tensors[`${id}.weight`];
    if (weight === undefined) continue;
    const { shape, data } = weight;
    const read = Float32Array.from(data, (value) => decodeValue(storedAs, encodeValue(storedAs, value)));
    if (read.some((value, i) => value !== data[i])) changed[`${id}.weight`] = { shape, data: read };
  }
  if (Object.keys(changed).length === 0) return model;
  return { ...model, tensors: { ...model.tensors, ...changed } };
}
