// What kind of network or tensor file bytes are, told by what they hold; names say nothing.
//
//   HDF5            begins \x89HDF; Keras's has the attribute `model_config`, NIR's a group `node`
//   zip             Keras's archive has `config.json`, all others are PyTorch's
//   pickle          begins 0x80, a protocol: PyTorch's old form
//   safetensors     8 bytes of length, then "{"; ours says so in its metadata
//   ONNX            begins with the tag of one of a model's fields: it has no signature

import { FormatError } from "../base/errors.ts";
import { eventNetworkSchema } from "./event-network-file.ts";
import { networkSchema } from "./network-file.ts";
import { isZip, zipEntries } from "./zip-entries.ts";

export type FileKind = "network" | "event-network" | "safetensors" | "pytorch" | "onnx" | "keras" | "nir";

/** Longest header of safetensors that is looked into. */
const mostHeaderBytes = 2 ** 26;

/** Tags of `ModelProto`'s fields: number · 8 + wire type, of whole numbers (0) and of messages and text (2). */
const modelTags: ReadonlySet<number> = new Set([0x08, 0x12, 0x1a, 0x22, 0x28, 0x32, 0x3a, 0x42, 0x72]);

/**
 * @param where - the file's name, for messages
 * @throws {FormatError} for bytes of no such kind, and archives and HDF5 files that are torn
 */
export async function fileKind(bytes: Uint8Array, where: string): Promise<FileKind> {
  if (bytes[0] === 0x89 && bytes[1] === 0x48) return hdf5Kind(bytes, where);
  if (isZip(bytes)) return zipEntries(bytes, where).has("config.json") ? "keras" : "pytorch";
  if (bytes[8] === 0x7b) return safetensorsKind(bytes);
  if (bytes[0] === 0x80) return "pytorch";
  if (modelTags.has(bytes[0])) return "onnx";
  throw new FormatError(
    where,
    "must be a network file, ONNX, Keras, NIR, PyTorch or safetensors",
    bytes.length === 0 ? "an empty file" : "bytes of another kind",
  );
}

async function hdf5Kind(bytes: Uint8Array, where: string): Promise<FileKind> {
  const { openHdf5 } = await import("./hdf5/open-hdf5.ts");
  const root = await openHdf5(bytes, where);
  if (root.text("model_config") !== undefined) return "keras";
  if (root.names.includes("node")) return "nir";
  // Weights alone: the reader of Keras says what is missing.
  if (root.text("layer_names") !== undefined) return "keras";
  const names = root.names.slice(0, 12);
  const isWeights = ["layers", "_layer_checkpoint_dependencies"].some((name) => names.includes(name));
  throw new FormatError(
    where,
    "must hold a Keras network or a NIR graph",
    names.length === 0 ? "nothing" : names,
    isWeights ? "These are weights alone: save the network by model.save(), not by save_weights()." : "",
  );
}

function safetensorsKind(bytes: Uint8Array): FileKind {
  const length = Number(new DataView(bytes.buffer, bytes.byteOffset, 8).getBigUint64(0, true));
  if (length > Math.min(bytes.length - 8, mostHeaderBytes)) return "safetensors";
  const header = new TextDecoder().decode(bytes.subarray(8, 8 + length));
  try {
    const { schema } = JSON.parse(header)?.__metadata__ ?? {};
    if (schema === eventNetworkSchema) return "event-network";
    return schema === networkSchema ? "network" : "safetensors";
  } catch {
    // Its own reader says what is wrong with it.
    return "safetensors";
  }
}
