import assert from "node:assert/strict";
import { existsSync, readFileSync } from "node:fs";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { runOnnx } from "../../test/onnx-files.ts";
import { randomAnn, runAnn } from "../../test/scalar-networks.ts";
import { Forward } from "../ann/forward.ts";
import { Random } from "../base/random.ts";
import { loadKernels } from "../kernels/load.ts";
import {
  averagePool,
  batchNorm,
  connect,
  conv1d,
  conv2d,
  dense,
  flatten,
  maxPool,
  neuron,
  relu,
  sequential,
  sumPool,
} from "../model/build.ts";
import type { Model, Tensor } from "../model/model.ts";
import type { Layer, Network } from "../model/network.ts";
import { pixelMaps } from "../model/preprocessing.ts";
import { quantiseTensor } from "../model/quantise-codes.ts";
import { sizeOf } from "../model/shapes.ts";
import { readKeras } from "./read-keras.ts";
import { readOnnx } from "./read-onnx.ts";
import { writeOnnx } from "./write-onnx.ts";

const pixelsOf = ({ network }: Model): number[] => {
  const random = new Random({ seed: 7, trial: -1, purpose: "test-pixels", index: 0 });
  return Array.from({ length: sizeOf(network.inputShape) }, () => random.integer(256));
};

function scoresOf(model: Model, pixels: readonly number[]): readonly number[] {
  const { maps, plane } = pixelMaps(model.preprocessing, model.network.inputShape);
  const input = pixels.map((pixel, i) => {
    const { scale, offset } = maps[Math.floor(i / plane)];
    return pixel * scale + offset;
  });
  return runAnn(model, input).get(model.network.output) ?? [];
}

function requireClose(ours: ArrayLike<number>, theirs: ArrayLike<number>, what: string): void {
  assert.equal(ours.length, theirs.length);
  const largest = Math.max(...Array.from(theirs, Math.abs));
  for (let i = 0; i < ours.length; i++)
    assert.ok(Math.abs(ours[i] - theirs[i]) <= 1e-4 * largest, `${what}: ${ours[i]} and ${theirs[i]}`);
}

/** onnxruntime runs the file as we run the model, and our reader reads back what computes the same. */
async function requireAgreement(model: Model, readsBack = true): Promise<Model | null> {
  const pixels = pixelsOf(model);
  const { bytes } = await writeOnnx(model);
  const scores = scoresOf(model, pixels);
  assert.ok(Math.max(...scores.map(Math.abs)) > 1e-3);
  const theirs = await runOnnx(bytes, Float32Array.from(pixels), [1, ...model.network.inputShape]);
  requireClose(scores, theirs, "onnxruntime");
  if (!readsBack) return null;
  const back = await readOnnx(bytes, "written.onnx");
  requireClose(scoresOf(back, pixels), scores, "read back");
  return back;
}

const image = sequential(
  "image",
  [3, 12, 11],
  [
    conv2d({ channels: 6, kernel: [3, 2], padding: [1, 0], stride: [1, 2], groups: 3 }),
    batchNorm(),
    relu(),
    maxPool(2, 1),
    conv2d({ channels: 5, kernel: 3, bias: false }),
    relu(),
    averagePool([2, 1]),
    flatten(),
    dense(9),
    relu(),
    dense(4),
  ],
);

test("convolutions, norms, pools and dense layers give onnxruntime's scores and are read back", async () => {
  const model = randomAnn(image, 3);
  const preprocessing = { scale: [1 / 255, 1 / 200, 1 / 100], offset: [-0.5, 0.1, 0] };
  const back = await requireAgreement({ ...model, preprocessing });
  const kinds = back?.network.layers.map(({ kind }) => kind).join(" ");
  assert.equal(kinds, "conv2d batchNorm relu maxPool conv2d relu averagePool flatten dense relu dense");
});

test("a network without batch norm comes back tensor for tensor, pixels and all", async () => {
  const model = randomAnn(
    sequential("plain", [2, 6, 5], [conv2d({ channels: 3, kernel: 3 }), relu(), flatten(), dense(4)]),
    1,
  );
  const back = await requireAgreement(model);
  assert.deepEqual(
    Object.values(back?.tensors ?? {}).map(({ data }) => data),
    Object.values(model.tensors).map(({ data }) => data),
  );
  assert.equal(Math.fround(Number(back?.preprocessing.scale)), Math.fround(1 / 255));
});

test("branches and joins agree", async () => {
  const node = (id: string, from: readonly string[], spec: object): Layer =>
    ({ ...spec, id, inputs: from.map((source) => connect(source)) }) as unknown as Layer;
  const network: Network = {
    name: "branches",
    inputShape: [2, 6, 6],
    layers: [
      node("a", ["input"], conv2d({ channels: 4, kernel: 3, padding: 1 })),
      node("r", ["a"], relu()),
      node("b", ["r"], conv2d({ channels: 4, kernel: 1 })),
      node("two", ["b", "r"], { kind: "add" }),
      node("three", ["b", "r", "two"], { kind: "add" }),
      node("both", ["three", "b"], { kind: "concat" }),
      node("pool", ["both"], averagePool(3)),
      node("flat", ["pool"], flatten()),
      node("out", ["flat"], dense(3)),
    ],
    output: "out",
  };
  await requireAgreement(randomAnn(network, 5));
});

test("sum pools, dilated and one-dimensional convolutions are written as what they stand for", async () => {
  const pairs: readonly (readonly [Network, Network, (tensors: Model["tensors"]) => Model["tensors"]])[] = [
    [
      sequential("n", [1, 4, 4], [sumPool(2), flatten(), dense(3)]),
      sequential("n", [1, 4, 4], [averagePool(2), flatten(), dense(3)]),
      (tensors) =>
        changed(tensors, "dense1.weight", ({ shape, data }) => ({ shape, data: data.map((w) => 4 * w) })),
    ],
    [
      sequential(
        "n",
        [1, 5, 3],
        [conv2d({ channels: 2, kernel: [2, 1], dilation: [2, 1] }), flatten(), dense(3)],
      ),
      sequential("n", [1, 5, 3], [conv2d({ channels: 2, kernel: [3, 1] }), flatten(), dense(3)]),
      (tensors) =>
        changed(tensors, "conv2d1.weight", ({ data: [a, b, c, d] }) => {
          return { shape: [2, 1, 3, 1], data: Float32Array.of(a, 0, b, c, 0, d) };
        }),
    ],
    [
      sequential(
        "n",
        [2, 7],
        [conv1d({ channels: 3, kernel: 3, stride: 2, padding: 1 }), flatten(), dense(3)],
      ),
      sequential(
        "n",
        [2, 7, 1],
        [conv2d({ channels: 3, kernel: [3, 1], stride: [2, 1], padding: [1, 0] }), flatten(), dense(3)],
      ),
      (tensors) => renamed(changed(tensors, "conv1d1.weight", ({ data }) => ({ shape: [3, 2, 3, 1], data }))),
    ],
  ];
  for (const [network, same, translated] of pairs) {
    const model = randomTensors(network);
    const reference = { ...model, network: same, tensors: translated(model.tensors) };
    const pixels = pixelsOf(model);
    const { bytes } = await writeOnnx(model);
    const theirs = await runOnnx(bytes, Float32Array.from(pixels), [1, ...network.inputShape]);
    requireClose(scoresOf(reference, pixels), theirs, network.layers[0].kind);
  }
});

function changed(
  tensors: Model["tensors"],
  name: string,
  change: (tensor: Tensor) => Tensor,
): Model["tensors"] {
  return { ...tensors, [name]: change(tensors[name]) };
}

function renamed(tensors: Model["tensors"]): Model["tensors"] {
  return Object.fromEntries(
    Object.entries(tensors).map(([name, tensor]) => [name.replace("conv1d1", "conv2d1"), tensor]),
  );
}

/** As `randomAnn`, for one-dimensional convolutions, too. */
function randomTensors(network: Network): Model {
  const model = randomAnn(network, 6);
  const random = new Random({ seed: 6, trial: -1, purpose: "test-signal", index: 0 });
  const filled = (...shape: number[]): Tensor => ({
    shape,
    data: Float32Array.from({ length: sizeOf(shape) }, () => random.uniform() - 0.5),
  });
  if (!network.layers.some(({ kind }) => kind === "conv1d")) return model;
  return {
    ...model,
    tensors: { ...model.tensors, "conv1d1.weight": filled(3, 2, 3), "conv1d1.bias": filled(3) },
  };
}

test("bounded relus and levels run as they are defined; levels of bytes are read back", async () => {
  for (const levels of [undefined, 255, 4]) {
    const spec = { kind: "relu", bounded: true, ...(levels && { levels }) } as const;
    const network = sequential("levels", [12], [dense(20), spec, dense(3)]);
    const base = randomAnn(network, 2);
    const model = {
      ...base,
      tensors: { ...base.tensors, "relu1.bound": { shape: [1], data: Float32Array.of(0.4) } },
    };
    const { losses } = await writeOnnx(model);
    assert.equal(losses.length, levels === undefined ? 1 : 2);
    const back = await requireAgreement(model, levels !== 4);
    const read = back?.network.layers.find(({ kind }) => kind === "relu");
    if (back !== null) assert.equal(read?.kind === "relu" ? read.levels : null, levels);
  }
});

test("codes stay int8 in the file, by layer or by channel, and mean the same", async () => {
  const model = randomAnn(image, 4);
  for (const scales of ["layer", "channel"] as const) {
    const tensors: Record<string, Tensor> = { ...model.tensors };
    for (const [name, tensor] of Object.entries(model.tensors)) {
      if (!name.endsWith(".weight")) continue;
      const { codes, scale } = quantiseTensor(tensor.data, tensor.shape[0], 6, scales);
      tensors[name] = { shape: tensor.shape, data: codes };
      tensors[name.replace("weight", "scale")] = { shape: [scale.length], data: scale };
    }
    const stored: Model = { ...model, weightFormat: { kind: "int", bits: 6 }, tensors };
    await requireAgreement(stored);
    const bytes = async (keepsCodes: boolean): Promise<number> =>
      (await writeOnnx(stored, { keepsCodes })).bytes.length;
    assert.ok((await bytes(true)) + 1000 < (await bytes(false)));
  }
});

const models = fileURLToPath(new URL("../../../shared/models/", import.meta.url));
const skip = !existsSync(models) && "no ../shared/models";

test("published networks, read and written again, give onnxruntime's scores", { skip }, async () => {
  const read = (name: string): Uint8Array => new Uint8Array(readFileSync(`${models}${name}`));
  const kernels = await loadKernels({ memoryBytes: 2 ** 26 });
  for (const model of [
    await readOnnx(read("onnx-mnist/mnist-8.onnx"), "mnist-8.onnx"),
    await readKeras(read("mlperf-tiny/pretrainedResnet.h5"), "pretrainedResnet.h5"),
  ]) {
    const pixels = pixelsOf(model);
    const forward = new Forward(kernels, model, { maximumBatch: 1 });
    const ours = Array.from(forward.run(Uint8Array.from(pixels), 0, 1));
    const { bytes } = await writeOnnx(model);
    const theirs = await runOnnx(bytes, Float32Array.from(pixels), [1, ...model.network.inputShape]);
    requireClose(ours, theirs, model.network.name);
  }
});

test("spiking networks are refused with a way out", async () => {
  const network = sequential("n", [5], [dense(3), neuron(), dense(2)]);
  const base = randomAnn(sequential("n", [5], [dense(3), relu(), dense(2)]), 1);
  const tensors = { ...base.tensors, "neuron1.threshold": { shape: [1], data: Float32Array.of(1) } };
  const inference = { steps: 2, coding: "constant", readout: "membrane", dtMs: 1 } as const;
  await assert.rejects(
    writeOnnx({ ...base, kind: "snn", network, tensors, inference }),
    /network must be an ANN for ONNX, which has no spiking neurons, but got "an SNN"/,
  );
});
