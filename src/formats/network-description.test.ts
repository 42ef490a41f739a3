import assert from "node:assert/strict";
import { test } from "node:test";
import { averagePool, batchNorm, conv2d, dense, flatten, relu, sequential } from "../model/build.ts";
import { residualNetwork } from "../model/resnet.ts";
import { readNetworkDescription } from "./network-description.ts";

const read = (value: unknown) => readNetworkDescription(JSON.stringify(value), "net.json");

test("what goes without saying is what the builders take", () => {
  const network = read({
    name: "small",
    inputShape: [1, 28, 28],
    layers: [
      { kind: "conv2d", channels: 8, kernel: 3, padding: 1, bias: false },
      { kind: "batchNorm" },
      { kind: "relu" },
      { kind: "averagePool", kernel: 2 },
      { kind: "conv2d", channels: 4, kernel: [3, 1], stride: [2, 1] },
      { kind: "flatten" },
      { kind: "dense", units: 10 },
    ],
  });
  const built = sequential(
    "small",
    [1, 28, 28],
    [
      conv2d({ channels: 8, kernel: 3, padding: 1, bias: false }),
      batchNorm(),
      relu(),
      averagePool(2),
      conv2d({ channels: 4, kernel: [3, 1], stride: [2, 1] }),
      flatten(),
      dense(10),
    ],
  );
  assert.deepEqual(network, built);
});

test("the network of a network file is a description of itself", () => {
  const { network } = residualNetwork({ depth: 8 });
  assert.deepEqual(read(network), network);
});

test("inputs may be named by id, and the output be any layer", () => {
  const network = read({
    inputShape: [4],
    output: "sum",
    layers: [
      { kind: "dense", units: 4, id: "a" },
      { kind: "relu" },
      { kind: "add", id: "sum", inputs: ["relu1", { from: "a" }] },
      { kind: "dense", units: 2 },
    ],
  });
  assert.deepEqual(network.layers[2].inputs, [
    { from: "relu1", delay: 0 },
    { from: "a", delay: 0 },
  ]);
  assert.equal(network.output, "sum");
});

const refused: Readonly<Record<string, [unknown, RegExp]>> = {
  "a list": [[], /net.json must be an object/],
  "no shape": [{ layers: [] }, /net.json: inputShape must be a list of sizes/],
  "no layers": [{ inputShape: [3], layers: [] }, /layers must be a list of layers/],
  "an unknown kind": [
    { inputShape: [3], layers: [{ kind: "gelu" }] },
    /layers\[0\].kind must be one of dense/,
  ],
  "a kind every object has": [{ inputShape: [3], layers: [{ kind: "constructor" }] }, /kind must be one of/],
  "a mistyped field": [
    { inputShape: [3], layers: [{ kind: "dense", units: 3, biass: true }] },
    /layers\[0\] must have no other fields than kind, id, inputs, units, bias, but got "biass"/,
  ],
  "a field left out": [
    { inputShape: [3], layers: [{ kind: "dense" }] },
    /layers\[0\].units must be a number/,
  ],
  "a text for a number": [
    { inputShape: [1, 5, 5], layers: [{ kind: "conv2d", channels: 2, kernel: "3" }] },
    /layers\[0\].kernel must be a number or \[vertical, horizontal\]/,
  ],
  "layers that do not fit": [
    { inputShape: [1, 5, 5], layers: [{ kind: "dense", units: 3 }] },
    /net.json must describe a sound network, but got .*dense1.* must have a vector as input/,
  ],
};
for (const [name, [value, message]] of Object.entries(refused)) {
  test(`${name} is refused by its place`, () => {
    assert.throws(() => read(value), { name: "FormatError", message });
  });
}

test("a text that is no JSON is refused", () => {
  assert.throws(() => readNetworkDescription("{", "net.json"), /net.json must be JSON/);
});
