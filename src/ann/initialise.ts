// Starting values of a network's parameters.

import { Random } from "../base/random.ts";
import type { Tensor } from "../model/model.ts";
import type { Network } from "../model/network.ts";
import { planNetwork } from "./plan.ts";
import { trainingFields } from "./training-fields.ts";

/**
 * Weights uniform in ±√(6 / fan-in) (He et al. 2015, for relu), biases 0, batch norm at identity,
 * bounds of relus at `initialBound`. Every tensor has a stream of its own, so that adding a layer changes no other's weights.
 */
export function initialise(
  network: Network,
  seed: number,
  initialBound: number = trainingFields.initialBound.default,
): Record<string, Tensor> {
  const tensors: Record<string, Tensor> = {};
  const constant = (name: string, length: number, value: number): void => {
    tensors[name] = { shape: [length], data: new Float32Array(length).fill(value) };
  };
  for (const { layer, inputShape } of planNetwork(network)) {
    if (layer.kind === "dense" || layer.kind === "conv2d") {
      const shape =
        layer.kind === "dense"
          ? [layer.units, inputShape[0]]
          : [layer.channels, inputShape[0] / layer.groups, ...layer.kernel];
      tensors[`${layer.id}.weight`] = { shape, data: heUniform(shape, { seed, id: layer.id }) };
      if (layer.bias) constant(`${layer.id}.bias`, shape[0], 0);
    } else if (layer.kind === "relu") {
      if (layer.bounded) constant(`${layer.id}.bound`, 1, initialBound);
    } else if (layer.kind === "batchNorm") {
      for (const [name, value] of [
        ["gamma", 1],
        ["beta", 0],
        ["mean", 0],
        ["variance", 1],
      ] as const) {
        constant(`${layer.id}.${name}`, inputShape[0], value);
      }
    }
  }
  return tensors;
}

function heUniform(
  shape: readonly number[],
  { seed, id }: { readonly seed: number; readonly id: string },
): Float32Array {
  const fanIn = shape.slice(1).reduce((product, size) => product * size, 1);
  const random = new Random({ seed, trial: -1, purpose: `initialise ${id}`, index: 0 });
  const bound = Math.sqrt(6 / fanIn);
  return Float32Array.from({ length: shape[0] * fanIn }, () => bound * (2 * random.uniform() - 1));
}
