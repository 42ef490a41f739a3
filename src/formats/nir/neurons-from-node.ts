// A node with a state as a layer of neurons, as a dialect has it. Parameters that are the same for all neurons, or
// for all of a channel, become one number, or one a channel.

import { FormatError } from "../../base/errors.ts";
import type { Tensor } from "../../model/model.ts";
import type { Shape } from "../../model/network.ts";
import { sizeOf } from "../../model/shapes.ts";
import type { NeuronForm } from "../../neuron/neuron-form.ts";
import { parametersOf } from "../../neuron/neuron-parameters.ts";
import type { NirDialect } from "./nir-dialect.ts";
import type { NirNeuronType } from "./nir-graph.ts";
import type { NodeValues } from "./node-values.ts";

export interface NeuronsRead {
  readonly form: NeuronForm;
  /**
   * By parameter.
   *
   * @param shape - what arrives at the neurons
   * @throws {FormatError} where the fields are of another
   */
  tensors(shape: Shape): Readonly<Record<string, Tensor>>;
}

/** @throws {FormatError} and {InvalidValueError} naming node and field */
export function neuronsFromNode(
  node: NodeValues,
  fields: readonly string[],
  dialect: NirDialect,
  dtS: number,
): NeuronsRead {
  const neurons = Math.max(...fields.map((field) => node.array(field).data.length));
  const { form, tensors } = dialect.read({
    type: node.type as NirNeuronType,
    where: node.where,
    neurons,
    dtS,
    values(field, otherwise) {
      if (!node.has(field) && otherwise !== undefined) return new Float64Array(neurons).fill(otherwise);
      const { data, shape } = node.array(field);
      if (data.length === 1) return new Float64Array(neurons).fill(data[0]);
      if (data.length === neurons) return data;
      throw new FormatError(
        `${node.where} ${field}`,
        `must have ${neurons} values, as other fields have`,
        shape,
      );
    },
  });
  return {
    form,
    tensors(shape) {
      if (neurons !== 1 && neurons !== sizeOf(shape)) {
        const rule = `must have fields of the shape that arrives, [${shape}]`;
        throw new FormatError(node.where, rule, `${neurons} values`);
      }
      const kept: Record<string, Tensor> = {};
      for (const { name, otherwise } of parametersOf(form, node.where)) {
        const values = tensors[name];
        if (values === undefined) continue;
        const tensor = shortest(Float32Array.from(values), shape[0]);
        if (tensor.data.length > 1 || tensor.data[0] !== otherwise) kept[name] = tensor;
      }
      return kept;
    },
  };
}

function shortest(values: Float32Array, channels: number): Tensor {
  const inChannel = Math.max(1, values.length / channels);
  const isBy = (group: number): boolean =>
    values.every((value, i) => value === values[Math.floor(i / group) * group]);
  if (isBy(values.length)) return { shape: [1], data: values.slice(0, 1) };
  if (!isBy(inChannel)) return { shape: [values.length], data: values };
  return {
    shape: [channels],
    data: Float32Array.from({ length: channels }, (_, c) => values[c * inChannel]),
  };
}
