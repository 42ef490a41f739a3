// A whole residual network, ResNet-20 with its published weights, written as ONNX by the test and read again.

import assert from "node:assert/strict";
import { existsSync, readFileSync } from "node:fs";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { onnxFile, runOnnx, type TestNode, type TestTensor } from "../../../test/onnx-files.ts";
import { Forward } from "../../ann/forward.ts";
import { Random } from "../../base/random.ts";
import { loadKernels } from "../../kernels/load.ts";
import type { Model } from "../../model/model.ts";
import type { Layer } from "../../model/network.ts";
import { normalisedBy } from "../../model/preprocessing.ts";
import { residualNetwork } from "../../model/resnet.ts";
import { readPytorchTensors } from "../pytorch-tensors.ts";
import { readOnnx } from "../read-onnx.ts";
import { modelFromStateDict } from "../state-dict.ts";

const file = fileURLToPath(
  new URL("../../../../shared/models/cifar10-resnet/resnet20-12fca82f.th", import.meta.url),
);
const skip = !existsSync(file) && "no ../shared/models/cifar10-resnet";

function nodeOf(layer: Layer): TestNode {
  const { id, inputs } = layer;
  const parameters = (...names: string[]): string[] => names.map((name) => `${id}.${name}`);
  const made = (op: string, attributes: TestNode["attributes"] = {}, ...names: string[]): TestNode => {
    const from = inputs.map((input) => input.from);
    return { op, name: id, inputs: [...from, ...parameters(...names)], outputs: [id], attributes };
  };
  switch (layer.kind) {
    case "conv2d": {
      const pads = [...layer.padding, ...layer.padding];
      const attributes = { strides: layer.stride, pads, group: layer.groups };
      return made("Conv", attributes, "weight", ...(layer.bias ? ["bias"] : []));
    }
    case "batchNorm":
      return made(
        "BatchNormalization",
        { epsilon: { f: layer.epsilon } },
        "gamma",
        "beta",
        "mean",
        "variance",
      );
    case "dense":
      return made("Gemm", { transB: 1 }, "weight", "bias");
    case "averagePool":
      return made("AveragePool", { kernel_shape: layer.kernel, strides: layer.stride });
    default: {
      const ops: Readonly<Record<string, string>> = { relu: "Relu", add: "Add", flatten: "Flatten" };
      return made(ops[layer.kind]);
    }
  }
}

function onnxOf({ network, tensors }: Model): Uint8Array<ArrayBuffer> {
  const constants = Object.fromEntries(
    Object.entries(tensors).map(([name, { shape, data }]): [string, TestTensor] => [
      name,
      { dims: shape, data },
    ]),
  );
  // The file's input is called x.
  const nodes = network.layers.map(nodeOf).map((node) => {
    return { ...node, inputs: node.inputs.map((name) => (name === "input" ? "x" : name)) };
  });
  return onnxFile({ input: ["N", ...network.inputShape], nodes, constants, outputs: [network.output] });
}

test("ResNet-20 comes out of ONNX as it went in, and as onnxruntime has it", { skip }, async () => {
  const { network, fixed } = residualNetwork({
    depth: 20,
    shortcut: "identity",
    inputShape: [3, 32, 32],
    classes: 10,
  });
  const preprocessing = normalisedBy([0.485, 0.456, 0.406], [0.229, 0.224, 0.225]);
  const classes = Array.from({ length: 10 }, (_, i) => String(i));
  const tensors = readPytorchTensors(new Uint8Array(readFileSync(file)), "resnet20.th");
  const model = modelFromStateDict(tensors, network, { preprocessing, classes, fixed });
  const bytes = onnxOf(model);
  const read = await readOnnx(bytes, "resnet20.onnx", { preprocessing });
  // A flatten layer has the name of what it flattens: in ONNX flattening is a way to look at values.
  const layers = JSON.stringify(model.network.layers).replaceAll('"flat"', '"mean_flatten"');
  assert.deepEqual(read.network.layers, JSON.parse(layers));
  assert.deepEqual(read.tensors, model.tensors);
  const random = new Random({ seed: 4, trial: -1, purpose: "test-onnx-resnet", index: 0 });
  const pixels = Uint8Array.from({ length: 3072 }, () => Math.floor(256 * random.uniform()));
  const { scale, offset } = preprocessing;
  const input = Float32Array.from(pixels, (pixel, i) => {
    const channel = Math.floor(i / 1024);
    return pixel * scale[channel] + offset[channel];
  });
  const theirs = await runOnnx(bytes, input, [1, 3, 32, 32]);
  const kernels = await loadKernels({ build: "simd", memoryBytes: 2 ** 26 });
  const ours = new Forward(kernels, read, { maximumBatch: 1 }).run(pixels, 0, 1);
  const largest = Math.max(...Array.from(theirs, Math.abs));
  for (let i = 0; i < 10; i++) {
    assert.ok(Math.abs(ours[i] - theirs[i]) <= 1e-4 * largest, `${ours[i]} here, ${theirs[i]} there`);
  }
});
