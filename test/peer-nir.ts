// What other simulators fired when they ran our NIR files: the fixture test/fixtures/peer-nir.json, which
// bench/nir-fixture.ts writes.

import { sha256 } from "../src/base/hash.ts";
import { openHdf5 } from "../src/formats/hdf5/open-hdf5.ts";
import { nirGraphFromHdf5 } from "../src/formats/nir/nir-graph-from-hdf5.ts";
import type { nirNetworks } from "./nir-networks.ts";

/** Of networks with whole weights (seed 1) and their input (seed 2). */
export interface PeerNirCase {
  readonly network: keyof typeof nirNetworks;
  readonly tool: "norse" | "snntorch" | "spikingjelly" | "sinabs";
  /** SHA-256 of the graph that was run, as `graphText` has it. */
  readonly graph: string;
  /** By step, one hexadecimal digit an output: how often it fired. */
  readonly fired: readonly string[];
}

export interface PeerNirFixture {
  readonly versions: Readonly<Record<string, string>>;
  readonly cases: readonly PeerNirCase[];
}

/** SHA-256 of all that a file's graph says, whatever its remarks and packing. */
export async function graphHash(bytes: Uint8Array<ArrayBuffer>): Promise<string> {
  const { nodes, edges } = nirGraphFromHdf5(await openHdf5(bytes, "a.nir"));
  const fields = (node: object): unknown =>
    JSON.parse(JSON.stringify(node, (_, value) => (value instanceof Float64Array ? [...value] : value)));
  const sorted = [...nodes].sort(([a], [b]) => (a < b ? -1 : 1)).map(([name, node]) => [name, fields(node)]);
  return sha256(new TextEncoder().encode(JSON.stringify({ nodes: sorted, edges })));
}

export function digits(row: readonly number[]): string {
  return row.map((count) => count.toString(16)).join("");
}
