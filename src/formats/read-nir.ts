// The door to NIR files. The reader, and the HDF5 parser under it, are loaded when the first file is read.

import type { Inference, Model } from "../model/model.ts";
import type { NirProfile } from "./nir/nir-dialects.ts";

export type { NirProfile } from "./nir/nir-dialects.ts";

/** Tools whose reading of NIR is known, by name: what `profile` may be. */
export const nirProfiles = [
  "nir",
  "norse",
  "sinabs",
  "snntorch",
  "spikingjelly",
] as const satisfies readonly NirProfile[];

export interface NirOptions {
  /** Whose reading of the neurons is followed. Default `nir`: the format's equations, by forward Euler. */
  readonly profile?: NirProfile;
  /** Length of a step. Default: that of the profile. */
  readonly dtMs?: number;
  /** Steps an inference takes. Default 100. */
  readonly steps?: number;
  /** How pixels enter. Default `events`: the input already is spikes. */
  readonly coding?: Inference["coding"];
}

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

/** Whether bytes begin as HDF5 files do. */
export function isHdf5(bytes: Uint8Array): boolean {
  return [0x89, 0x48, 0x44, 0x46, 0x0d, 0x0a, 0x1a, 0x0a].every((byte, i) => bytes[i] === byte);
}
