// Nodes in an order in which everything comes after what it needs, and the edges that close loops: those bring
// the step before. A loop is cut behind its neurons, for what these have fired is known before what it leads to.
//
// NIR says nothing of steps. Tools that run recurrent graphs let a recurrent edge carry the step before; so does this.

import { InvalidValueError } from "../../base/errors.ts";
import { type FlatGraph, flatInput } from "./flat-graph.ts";
import { isNeuronType } from "./nir-graph.ts";

export interface NodeOrder {
  readonly order: readonly string[];
  /** Edges as `from` + newline + `to` whose values are a step late. */
  readonly late: ReadonlySet<string>;
}

export function edgeKey(from: string, to: string): string {
  return `${from}\n${to}`;
}

/** @throws {InvalidValueError} naming a node that leads nowhere, or is in a loop without neurons */
export function orderNodes(graph: FlatGraph, where: string): NodeOrder {
  const isNeuron = (name: string): boolean => isNeuronType(graph.nodes.get(name)?.type ?? "");
  const order: string[] = [];
  const late = new Set<string>();
  const done = new Set<string>([flatInput]);
  const onPath = new Set<string>();
  /** Depth first against the arrows, without recursion: chains may be long. */
  const visit = (start: string): void => {
    if (done.has(start)) return;
    const path = [{ name: start, next: 0 }];
    onPath.add(start);
    while (path.length > 0) {
      const top = path[path.length - 1];
      const sources = graph.sources.get(top.name) ?? [];
      if (top.next < sources.length) {
        const { from } = sources[top.next++];
        if (done.has(from)) continue;
        if (!onPath.has(from)) {
          path.push({ name: from, next: 0 });
          onPath.add(from);
        } else if (isNeuron(from)) late.add(edgeKey(from, top.name));
        else throw loopError(where, from);
        continue;
      }
      path.pop();
      onPath.delete(top.name);
      done.add(top.name);
      order.push(top.name);
    }
  };
  // The neurons nearest to the output first: edges back to them are those a reader takes for recurrent.
  const reached = nearestToOutput(graph);
  for (const name of reached) if (isNeuron(name)) visit(name);
  for (const name of reached) visit(name);
  const idle = [...graph.nodes.keys()].find((name) => !reached.has(name));
  if (idle !== undefined) {
    throw new InvalidValueError(`${where}: ${idle}`, "must lead to the output", "a node that nothing reads");
  }
  return { order, late };
}

function nearestToOutput({ output, sources }: FlatGraph): ReadonlySet<string> {
  const reached = new Set(output.map(({ from }) => from));
  reached.delete(flatInput);
  for (const name of reached) {
    for (const { from } of sources.get(name) ?? []) if (from !== flatInput) reached.add(from);
  }
  return reached;
}

function loopError(where: string, name: string): InvalidValueError {
  return new InvalidValueError(`${where}: ${name}`, "must be in no loop without neurons", "such a loop");
}
