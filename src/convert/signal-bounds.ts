// Which bound every signal of the network is measured in.
//
// A spike of a neuron layer stands for its bound λ; pools and flatten pass that on. Layers that
// meet in an add or concat must speak of the same λ, and as weights may not change, they are all
// given the largest of theirs. The input's λ is 1 and cannot be changed, so it may not meet others.
//
// Supported: relu after dense or conv2d; dense, conv2d, pools, flatten, add, concat of relus (through
// pools, flatten, add, concat) or of the input; a dense or conv2d output, or a relu output.
// Everything else is refused by name; above all an add, concat, pool or flatten of the values of a
// dense or conv2d layer before its relu, and two of these layers in a row.

import { InvalidValueError } from "../base/errors.ts";
import type { Layer, Network } from "../model/network.ts";
import { inputId } from "../model/shapes.ts";

/**
 * Find every layer's bound.
 *
 * @param network - ANN without batch norm
 * @param wanted - bound each relu layer would have by itself, > 0, by layer id
 * @returns bound by layer id for all layers that carry activations, and 1 for the input; layers
 * that give raw sums (dense, conv2d) have none
 * @throws {InvalidValueError} naming the layer that cannot be converted
 */
export function signalBounds(
  network: Network,
  wanted: ReadonlyMap<string, number>,
): ReadonlyMap<string, number> {
  const groups = new Groups();
  /** A relu's id or the input's, whose spikes the layer passes on; absent for raw sums. */
  const sources = new Map<string, string>([[inputId, inputId]]);
  for (const layer of network.layers) {
    const source = sourceOf(layer, sources, groups);
    if (source !== undefined) sources.set(layer.id, source);
  }
  const bounds = new Map<string, number>();
  for (const [id, bound] of wanted) {
    const group = groups.of(id);
    bounds.set(group, Math.max(bound, bounds.get(group) ?? 0));
  }
  bounds.set(groups.of(inputId), 1);
  return new Map([...sources].map(([id, source]) => [id, bounds.get(groups.of(source)) ?? 1]));
}

function sourceOf(layer: Layer, sources: ReadonlyMap<string, string>, groups: Groups): string | undefined {
  const where = `layer ${JSON.stringify(layer.id)}`;
  const delayed = layer.inputs.find(({ delay }) => delay > 0);
  if (delayed)
    throw new InvalidValueError(where, "must have inputs without delay to be converted", delayed.delay);
  if (layer.kind === "batchNorm" || layer.kind === "neuron") {
    throw new InvalidValueError(
      where,
      "must be of a kind that can be converted",
      layer.kind,
      layer.kind === "batchNorm" ? "Call foldBatchNorm first." : "Convert the ANN it was made from.",
    );
  }
  const signals = layer.inputs.map(({ from }) => sources.get(from));
  if (layer.kind === "relu") {
    if (signals[0] === undefined) return layer.id;
    throw new InvalidValueError(
      where,
      "must directly follow a dense or conv2d layer to become spiking",
      layer.inputs[0].from,
    );
  }
  const raw = layer.inputs.find(({ from }) => !sources.has(from));
  if (raw !== undefined) {
    throw new InvalidValueError(
      where,
      "must take activations, not the sums of a dense or conv2d layer before its relu",
      raw.from,
      "Put a relu between the two.",
    );
  }
  switch (layer.kind) {
    case "dense":
    case "conv2d":
      return undefined;
    case "averagePool":
    case "maxPool":
    case "flatten":
      return signals[0];
    case "add":
    case "concat":
      for (const signal of signals) groups.join(signals[0] ?? inputId, signal ?? inputId, where);
      return signals[0];
  }
}

/** Sets of relus (or the input) that share one bound. */
class Groups {
  readonly #parents = new Map<string, string>();

  of(id: string): string {
    let root = id;
    for (let parent = this.#parents.get(root); parent !== undefined; parent = this.#parents.get(root))
      root = parent;
    return root;
  }

  join(a: string, b: string, where: string): void {
    const [rootA, rootB] = [this.of(a), this.of(b)];
    if (rootA === rootB) return;
    if (rootA === inputId || rootB === inputId) {
      throw new InvalidValueError(
        where,
        "must not join the network's input with spikes, as the input cannot be rescaled",
        [a, b],
        "Send the input through a dense or conv2d layer and a relu first.",
      );
    }
    this.#parents.set(rootB, rootA);
  }
}
