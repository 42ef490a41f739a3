// Weight sharing: networks of one description that differ in their skips have layers in common, and each layer's
// weights fall into columns, one run for every node that feeds it. A network takes from another the columns of the
// sources that both have, and every other tensor that both have alike. From the network with everything
// concatenated (the supernet) every candidate so has all of its columns; projections of additions it may not.

import { isLinear } from "../model/linear-layer.ts";
import type { Model, Tensor } from "../model/model.ts";
import { inferShapes, sizeOf } from "../model/shapes.ts";
import { layerSources } from "./layer-sources.ts";
import { type SkipNetworkSpec, skipNetwork } from "./skip-network.ts";

type Tensors = Model["tensors"];

/** Weights of a network, by its matrices. */
export interface SharedWeights {
  readonly matrices: readonly string[];
  readonly tensors: Tensors;
}

/**
 * @param to - what stands where there is nothing to inherit
 * @param hasSilentColumns - whether columns of sources that `from` does not have are 0 in place of what `to` has:
 *   the network then begins as if the new concatenations were not there
 * @returns tensors for `to.matrices`, copied
 */
export function inheritWeights(
  spec: SkipNetworkSpec,
  from: SharedWeights,
  to: SharedWeights,
  { hasSilentColumns = false }: { readonly hasSilentColumns?: boolean } = {},
): Record<string, Tensor> {
  const [given, wanted] = [columnsOf(spec, from.matrices), columnsOf(spec, to.matrices)];
  const tensors: Record<string, Tensor> = {};
  for (const [name, tensor] of Object.entries(to.tensors)) {
    const source = from.tensors[name];
    const [columns, others] = [wanted.get(name), given.get(name)];
    if (source !== undefined && columns !== undefined && others !== undefined)
      tensors[name] = mergeColumns(source, others, tensor, columns, hasSilentColumns);
    else {
      const isAlike = source !== undefined && String(source.shape) === String(tensor.shape);
      const { shape, data } = isAlike ? source : tensor;
      tensors[name] = { shape, data: data.slice() };
    }
  }
  return tensors;
}

/** Source node of every run of columns of a layer's weight, with its length, in order. */
type Columns = readonly { readonly node: number; readonly length: number }[];

/** By tensor name, of the layers of blocks. */
function columnsOf(spec: SkipNetworkSpec, matrices: readonly string[]): ReadonlyMap<string, Columns> {
  const network = skipNetwork(spec, matrices);
  const shapes = inferShapes(network);
  const layers = new Map(network.layers.map((layer) => [layer.id, layer]));
  const columns = new Map<string, Columns>();
  for (const [b, block] of spec.blocks.entries()) {
    for (const { node, parts } of layerSources(block, matrices[b])) {
      const layer = layers.get(`block${b + 1}-${node}-weights`);
      if (layer === undefined || !isLinear(layer)) continue;
      const [{ from }] = layer.inputs;
      const source = layers.get(from);
      const joined = source?.kind === "concat" ? source.inputs.map((input) => input.from) : [from];
      const taps = layer.kind === "dense" ? 1 : sizeOf([layer.kernel].flat());
      const lengths = joined.map((id) => (shapes.get(id)?.[0] ?? 0) * taps);
      columns.set(
        `${layer.id}.weight`,
        parts.map((part, k) => ({ node: part.node, length: lengths[k] })),
      );
    }
  }
  return columns;
}

function mergeColumns(
  source: Tensor,
  given: Columns,
  target: Tensor,
  wanted: Columns,
  hasSilentColumns: boolean,
): Tensor {
  const data = Float32Array.from(target.data);
  const [width, sourceWidth] = [target, source].map(({ shape }) => sizeOf(shape.slice(1)));
  let offset = 0;
  for (const { node, length } of wanted) {
    let from = 0;
    const place = given.findIndex((run) => run.node === node && run.length === length);
    for (let k = 0; k < place; k++) from += given[k].length;
    for (let row = 0; row < target.shape[0]; row++) {
      const to = row * width + offset;
      if (place >= 0) {
        const start = row * sourceWidth + from;
        data.set(source.data.subarray(start, start + length), to);
      } else if (hasSilentColumns) data.fill(0, to, to + length);
    }
    offset += length;
  }
  return { shape: target.shape, data };
}
