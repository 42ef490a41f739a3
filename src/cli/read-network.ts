// A network from a file: one of spikefront's own, or an ONNX file as other frameworks export it.

import { statSync } from "node:fs";
import path from "node:path";
import { readNetworkFile } from "../formats/network-file.ts";
import { type ExternalData, type OnnxOptions, readOnnx } from "../formats/read-onnx.ts";
import type { Model } from "../model/model.ts";
import { readFileBytes } from "../node/atomic-file.ts";

export interface NetworkRead {
  readonly model: Model;
  readonly bytes: Uint8Array<ArrayBuffer>;
}

/**
 * @param options - for ONNX files
 * @throws {FormatError} and {InvalidValueError} for files that hold no network
 */
export async function readNetwork(file: string, options: OnnxOptions = {}): Promise<NetworkRead> {
  const bytes = readFileBytes(file);
  const model = isOnnx(bytes, file)
    ? await readOnnx(bytes, file, { externalData: filesBeside(file), ...options })
    : readNetworkFile(bytes, file);
  return { model, bytes };
}

/** By name; else by content: network files have "{" as their ninth byte, ONNX files begin with field 1, a varint. */
export function isOnnx(bytes: Uint8Array, file: string): boolean {
  return path.extname(file).toLowerCase() === ".onnx" || (bytes[0] === 0x08 && bytes[8] !== 0x7b);
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
