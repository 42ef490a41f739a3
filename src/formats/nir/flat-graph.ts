// A graph without graphs in it: nodes of inner graphs carry the name of their graph before their own
// (`lif1/w_rec`), and what only hands on, the inputs and outputs of inner graphs and delays, is part of the edges.

import { FormatError } from "../../base/errors.ts";
import type { NirGraph, NirNode } from "./nir-graph.ts";

/** What arrives at a node. */
export interface FlatSource {
  readonly from: string;
  /** Time on the way, s. */
  readonly delayS: number;
}

export interface FlatGraph {
  /** Without the outer graph's Input and Output. */
  readonly nodes: ReadonlyMap<string, NirNode>;
  /** By node, in the order of the file's edges, each once. `input` stands for the graph's input. */
  readonly sources: ReadonlyMap<string, readonly FlatSource[]>;
  readonly inputShape: readonly number[];
  /** What arrives at the graph's output. */
  readonly output: readonly FlatSource[];
  /** What was set right on the way, as sentences. */
  readonly notes: readonly string[];
}

/** No node's name: names in files are not empty, and this one has the separator only. */
const inputName = "/";

export { inputName as flatInput };

/** @throws {FormatError} naming the edge or node that does not fit */
export function flatGraph(graph: NirGraph, where: string): FlatGraph {
  const all: Expanded = { nodes: new Map(), edges: new Map(), notes: [] };
  const { input, output } = expand(graph, "", where, all);
  const sources = new Map<string, readonly FlatSource[]>();
  const nodes = new Map<string, NirNode>();
  for (const [name, node] of all.nodes) {
    if (name === input || name === output || handsOn(node)) continue;
    nodes.set(name, node);
    sources.set(name, arriving(all, name, where, input));
  }
  const shape = all.nodes.get(input)?.parameters["shape"];
  if (shape === undefined || typeof shape === "string")
    throw new FormatError(`${where}: ${input} shape`, "must be numbers", shape);
  return {
    nodes,
    sources,
    inputShape: [...shape.data],
    output: arriving(all, output, where, input),
    notes: all.notes,
  };
}

interface Expanded {
  readonly nodes: Map<string, NirNode>;
  /** Sources by target. */
  readonly edges: Map<string, string[]>;
  readonly notes: string[];
}

/** @returns the names of the graph's own input and output */
function expand(
  graph: NirGraph,
  prefix: string,
  where: string,
  all: Expanded,
): { readonly input: string; readonly output: string } {
  const ends = new Map<string, { readonly input: string; readonly output: string }>();
  for (const [name, node] of graph.nodes) {
    const full = `${prefix}${name}`;
    if (node.type === "NIRGraph") {
      ends.set(name, expand(node, `${full}/`, where, all));
      continue;
    }
    all.nodes.set(full, node);
    ends.set(name, { input: full, output: full });
  }
  const renamed = strayName(graph, prefix, all.notes);
  const endOf = (name: string, end: "input" | "output"): string => {
    const found = ends.get(renamed.get(name) ?? name);
    if (found !== undefined) return found[end];
    const edge = `${where}: edge ${end === "output" ? "from" : "to"} ${JSON.stringify(`${prefix}${name}`.slice(0, 80))}`;
    throw new FormatError(edge, "must join nodes of its graph", [...graph.nodes.keys()].slice(0, 20));
  };
  for (const [from, to] of graph.edges) {
    const [source, target] = [endOf(from, "output"), endOf(to, "input")];
    const sources = all.edges.get(target) ?? [];
    // The same edge twice is one edge: nirtorch, too, reads it so.
    if (!sources.includes(source)) sources.push(source);
    all.edges.set(target, sources);
  }
  const only = (type: "Input" | "Output"): string => {
    const found = [...graph.nodes]
      .filter(([, node]) => node.type === type)
      .map(([name]) => `${prefix}${name}`);
    if (found.length === 1) return found[0];
    throw new FormatError(`${where}: ${prefix || "graph"}`, `must have one ${type}`, found);
  };
  return { input: only("Input"), output: only("Output") };
}

/**
 * A published graph names a node `lif1` and its edges `lif`. Where one name in the edges is no node's and one
 * node is in no edge, that is who is meant.
 */
function strayName(graph: NirGraph, prefix: string, notes: string[]): ReadonlyMap<string, string> {
  const named = new Set(graph.edges.flat());
  const strays = [...named].filter((name) => !graph.nodes.has(name));
  const idle = [...graph.nodes.keys()].filter((name) => !named.has(name));
  if (strays.length !== 1 || idle.length !== 1) return new Map();
  notes.push(`edges of ${prefix}${strays[0]} taken for those of ${prefix}${idle[0]}, which has none`);
  return new Map([[strays[0], idle[0]]]);
}

function handsOn({ type }: NirNode): boolean {
  return type === "Input" || type === "Output" || type === "Delay";
}

/** Where a node's values come from, through everything that only hands on. */
function arriving(
  { nodes, edges }: Expanded,
  target: string,
  where: string,
  input: string,
): readonly FlatSource[] {
  const found: FlatSource[] = [];
  let edgesFollowed = 0;
  const follow = (name: string, delayS: number, passed: readonly string[]): void => {
    for (const from of edges.get(name) ?? []) {
      if (++edgesFollowed > mostSources || passed.length > longestDetour) {
        const rule = `must be reached by at most ${mostSources} edges, over ${longestDetour} delays at most`;
        throw new FormatError(`${where}: ${target}`, rule, "more");
      }
      const node = nodes.get(from);
      if (from === input) found.push({ from: inputName, delayS });
      else if (node !== undefined && handsOn(node)) {
        if (passed.includes(from))
          throw new FormatError(`${where}: ${from}`, "must be in no loop without neurons", node.type);
        follow(from, delayS + delayOf(node, `${where}: ${from}`), [...passed, from]);
      } else found.push({ from, delayS });
    }
  };
  follow(target, 0, []);
  return found;
}

const mostSources = 4096;
const longestDetour = 256;

function delayOf({ parameters }: NirNode, where: string): number {
  const delay = parameters["delay"];
  if (delay === undefined) return 0;
  if (typeof delay === "string") throw new FormatError(`${where} delay`, "must be numbers", delay);
  const [first] = delay.data;
  if (!(first >= 0)) throw new FormatError(`${where} delay`, "must be 0 or more", first ?? "nothing");
  const other = delay.data.find((value) => value !== first);
  if (other === undefined) return first;
  throw new FormatError(`${where} delay`, "must be the same for all, as connections here have it", [
    first,
    other,
  ]);
}
