import assert from "node:assert/strict";
import { test } from "node:test";
import { averagePool, connect, conv2d, dense, flatten, maxPool, relu, sequential } from "./build.ts";
import type { Network } from "./network.ts";
import { inferShapes } from "./shapes.ts";

test("a LeNet-like chain has the shapes counted by hand", () => {
  const network = sequential(
    "lenet",
    [1, 28, 28],
    [
      conv2d({ channels: 6, kernel: 5, padding: 2 }),
      relu(),
      averagePool(2),
      conv2d({ channels: 16, kernel: 5, stride: 2, groups: 2 }),
      maxPool([2, 3], 1),
      flatten(),
      dense(10),
    ],
  );
  assert.deepEqual(
    [...inferShapes(network).values()],
    [[1, 28, 28], [6, 28, 28], [6, 28, 28], [6, 14, 14], [16, 5, 5], [16, 4, 3], [192], [10]],
  );
});

test("addition keeps a shape and concatenation adds channels", () => {
  const network: Network = {
    name: "skips",
    inputShape: [4],
    layers: [
      { id: "a", kind: "dense", units: 4, bias: true, inputs: [connect("input")] },
      { id: "sum", kind: "add", inputs: [connect("a"), connect("input")] },
      { id: "joined", kind: "concat", inputs: [connect("sum"), connect("a"), connect("input")] },
    ],
    output: "joined",
  };
  assert.deepEqual(inferShapes(network).get("joined"), [12]);
});

const refused: Record<string, [() => unknown, RegExp]> = {
  "dense after an image": [() => sequential("x", [1, 4, 4], [dense(2)]), /dense1.*vector.*flatten/],
  "a kernel larger than its input": [
    () => sequential("x", [1, 4, 4], [conv2d({ channels: 1, kernel: 5 })]),
    /conv2d1.*at most 4/,
  ],
  "groups that do not divide": [
    () => sequential("x", [3, 4, 4], [conv2d({ channels: 4, kernel: 1, groups: 2 })]),
    /groups/,
  ],
  "zero units": [() => sequential("x", [3], [dense(0)]), /units/],
  "an empty input": [() => sequential("x", [0], [dense(1)]), /inputShape/],
  "no layers": [() => sequential("x", [3], []), /output/],
};
for (const [name, [make, message]] of Object.entries(refused)) {
  test(`${name} is refused by name`, () => {
    assert.throws(make, { name: "InvalidValueError", message });
  });
}

test("a layer that uses a later one, or one that is not there, is refused", () => {
  const add = { id: "sum", kind: "add", inputs: [connect("input"), connect("late")] } as const;
  const late = { id: "late", kind: "relu", inputs: [connect("sum")] } as const;
  const network = (layers: Network["layers"]): Network => ({
    name: "x",
    inputShape: [2],
    layers,
    output: "sum",
  });
  assert.throws(() => inferShapes(network([add, late])), /"sum" must come after/);
  assert.throws(() => inferShapes(network([add])), /"sum" must take its input from a layer/);
});
