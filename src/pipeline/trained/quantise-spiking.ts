// A trained spiking network with its weights stored as integer codes: what a code of 1 is worth goes into the
// threshold of the neurons behind the layer and into its bias, as in converted networks, so that potentials are in
// units of the codes. Sums of spikes weigh nothing, so every layer has a scale of its own.

import { foldBatchNorm } from "../../convert/fold-batch-norm.ts";
import { quantiseWeights } from "../../convert/quantise-weights.ts";
import { isLinear } from "../../model/linear-layer.ts";
import type { Model, Tensor } from "../../model/model.ts";
import { validateModel } from "../../model/validate-model.ts";

/**
 * @param trained - float32 weights; every layer of neurons behind one with weights. Batch norm is folded.
 * @param bits - of a weight, 2 to 8
 * @throws {InvalidValueError} for other widths, and models that hold codes already
 */
export function quantiseSpiking(trained: Model, bits: number): Model {
  const model = quantiseWeights(foldBatchNorm(trained), bits);
  const tensors: Record<string, Tensor> = { ...model.tensors };
  const scaleOf = (layer: string): number => tensors[`${layer}.scale`].data[0];
  const divide = (name: string, scale: number): void => {
    const tensor = tensors[name];
    if (tensor === undefined) return;
    tensors[name] = { ...tensor, data: Float32Array.from(tensor.data, (value) => value / scale) };
  };
  const layers = new Map(model.network.layers.map((layer) => [layer.id, layer]));
  for (const layer of model.network.layers) {
    if (isLinear(layer)) divide(`${layer.id}.bias`, scaleOf(layer.id));
    if (layer.kind !== "neuron") continue;
    const source = layers.get(layer.inputs[0].from);
    if (source !== undefined && isLinear(source)) divide(`${layer.id}.threshold`, scaleOf(source.id));
  }
  const stored = { ...model, tensors };
  validateModel(stored);
  return stored;
}
