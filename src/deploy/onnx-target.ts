// `onnx`: an ANN for other runtimes and frameworks (formats/write-onnx.ts).

import { writeOnnx } from "../formats/write-onnx.ts";
import { exportTarget } from "./export-target.ts";
import { weightsField } from "./safetensors-target.ts";

export const onnxTarget = exportTarget({
  name: "onnx",
  about: "an ANN as ONNX, operator set 13, from pixels to class scores",
  extension: ".onnx",
  settings: { weights: weightsField },
  async write(model, { stem, settings }) {
    const { bytes, losses } = await writeOnnx(model, { keepsCodes: settings.weights === "stored" });
    const figures = { bytes: bytes.length };
    return { files: [{ name: `${stem}.onnx`, bytes }], losses, figures, lines: [`${bytes.length} bytes`] };
  },
});
