import assert from "node:assert/strict";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { onnxFile, randomTensor } from "../../test/onnx-files.ts";
import { fileKind } from "./file-kind.ts";
import { networkSchema } from "./network-file.ts";
import { writeSafetensors } from "./safetensors.ts";

const models = join(import.meta.dirname, "../../../shared/models");

/** By ending; undefined for kinds that nobody here claims to read. */
const byEnding: Readonly<Record<string, string | undefined>> = {
  ".onnx": "onnx",
  ".h5": "keras",
  ".nir": "nir",
  ".pt": "pytorch",
  ".pth": "pytorch",
  ".th": "pytorch",
  ".npy": undefined,
  ".tflite": undefined,
};

test("every published file is of the kind its name claims, though only its bytes are looked at", {
  skip: !existsSync(models) && "no ../shared/models",
}, async () => {
  const files = readdirSync(models, { recursive: true, encoding: "utf8" }).filter((name) =>
    /\/.*\./.test(name),
  );
  assert.ok(files.length >= 20, `${files.length} files`);
  for (const file of files) {
    const bytes = new Uint8Array(readFileSync(join(models, file)));
    const kind = byEnding[file.slice(file.lastIndexOf("."))];
    if (kind === undefined) await assert.rejects(fileKind(bytes, file), /ONNX, Keras, NIR, PyTorch/, file);
    else assert.equal(await fileKind(bytes, file), kind, file);
  }
});

test("archives, safetensors and ONNX are told apart by what they hold", async () => {
  const fixture = join(import.meta.dirname, "../../test/fixtures/keras/signals.keras");
  assert.equal(await fileKind(new Uint8Array(readFileSync(fixture)), "a"), "keras");
  const tensors = { a: { shape: [1], data: Float32Array.of(1) } };
  assert.equal(await fileKind(writeSafetensors({ metadata: {}, tensors }), "a"), "safetensors");
  const own = writeSafetensors({ metadata: { schema: networkSchema }, tensors });
  assert.equal(await fileKind(own, "a"), "network");
  const graph = { input: [1, 2], nodes: [{ op: "MatMul", inputs: ["x", "w"], outputs: ["y"] }] };
  const onnx = onnxFile({ ...graph, constants: { w: randomTensor([2, 2], 1) } });
  assert.equal(await fileKind(onnx, "a"), "onnx");
});

test("other bytes are refused, however few", async () => {
  await assert.rejects(fileKind(new Uint8Array(0), "a"), /but got "an empty file"/);
  const others = ["x", "<html>", "GIF89a", "\u0089", "not a model"].map((text) =>
    new TextEncoder().encode(text),
  );
  for (const bytes of others) await assert.rejects(fileKind(bytes, "a"), { name: "FormatError" });
  // A header that is longer than the file is for its own reader to complain of.
  const torn = Uint8Array.of(255, 255, 255, 255, 255, 255, 255, 127, 0x7b);
  assert.equal(await fileKind(torn, "a"), "safetensors");
});
