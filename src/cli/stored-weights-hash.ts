// Whether networks store the same weights, as every paired comparison of faults takes for granted.

import { sha256 } from "../base/hash.ts";
import { readNetworkFile } from "../formats/network-file.ts";

/** SHA-256 over the stored weights of a network file, by layer. */
export async function storedWeightsHash(file: Uint8Array<ArrayBuffer>): Promise<string> {
  const { network, tensors } = readNetworkFile(file, "the network that was run");
  const hashes: string[] = [];
  for (const { id } of network.layers) {
    const weight = tensors[`${id}.weight`]?.data;
    if (weight === undefined) continue;
    const bytes = new Uint8Array(weight.buffer, weight.byteOffset, weight.byteLength).slice();
    hashes.push(`${id} ${await sha256(bytes)}`);
  }
  return sha256(new TextEncoder().encode(hashes.join("\n")));
}
