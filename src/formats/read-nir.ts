// The door to NIR files. The reader, and the HDF5 parser under it, are loaded when the first file is read.

import type { Model } from "../model/model.ts";
import type { NirProfile } from "./nir/nir-dialects.ts";
import type { NirOptions } from "./nir/nir-options.ts";

export type { NirProfile } from "./nir/nir-dialects.ts";
export type { NirOptions } from "./nir/nir-options.ts";

/** Tools whose reading of NIR is known, by name: what `profile` may be. */
export const nirProfiles = [
  "nir",
  "norse",
  "sinabs",
  "snntorch",
  "spikingjelly",
] as const satisfies readonly NirProfile[];

/**
 * Read a NIR file as a spiking network.
 *
 * @param where - the file's name, for messages
 * @throws {FormatError} for bytes that are no whole NIR file, {InvalidValueError} for graphs that cannot be held,
 * naming the node
 */
export async function readNir(
  bytes: Uint8Array<ArrayBuffer>,
  where: string,
  options: NirOptions = {},
): Promise<Model> {
  const { modelFromNir } = await import("./nir/model-from-nir.ts");
  return modelFromNir(bytes, where, options);
}
