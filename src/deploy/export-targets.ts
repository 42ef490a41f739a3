// Every target of `export` by name. To add one: a file in this room, a line here; help, checks and the list of
// targets follow.

import { c99Target } from "./c99-target.ts";
import type { ExportTarget } from "./export-target.ts";
import { nirTarget } from "./nir-target.ts";
import { onnxTarget } from "./onnx-target.ts";
import { safetensorsTarget } from "./safetensors-target.ts";

export const exportTargets: Readonly<Record<string, ExportTarget>> = {
  safetensors: safetensorsTarget,
  c99: c99Target,
  onnx: onnxTarget,
  nir: nirTarget,
};
