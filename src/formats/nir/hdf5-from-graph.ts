// A NIR graph as an HDF5 file, laid out as h5py lays out what the reference package writes: no attributes, words of
// variable length, floating-point arrays in one packed chunk, whole numbers in one piece.
//
// h5wasm is the HDF5 library itself; it writes into a file system of its own, in memory.

import type { Group } from "h5wasm";
import { clearTimes } from "../hdf5/clear-times.ts";
import type { NirArray, NirGraph, NirMetadata, NirNode, NirValue } from "./nir-graph.ts";

/** Version of the reference package whose layout this is. */
const nirVersion = "1.0.8";
const scratch = "graph.nir";
const packing = { compression: "gzip", compression_opts: 4 } as const;

/** The same graph gives the same bytes. */
export async function hdf5FromGraph(graph: NirGraph): Promise<Uint8Array<ArrayBuffer>> {
  const { default: h5wasm } = await import("h5wasm");
  const { FS } = await h5wasm.ready;
  const file = new h5wasm.File(scratch, "w", { libver: ["earliest", "latest"] });
  try {
    writeText(file, "version", nirVersion);
    writeGraph(file.create_group("node"), graph);
    file.flush();
  } finally {
    file.close();
  }
  const bytes = new Uint8Array(FS.readFile(scratch));
  FS.unlink(scratch);
  await clearTimes(bytes);
  return bytes;
}

function writeGraph(group: Group, { nodes, edges, metadata }: NirGraph): void {
  const names = edges.flat();
  group.create_dataset({ name: "edges", data: names, shape: [edges.length, 2], dtype: "S" });
  if (metadata !== undefined) writeMetadata(group.create_group("metadata"), metadata);
  const inner = group.create_group("nodes");
  for (const [name, node] of nodes) {
    const own = inner.create_group(name);
    if (node.type === "NIRGraph") writeGraph(own, node);
    else writeNode(own, node);
  }
  writeText(group, "type", "NIRGraph");
}

function writeNode(group: Group, { type, parameters }: NirNode): void {
  for (const [name, value] of Object.entries(parameters)) writeValue(group, name, value);
  writeText(group, "type", type);
}

function writeMetadata(group: Group, metadata: NirMetadata): void {
  for (const [name, value] of Object.entries(metadata)) {
    if (typeof value === "string" || isArray(value)) writeValue(group, name, value);
    else writeMetadata(group.create_group(name), value);
  }
}

function writeValue(group: Group, name: string, value: NirValue): void {
  if (typeof value === "string") writeText(group, name, value);
  else writeArray(group, name, value);
}

function writeText(group: Group, name: string, text: string): void {
  group.create_dataset({ name, data: text, shape: [], dtype: "S" });
}

function writeArray(group: Group, name: string, { shape, data, type }: NirArray): void {
  const isPacked = data.length > 0 && shape.length > 0 && type !== "int64";
  group.create_dataset({
    name,
    data: typed(data, type),
    shape: [...shape],
    dtype: dtypes[type],
    ...(isPacked && { chunks: [...shape], ...packing }),
  });
}

const dtypes = { float32: "<f", float64: "<d", int64: "<q", int8: "<b" } as const;

function typed(
  data: Float64Array,
  type: NirArray["type"],
): Float32Array | Float64Array | BigInt64Array | Int8Array {
  switch (type) {
    case "float32":
      return Float32Array.from(data);
    case "float64":
      return data;
    case "int64":
      return BigInt64Array.from(data, BigInt);
    case "int8":
      return Int8Array.from(data);
  }
}

function isArray(value: NirArray | NirMetadata): value is NirArray {
  return value["data"] instanceof Float64Array;
}
