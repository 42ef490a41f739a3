// A network from a file: one of spikefront's own, or one that another framework exported whole. What a file is
// its bytes say, not its name.

import { statSync } from "node:fs";
import path from "node:path";
import { FormatError } from "../base/errors.ts";
import { fileKind } from "../formats/file-kind.ts";
import { readNetworkFile } from "../formats/network-file.ts";
import { readKeras } from "../formats/read-keras.ts";
import { type NirOptions, readNir } from "../formats/read-nir.ts";
import { type ExternalData, type OnnxOptions, readOnnx } from "../formats/read-onnx.ts";
import type { Model } from "../model/model.ts";
import { readFileBytes } from "../node/atomic-file.ts";

export interface NetworkRead {
  readonly model: Model;
  readonly bytes: Uint8Array<ArrayBuffer>;
}

export interface ReadOptions extends OnnxOptions {
  readonly nir?: NirOptions;
}

/**
 * @param options - for files of other frameworks
 * @throws {FormatError} and {InvalidValueError} for files that hold no network
 */
export async function readNetwork(file: string, options: ReadOptions = {}): Promise<NetworkRead> {
  const bytes = readFileBytes(file);
  return { model: await modelOf(bytes, file, options), bytes };
}

async function modelOf(
  bytes: Uint8Array<ArrayBuffer>,
  file: string,
  { nir, ...options }: ReadOptions,
): Promise<Model> {
  const kind = await fileKind(bytes, file);
  switch (kind) {
    case "network":
      return readNetworkFile(bytes, file);
    case "onnx":
      return readOnnx(bytes, file, { externalData: filesBeside(file), ...options });
    case "keras":
      return readKeras(bytes, file, options);
    case "nir":
      return readNir(bytes, file, nir);
    case "event-network":
      throw new FormatError(
        file,
        "must hold an ANN or a network that spikes in steps",
        "an event network, whose spikes are in continuous time",
        "Only evaluate takes such files.",
      );
    case "pytorch":
    case "safetensors":
      throw new FormatError(
        file,
        "must hold a network",
        "tensors alone",
        "Import it with --network, which says how they are connected.",
      );
    default:
      return kind satisfies never;
  }
}

/** Files in the network's own folder, each read once; others are none of its business. */
function filesBeside(file: string): ExternalData {
  const read = new Map<string, Uint8Array | undefined>();
  return (name) => {
    if (!read.has(name)) read.set(name, readBeside(file, name));
    return read.get(name);
  };
}

function readBeside(file: string, name: string): Uint8Array | undefined {
  if (name === "" || name !== path.basename(name) || name.includes("\\")) return undefined;
  const beside = path.join(path.dirname(file), name);
  // Devices and pipes would never end.
  return statSync(beside, { throwIfNoEntry: false })?.isFile() ? readFileBytes(beside) : undefined;
}
