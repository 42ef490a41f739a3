// A trained network whose relus become other ones: the start of fine-tuning for few steps.

import type { Model, Tensor } from "../model/model.ts";
import type { ReluLayer } from "../model/network.ts";

/**
 * Give all relus of a network one form.
 *
 * @param boundOf - λ > 0 for a relu that has none yet; those that have one keep it
 * @returns the model with the new layers and their bounds; everything else is shared
 */
export function withActivation(
  model: Model,
  form: Pick<ReluLayer, "bounded" | "levels">,
  boundOf: (layerId: string) => number,
): Model {
  const tensors: Record<string, Tensor> = { ...model.tensors };
  const layers = model.network.layers.map((layer) => {
    if (layer.kind !== "relu") return layer;
    const { id, kind, inputs } = layer;
    const name = `${id}.bound`;
    if (!form.bounded) delete tensors[name];
    else tensors[name] ??= { shape: [1], data: Float32Array.of(boundOf(id)) };
    return { id, kind, inputs, ...form };
  });
  return { ...model, network: { ...model.network, layers }, tensors };
}
