// The edges of a block, as a drawing wants them.

import { layerSources } from "./layer-sources.ts";
import { type SkipBlock, skipField } from "./skip-block.ts";

export interface SkipEdge {
  readonly from: number;
  readonly to: number;
  readonly kind: "chain" | "add" | "concat";
}

/**
 * Edges of the layers that are alive, by the nodes they enter.
 *
 * @throws {InvalidValueError} as `layerSources`
 */
export function skipEdges(block: SkipBlock, matrix: string): readonly SkipEdge[] {
  const { isChained } = skipField(block);
  return layerSources(block, matrix).flatMap(({ node: to, parts }) =>
    parts.flatMap(({ kind, node, added }) => [
      { from: node, to, kind: kind === "concat" ? kind : isChained ? ("chain" as const) : ("add" as const) },
      ...added.map((from) => ({ from, to, kind: "add" as const })),
    ]),
  );
}
