// A network with wrong values in its memory: what a permanent fault leaves to run.
//
// Weights, biases, thresholds and leaks are changed as their formats hold them; a value struck more than once
// is changed in the order of the list, bit pattern by bit pattern. Only tensors with a struck value are
// copied. The result may hold what validateModel refuses, NaN weights among it: engines define what that does.

import { InvalidValueError } from "../base/errors.ts";
import type { Model, Tensor, TensorData } from "../model/model.ts";
import type { Fault } from "./fault.ts";
import { checkFault, leakTensors, type StoredFloat } from "./fault-sites.ts";
import { changePattern, decodeValue, encodeValue, type NumberFormat } from "./number-format.ts";
import { storedModel } from "./stored-model.ts";

/**
 * @param model - validated ANN or SNN; not changed
 * @param faults - permanent ones (`steps` null) of weights, biases, thresholds and leaks; those of no step at
 * all change nothing
 * @param options - `storedAs`: how the weights of a float32 network are held. All of them are read through it
 * @throws {InvalidValueError} as `checkFault` does, and for faults that no stored value can hold
 */
export function struckModel(
  model: Model,
  faults: readonly Fault[],
  { storedAs }: { readonly storedAs?: StoredFloat } = {},
): Model {
  const stored = storedModel(model, storedAs);
  const byTensor = new Map<string, { readonly format: NumberFormat; readonly faults: Fault[] }>();
  for (const [i, fault] of faults.entries()) {
    if (fault.steps !== null && fault.steps.length === 0) continue;
    const { format } = checkFault(model, fault, `faults[${i}]`, storedAs);
    const name = tensorName(model, fault, `faults[${i}]`);
    const group = byTensor.get(name) ?? { format, faults: [] };
    byTensor.set(name, group);
    group.faults.push(fault);
  }
  if (byTensor.size === 0) return stored;
  const tensors: Record<string, Tensor> = { ...stored.tensors };
  for (const [name, { format, faults: own }] of byTensor) {
    const { shape, data } = tensors[name];
    tensors[name] = { shape, data: struckData(data, own, format) };
  }
  return { ...stored, tensors };
}

/** Name of the tensor that holds the value. @throws {InvalidValueError} where none does, or not for all steps */
function tensorName({ tensors }: Model, { target, layer, steps }: Fault, where: string): string {
  const parameters = target === "leak" ? leakTensors : [target];
  const name = parameters.map((parameter) => `${layer}.${parameter}`).find((candidate) => tensors[candidate]);
  if (name === undefined || target === "potential" || target === "spike" || target === "input") {
    throw new InvalidValueError(
      `${where} target`,
      "must be weight, bias, threshold or leak to be a network of its own",
      target,
      "A simulator strikes what changes from step to step.",
    );
  }
  if (steps === null) return name;
  throw new InvalidValueError(`${where} steps`, "must be null to be a network of its own", [...steps]);
}

/**
 * A copy with the changes. Patterns of float32 weights stay bit for bit what they are, NaNs too. Whole
 * numbers of 32 bits come as such: a float32 does not hold them all.
 */
function struckData(data: TensorData, faults: readonly Fault[], format: NumberFormat): TensorData {
  if (format === "float32" && data instanceof Float32Array) {
    const copy = data.slice();
    const patterns = new Uint32Array(copy.buffer);
    for (const { element, change } of faults)
      patterns[element] = changePattern(format, patterns[element], change);
    return copy;
  }
  const copy = format === "int32" ? Int32Array.from(data) : data.slice();
  const patterns = new Map<number, number>();
  for (const { element, change } of faults) {
    const pattern = patterns.get(element) ?? encodeValue(format, data[element]);
    patterns.set(element, changePattern(format, pattern, change));
  }
  for (const [element, pattern] of patterns) copy[element] = decodeValue(format, pattern);
  return copy;
}
