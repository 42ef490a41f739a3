// The door out to NIR. The writer, and the HDF5 library under it, are loaded when the first file is written.

import type { Model } from "../model/model.ts";
import type { NirExport, NirWriteOptions } from "./nir/nir-options.ts";

export type { NirExport, NirWriteOptions } from "./nir/nir-options.ts";

/**
 * Write a spiking network as a NIR file. The same network gives the same bytes, and `readNir` gives it back as it
 * was; other tools see the graph, which loses what `losses` tells.
 *
 * @throws {InvalidValueError} naming a layer that the profile's tool cannot hold at all
 */
export async function writeNir(model: Model, options: NirWriteOptions = {}): Promise<NirExport> {
  const { nirFromModel } = await import("./nir/nir-from-model.ts");
  return nirFromModel(model, options);
}
