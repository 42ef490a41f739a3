// All trainable parameters of a network as one flat vector, and its batch-norm statistics as another:
// what optimisers update, threads share and checkpoints keep.

import type { Tensor } from "../model/model.ts";
import type { Network, Shape } from "../model/network.ts";
import { initialise } from "./initialise.ts";

export interface Slot {
  /** Tensor name, `<layer id>.<parameter>`. */
  readonly name: string;
  readonly shape: Shape;
  readonly offset: number;
  readonly length: number;
}

export interface ParameterLayout {
  /** weight, bias, gamma, beta, bound. */
  readonly parameters: readonly Slot[];
  readonly parameterCount: number;
  /** mean, variance. */
  readonly statistics: readonly Slot[];
  readonly statisticCount: number;
}

export function layoutOf(network: Network): ParameterLayout {
  const entries = Object.entries(initialise(network, 0));
  const isStatistic = ([name]: readonly [string, Tensor]): boolean => /\.(mean|variance)$/.test(name);
  return layoutOfTensors(
    entries.filter((entry) => !isStatistic(entry)),
    entries.filter(isStatistic),
  );
}

type NamedTensor = readonly [name: string, tensor: Tensor];

/** The layout of tensors in their order. */
export function layoutOfTensors(
  trained: readonly NamedTensor[],
  gathered: readonly NamedTensor[],
): ParameterLayout {
  const [parameters, parameterCount] = place(trained);
  const [statistics, statisticCount] = place(gathered);
  return { parameters, parameterCount, statistics, statisticCount };
}

/** Copy tensors into a flat vector. */
export function pack(
  slots: readonly Slot[],
  tensors: Readonly<Record<string, Tensor>>,
  flat: Float32Array,
): void {
  for (const { name, offset } of slots) flat.set(tensors[name].data, offset);
}

/** Tensors with copies of a flat vector's values. */
export function unpack(slots: readonly Slot[], flat: Float32Array): Record<string, Tensor> {
  return Object.fromEntries(
    slots.map(({ name, shape, offset, length }) => [
      name,
      { shape, data: flat.slice(offset, offset + length) },
    ]),
  );
}

function place(entries: readonly NamedTensor[]): readonly [Slot[], number] {
  let offset = 0;
  const slots = entries.map(([name, { shape, data }]) => {
    const slot = { name, shape, offset, length: data.length };
    // Slots begin at multiples of 16 bytes, so that vectors can be loaded whole.
    offset += Math.ceil(data.length / 4) * 4;
    return slot;
  });
  return [slots, offset];
}
