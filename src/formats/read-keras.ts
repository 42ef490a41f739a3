// The door to Keras files. The reader is loaded when the first file is read, so that a page that reads none does
// not pay for it.

import type { Model } from "../model/model.ts";
import type { KerasOptions } from "./keras/model-from-keras.ts";

export type { KerasOptions } from "./keras/model-from-keras.ts";

/**
 * Read a Keras network, .h5 or .keras, as an ANN. Networks of other layers than those here can stand for are
 * refused, each layer by name and with the reason, before any work.
 *
 * @param where - the file's name, for messages
 * @throws {FormatError} for bytes that are no whole Keras file, {InvalidValueError} for networks that cannot be read
 */
export async function readKeras(
  bytes: Uint8Array,
  where: string,
  options: KerasOptions = {},
): Promise<Model> {
  const { modelFromKeras } = await import("./keras/model-from-keras.ts");
  return modelFromKeras(bytes, where, options);
}
