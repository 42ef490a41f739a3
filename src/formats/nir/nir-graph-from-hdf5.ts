// What an HDF5 file holds, as a NIR graph: every node of a known type, with the fields of its type, each a number,
// an array or a word. Nothing is said here of whether it makes a network.

import { FormatError } from "../../base/errors.ts";
import type { Hdf5Dataset, Hdf5Group } from "../hdf5/open-hdf5.ts";
import {
  type NirArray,
  type NirGraph,
  type NirMetadata,
  type NirNode,
  type NirNodeType,
  type NirValue,
  nirFields,
} from "./nir-graph.ts";

/** @throws {FormatError} naming the node, its field, and what is wrong with it */
export function nirGraphFromHdf5(root: Hdf5Group): NirGraph {
  if (!root.names.includes("node")) {
    throw new FormatError(
      root.path,
      "must have a NIR graph under node",
      root.names.slice(0, 8),
      "Is it a NIR file?",
    );
  }
  const graph = nodeOf(groupAt(root, "node"));
  if (graph.type === "NIRGraph") return graph;
  // The package can write a single node, too: a graph of it alone, without input and output, is no network.
  throw new FormatError(`${root.path}node`, "must be a NIRGraph", graph.type);
}

function nodeOf(group: Hdf5Group): NirNode | NirGraph {
  const type = textAt(group, "type");
  if (type === "NIRGraph") return graphOf(group);
  if (!Object.hasOwn(nirFields, type)) {
    const known = [...Object.keys(nirFields), "NIRGraph"].join(", ");
    throw new FormatError(`${group.path}/type`, `must be one of ${known}`, type.slice(0, 60));
  }
  const fields: { readonly required: readonly string[]; readonly optional?: readonly string[] } =
    nirFields[type as NirNodeType];
  const parameters: Record<string, NirValue> = {};
  for (const name of group.names) {
    if (name === "type" || name === "metadata") continue;
    if (!fields.required.includes(name) && !fields.optional?.includes(name)) {
      const all = [...fields.required, ...(fields.optional ?? [])].join(", ");
      throw new FormatError(group.path, `must have the fields of ${type} only (${all})`, name.slice(0, 60));
    }
    parameters[name] = datumOf(datasetAt(group, name));
  }
  const missing = fields.required.find((name) => !Object.hasOwn(parameters, name));
  if (missing !== undefined)
    throw new FormatError(group.path, `must have ${missing}, as ${type} has`, Object.keys(parameters));
  return { type: type as NirNodeType, parameters };
}

function graphOf(group: Hdf5Group): NirGraph {
  const inner = groupAt(group, "nodes");
  const nodes = new Map<string, NirNode | NirGraph>();
  for (const name of inner.names) nodes.set(name, nodeOf(groupAt(inner, name)));
  const edges = edgesOf(datasetAt(group, "edges"));
  if (!group.names.includes("metadata")) return { type: "NIRGraph", nodes, edges };
  return { type: "NIRGraph", nodes, edges, metadata: metadataOf(groupAt(group, "metadata")) };
}

function edgesOf(dataset: Hdf5Dataset): readonly (readonly [string, string])[] {
  const { shape, path } = dataset;
  // A graph without edges is written with one axis, or none of length 2.
  if (shape.includes(0)) return [];
  if (shape.length !== 2 || shape[1] !== 2) throw new FormatError(path, "must have shape [edges, 2]", shape);
  const { type, values } = dataset.read();
  if (type !== "text") throw new FormatError(path, "must hold names of nodes", dataset.type);
  return Array.from({ length: shape[0] }, (_, i) => [values[2 * i], values[2 * i + 1]] as const);
}

function metadataOf(group: Hdf5Group): NirMetadata {
  const metadata: Record<string, NirValue | NirMetadata> = {};
  for (const name of group.names) {
    const member = group.member(name);
    metadata[name] = member.kind === "group" ? metadataOf(member) : datumOf(member);
  }
  return metadata;
}

const arrayTypes: Readonly<Record<string, NirArray["type"]>> = { f4: "float32", f8: "float64", i1: "int8" };

function datumOf(dataset: Hdf5Dataset): NirValue {
  const found = dataset.read();
  if (found.type === "text") {
    if (found.values.length === 1) return found.values[0];
    throw new FormatError(
      dataset.path,
      "must be one word, a number or an array of numbers",
      `${found.values.length} words`,
    );
  }
  return { shape: dataset.shape, data: found.values, type: arrayTypes[dataset.type.slice(-2)] ?? "int64" };
}

function textAt(group: Hdf5Group, name: string): string {
  const value = datumOf(datasetAt(group, name));
  if (typeof value === "string") return value;
  throw new FormatError(`${group.path}/${name}`, "must be a word", value.shape);
}

function groupAt(group: Hdf5Group, name: string): Hdf5Group {
  const member = group.member(name);
  if (member.kind === "group") return member;
  throw new FormatError(member.path, "must be a group", "a data set");
}

function datasetAt(group: Hdf5Group, name: string): Hdf5Dataset {
  const member = group.member(name);
  if (member.kind === "dataset") return member;
  throw new FormatError(member.path, "must be a data set", "a group");
}
