// Max pools moved before the relus they follow: max relu(z) = relu(max z), so the ANN stays what it is, while
// in the SNN the neurons of a pooled map are fewer and no pool has to compare spikes. The pool then takes the
// largest sum of every step, which is the right one as long as the input is the same at every step, and too
// much where spikes arrive unevenly. Source: Bu et al. 2025.

import type { Model } from "../model/model.ts";
import type { Layer } from "../model/network.ts";

/** A model without such pools comes back as it is. */
export function poolBeforeRelu(ann: Model): Model {
  const { network } = ann;
  const users = (id: string): readonly Layer[] =>
    network.layers.filter(({ inputs }) => inputs.some(({ from }) => from === id));
  /** By relu: the pool that stands right behind it, alone. */
  const poolOf = new Map<string, Layer>();
  for (const layer of network.layers) {
    if (layer.kind !== "maxPool") continue;
    const [{ from }] = layer.inputs;
    const relu = network.layers.find(({ id }) => id === from);
    if (relu?.kind === "relu" && users(from).length === 1 && network.output !== from) poolOf.set(from, layer);
  }
  if (poolOf.size === 0) return ann;
  const reluOf = new Map([...poolOf].map(([relu, pool]) => [pool.id, relu]));
  const layers = network.layers.flatMap((layer): Layer[] => {
    if (reluOf.has(layer.id)) return [];
    const pool = poolOf.get(layer.id);
    if (pool !== undefined) {
      const moved: Layer = { ...pool, inputs: layer.inputs.map((input) => renamed(input, reluOf)) };
      return [moved, { ...layer, inputs: [{ from: pool.id, delay: 0 }] }];
    }
    return [{ ...layer, inputs: layer.inputs.map((input) => renamed(input, reluOf)) }];
  });
  const output = reluOf.get(network.output) ?? network.output;
  return { ...ann, network: { ...network, layers, output } };
}

function renamed<C extends { readonly from: string }>(connection: C, names: ReadonlyMap<string, string>): C {
  return { ...connection, from: names.get(connection.from) ?? connection.from };
}
