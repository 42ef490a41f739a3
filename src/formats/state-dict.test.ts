import assert from "node:assert/strict";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { averagePool, batchNorm, conv2d, dense, flatten, relu, sequential } from "../model/build.ts";
import type { Tensor } from "../model/model.ts";
import type { Shape } from "../model/network.ts";
import { sizeOf } from "../model/shapes.ts";
import { readPytorchTensors } from "./pytorch-tensors.ts";
import { modelFromStateDict, type StateDictOptions } from "./state-dict.ts";

let next = 0;
/** Values that are nobody else's. */
function tensor(...shape: Shape): Tensor {
  return { shape, data: Float32Array.from({ length: sizeOf(shape) }, () => ++next) };
}
function norm(name: string, channels: number): Record<string, Tensor> {
  return Object.fromEntries([
    ...["weight", "bias", "running_mean", "running_var"].map((part) => [`${name}.${part}`, tensor(channels)]),
    [`${name}.num_batches_tracked`, { shape: [], data: Int32Array.of(7) }],
  ]);
}

const network = sequential(
  "small",
  [1, 6, 6],
  [
    conv2d({ channels: 4, kernel: 3, bias: false }),
    batchNorm(),
    relu(),
    conv2d({ channels: 4, kernel: 3, padding: 1, bias: false }),
    batchNorm(),
    relu(),
    averagePool(2),
    flatten(),
    dense(3),
  ],
);
const options: StateDictOptions = {
  preprocessing: { scale: 1 / 255, offset: 0 },
  classes: ["a", "b", "c"],
};

/** As PyTorch would save it. */
function stateDict(): Record<string, Tensor> {
  return {
    "conv1.weight": tensor(4, 1, 3, 3),
    ...norm("bn1", 4),
    "block.conv.weight": tensor(4, 4, 3, 3),
    ...norm("block.bn", 4),
    "fc.weight": tensor(3, 16),
    "fc.bias": tensor(3),
  };
}

/** The lines of the one error that says all that does not fit. */
function mismatches(tensors: Record<string, Tensor>, more: Partial<StateDictOptions> = {}): string[] {
  try {
    modelFromStateDict(tensors, network, { ...options, ...more });
  } catch (error) {
    assert.ok(error instanceof Error && error.name === "InvalidValueError");
    const [head, ...lines] = error.message.split("\n  ");
    assert.match(head, /^state dict must fit network "small" without a mismatch, but got \d+\./);
    assert.match(head, new RegExp(`got ${lines.length}\\.`));
    return lines;
  }
  return [];
}

test("modules go to the layers in order, convolutions and batch norms each among themselves", () => {
  const tensors = stateDict();
  const model = modelFromStateDict(tensors, network, options);
  assert.equal(model.tensors["conv2d1.weight"], tensors["conv1.weight"]);
  assert.equal(model.tensors["conv2d2.weight"], tensors["block.conv.weight"]);
  assert.equal(model.tensors["batchNorm1.gamma"], tensors["bn1.weight"]);
  assert.equal(model.tensors["batchNorm2.beta"], tensors["block.bn.bias"]);
  assert.equal(model.tensors["batchNorm2.mean"], tensors["block.bn.running_mean"]);
  assert.equal(model.tensors["batchNorm2.variance"], tensors["block.bn.running_var"]);
  assert.equal(model.tensors["dense1.weight"], tensors["fc.weight"]);
  assert.equal(model.tensors["dense1.bias"], tensors["fc.bias"]);
  assert.equal(Object.keys(model.tensors).length, 12);
});

test("the prefixes of wrappers say nothing", () => {
  const wrapped = Object.fromEntries(
    Object.entries(stateDict()).map(([name, value]) => [`module._orig_mod.${name}`, value]),
  );
  const model = modelFromStateDict(wrapped, network, options);
  assert.equal(model.tensors["dense1.bias"], wrapped["module._orig_mod.fc.bias"]);
});

test("names that are the layers' own count more than the order", () => {
  const chain = sequential(
    "chain",
    [2],
    [{ ...dense(2), id: "top-first" }, relu(), { ...dense(2), id: "last" }],
  );
  const tensors = Object.fromEntries(
    ["last", "top.first"].flatMap((name) => [
      [`${name}.weight`, tensor(2, 2)],
      [`${name}.bias`, tensor(2)],
    ]),
  );
  const model = modelFromStateDict(tensors, chain, { ...options, classes: ["a", "b"] });
  assert.equal(model.tensors["last.weight"], tensors["last.weight"]);
  assert.equal(model.tensors["top-first.weight"], tensors["top.first.weight"]);
});

test("a map of names counts most", () => {
  const tensors = stateDict();
  const names = {
    conv2d1: "conv1",
    conv2d2: "block.conv",
    batchNorm1: "block.bn",
    batchNorm2: "bn1",
    dense1: "fc",
  };
  const model = modelFromStateDict(tensors, network, { ...options, names });
  assert.equal(model.tensors["batchNorm1.gamma"], tensors["block.bn.weight"]);
  assert.deepEqual(mismatches(tensors, { names: { ...names, conv2d2: "nowhere" } }), [
    "missing: conv2d layer conv2d2 of shape [4,4,3,3]",
    "left over: block.conv.weight [4,4,3,3]",
  ]);
});

test("all that does not fit is told at once, with what stands in its place", () => {
  const tensors = stateDict();
  delete tensors["fc.bias"];
  tensors["conv1.weight"] = tensor(4, 1, 5, 5);
  tensors["extra.weight"] = tensor(7, 7);
  tensors["scale"] = tensor(1);
  assert.deepEqual(mismatches(tensors), [
    "another shape: conv2d1.weight wants [4,1,3,3], but conv1.weight has [4,1,5,5]",
    "missing: dense1.bias [3], as fc.bias is not in the file",
    "left over: extra.weight [7,7]",
    "left over: scale [1]",
  ]);
});

test("a module that is missing is the only one told of", () => {
  const tensors = stateDict();
  delete tensors["conv1.weight"];
  assert.deepEqual(mismatches(tensors), ["missing: conv2d layer conv2d1 of shape [4,1,3,3]"]);
});

test("a bias without a place is left over, unless biases are the file's to say", () => {
  const tensors: Record<string, Tensor> = { ...stateDict(), "conv1.bias": tensor(4) };
  delete tensors["fc.bias"];
  assert.deepEqual(mismatches(tensors), [
    "left over: conv1.bias [4], which conv2d1 has no place for",
    "missing: dense1.bias [3], as fc.bias is not in the file",
  ]);
  const model = modelFromStateDict(tensors, network, { ...options, biases: "asInFile" });
  assert.equal(model.tensors["conv2d1.bias"], tensors["conv1.bias"]);
  assert.ok(!("dense1.bias" in model.tensors));
});

test("a batch norm without affine parameters has gamma 1 and beta 0", () => {
  const tensors = stateDict();
  delete tensors["bn1.weight"];
  delete tensors["bn1.bias"];
  const model = modelFromStateDict(tensors, network, options);
  assert.deepEqual([...model.tensors["batchNorm1.gamma"].data], [1, 1, 1, 1]);
  assert.deepEqual([...model.tensors["batchNorm1.beta"].data], [0, 0, 0, 0]);
});

test("whole numbers are no weights", () => {
  const tensors = { ...stateDict(), "fc.weight": { shape: [3, 16], data: new Int8Array(48) } };
  assert.deepEqual(mismatches(tensors), ["another type: dense1.weight wants float32, but fc.weight is int8"]);
});

const published = join(import.meta.dirname, "../../../shared/models/nir/nmnist_ann_pretrained_weights.pth");
test("a published network without biases is matched by its shapes alone", {
  skip: existsSync(published) ? false : `${published} is not here`,
}, () => {
  const described = sequential(
    "n-mnist",
    [2, 34, 34],
    [
      conv2d({ channels: 16, kernel: 5, stride: 2, padding: 1, bias: false }),
      relu(),
      conv2d({ channels: 16, kernel: 3, padding: 1, bias: false }),
      relu(),
      averagePool(2),
      conv2d({ channels: 8, kernel: 3, padding: 1, bias: false }),
      relu(),
      averagePool(2),
      flatten(),
      dense(256, false),
      relu(),
      dense(10, false),
    ],
  );
  const tensors = readPytorchTensors(readFileSync(published), published);
  const classes = Array.from({ length: 10 }, (_, i) => String(i));
  const model = modelFromStateDict(tensors, described, { ...options, classes });
  assert.equal(model.tensors["conv2d3.weight"], tensors["5.weight"]);
  assert.equal(model.tensors["dense2.weight"], tensors["11.weight"]);
});
