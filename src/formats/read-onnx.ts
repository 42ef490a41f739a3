// The door to ONNX files. The reader is loaded when the first file is read, so that a page that reads none
// does not pay for it.

import type { Model } from "../model/model.ts";
import type { OnnxOptions } from "./onnx/model-from-onnx.ts";

export type { OnnxOptions } from "./onnx/model-from-onnx.ts";
export type { ExternalData } from "./onnx/onnx-constant.ts";

/**
 * Read an ONNX file as an ANN. Networks of other operators than layers here can stand for are refused, each
 * node by name and with the reason, before any work.
 *
 * @param where - the file's name, for messages
 * @throws {FormatError} for bytes that are no whole ONNX file, {InvalidValueError} for networks that cannot be read
 */
export async function readOnnx(bytes: Uint8Array, where: string, options: OnnxOptions = {}): Promise<Model> {
  const { modelFromOnnx } = await import("./onnx/model-from-onnx.ts");
  return modelFromOnnx(bytes, where, options);
}
