// The door for writing ONNX. The writer is loaded when the first file is written, as the reader is.

import type { Model } from "../model/model.ts";
import type { OnnxWriteOptions, WrittenOnnx } from "./onnx/onnx-from-model.ts";

export type { OnnxWriteOptions, WrittenOnnx } from "./onnx/onnx-from-model.ts";

/**
 * Write an ANN as an ONNX file that takes pixels 0…255.
 *
 * @throws {InvalidValueError} for spiking networks, and models that do not hold together
 */
export async function writeOnnx(model: Model, options: OnnxWriteOptions = {}): Promise<WrittenOnnx> {
  const { onnxFromModel } = await import("./onnx/onnx-from-model.ts");
  return onnxFromModel(model, options);
}
