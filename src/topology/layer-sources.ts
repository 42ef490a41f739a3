// What feeds each layer of a block, read from its matrix:
//
//   x_j = concat(y_a + Σ P y_i, { y_k })    a: the layer before (chained), or the nearest that is added; i: other
//                                           nodes that are added; k: nodes that are concatenated, in their order
//
// The parts of an input stand by their nodes, so that weights can be kept by where their inputs come from.

import { InvalidValueError } from "../base/errors.ts";
import { canonicalAdjacency, cellsOf } from "../space/adjacency.ts";
import { checkValue } from "../space/resolve.ts";
import { type SkipBlock, skipField, skipKinds } from "./skip-block.ts";

export interface SourcePart {
  /** A sum has the layer before it or the nearest node that is added, and `added`. */
  readonly kind: "sum" | "concat";
  /** The node whose shape the part has. */
  readonly node: number;
  /** Nodes that are added to it. */
  readonly added: readonly number[];
}

export interface LayerSources {
  /** From 1; the layer's place in the block. */
  readonly node: number;
  readonly parts: readonly SourcePart[];
}

/**
 * The layers that are alive, in order.
 *
 * @throws {InvalidValueError} for a matrix that is none of the block's, or that joins output and input by no way
 */
export function layerSources(block: SkipBlock, matrix: string): readonly LayerSources[] {
  const field = skipField(block);
  checkValue("skips", field, matrix);
  const cells = cellsOf(field, canonicalAdjacency(field, matrix));
  const last = block.widths.length;
  const sources: LayerSources[] = [];
  for (let node = 1; node <= last; node++) {
    const from = (kind: "add" | "concat"): number[] =>
      cells.filter((cell) => cell.to === node && skipKinds[cell.kind] === kind).map((cell) => cell.from);
    const summed = field.isChained ? [...from("add"), node - 1] : from("add");
    const nearest = summed.at(-1);
    const sum =
      nearest === undefined ? [] : [{ kind: "sum" as const, node: nearest, added: summed.slice(0, -1) }];
    const parts = [...sum, ...from("concat").map((k) => ({ kind: "concat" as const, node: k, added: [] }))];
    if (parts.length > 0) sources.push({ node, parts });
  }
  if (sources.at(-1)?.node !== last) {
    const hint = "Give the last layer an edge that a way from the input leads to.";
    throw new InvalidValueError("skips", "must join the block's input and its last layer", matrix, hint);
  }
  return sources;
}
