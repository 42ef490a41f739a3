// Edges with delays as NIR has them: an edge that closes a loop brings the step before by itself, every other delay
// is a node on the way.

import { InvalidValueError } from "../../base/errors.ts";
import type { Shape } from "../../model/network.ts";
import { sizeOf } from "../../model/shapes.ts";
import { flatGraph, flatInput } from "./flat-graph.ts";
import type { NirGraph, NirNode } from "./nir-graph.ts";
import { float32Array } from "./nir-values.ts";
import { edgeKey, orderNodes } from "./order-nodes.ts";

/** The node the graph's input is. */
export const inputName = "input";

export interface DelayedEdge {
  readonly from: string;
  readonly to: string;
  readonly delay: number;
}

export interface DelaySettings {
  readonly dtS: number;
  readonly takesDelays: boolean;
  readonly profile: string;
  /** What a node gives. */
  readonly shapes: ReadonlyMap<string, Shape>;
}

export interface DelayedGraph {
  readonly graph: NirGraph;
  readonly isRecurrent: boolean;
}

/** @throws {InvalidValueError} naming an edge that cannot be held */
export function graphWithDelays(
  nodes: ReadonlyMap<string, NirNode>,
  edges: readonly DelayedEdge[],
  { dtS, takesDelays, profile, shapes }: DelaySettings,
): DelayedGraph {
  refuseTwins(edges);
  const plain = edges.map(({ from, to }) => [from, to] as const);
  const { late } = orderNodes(
    flatGraph({ type: "NIRGraph", nodes, edges: plain }, "the network"),
    "the network",
  );
  const all = new Map(nodes);
  const joined: (readonly [string, string])[] = [];
  for (const { from, to, delay } of edges) {
    const isLate = late.has(edgeKey(from === inputName ? flatInput : from, to));
    if (isLate && delay === 0) {
      throw new InvalidValueError(
        `layer ${JSON.stringify(from)}`,
        "must be held back where its values leave the neurons of a loop, as in NIR",
        `a delay elsewhere on the way back from ${JSON.stringify(to)}`,
      );
    }
    const steps = delay - Number(isLate);
    if (steps === 0) {
      joined.push([from, to]);
      continue;
    }
    const where = `layer ${JSON.stringify(to)}`;
    if (!takesDelays)
      throw new InvalidValueError(
        where,
        `must have no delays, as ${profile} reads none`,
        `${delay} steps`,
        "Choose another profile.",
      );
    let name = `${from}_to_${to}`;
    while (all.has(name)) name += "_";
    const shape = shapes.get(from) ?? [1];
    const delays = new Float64Array(sizeOf(shape)).fill(steps * dtS);
    all.set(name, { type: "Delay", parameters: { delay: float32Array(shape, delays) } });
    joined.push([from, name], [name, to]);
  }
  return { graph: { type: "NIRGraph", nodes: all, edges: joined }, isRecurrent: late.size > 0 };
}

/** @throws {InvalidValueError} for the same values twice, which are not twice the values: equal edges are one */
function refuseTwins(edges: readonly DelayedEdge[]): void {
  const seen = new Set<string>();
  for (const { from, to } of edges) {
    const key = edgeKey(from, to);
    if (seen.has(key)) {
      const rule = `must not add values of ${JSON.stringify(from)} twice with different delays, as NIR takes edges once`;
      throw new InvalidValueError(`layer ${JSON.stringify(to)}`, rule, "two");
    }
    seen.add(key);
  }
}
