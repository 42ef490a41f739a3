import assert from "node:assert/strict";
import { test } from "node:test";
import { randomAnn, randomInput, runAnn } from "../../test/scalar-networks.ts";
import { averagePool, batchNorm, connect, conv2d, dense, flatten, relu, sequential } from "../model/build.ts";
import type { Model } from "../model/model.ts";
import type { Network } from "../model/network.ts";
import { validateModel } from "../model/validate-model.ts";
import { foldBatchNorm } from "./fold-batch-norm.ts";

const networks: Record<string, Network> = {
  "conv and dense": sequential(
    "cnn",
    [2, 6, 5],
    [
      conv2d({ channels: 4, kernel: 3, padding: 1, groups: 2 }),
      batchNorm(),
      relu(),
      averagePool(2),
      conv2d({ channels: 3, kernel: 2, bias: false }),
      batchNorm(1e-2),
      relu(),
      flatten(),
      dense(5),
      batchNorm(),
      relu(),
      dense(3),
    ],
  ),
  "dense without bias, and a norm at the output": sequential(
    "mlp",
    [7],
    [dense(6, false), batchNorm(), relu(), dense(4, false), batchNorm()],
  ),
  "two norms in a row": sequential("twice", [3], [dense(4), batchNorm(), batchNorm(), relu(), dense(2)]),
};

for (const [name, network] of Object.entries(networks)) {
  test(`folding ${name} changes no score by more than 1e-5`, () => {
    for (let seed = 0; seed < 5; seed++) {
      const model = randomAnn(network, seed);
      const folded = foldBatchNorm(model);
      validateModel(folded);
      assert.ok(!folded.network.layers.some((layer) => layer.kind === "batchNorm"));
      const input = randomInput(network, seed);
      const before = runAnn(model, input).get(model.network.output) ?? [];
      const after = runAnn(folded, input).get(folded.network.output) ?? [];
      assert.equal(after.length, before.length);
      for (const [i, score] of before.entries()) {
        assert.ok(
          Math.abs(after[i] - score) <= 1e-5 * Math.max(1, Math.abs(score)),
          `${after[i]} for ${score}`,
        );
      }
    }
  });
}

test("folding leaves the given model as it was", () => {
  const model = randomAnn(networks["conv and dense"], 1);
  const copy = structuredClone(model);
  foldBatchNorm(model);
  assert.deepEqual(model, copy);
});

test("a network without batch norm comes back as it is", () => {
  const model = randomAnn(sequential("plain", [3], [dense(2)]), 0);
  assert.equal(foldBatchNorm(model), model);
});

test("a norm that follows no linear layer is refused by name", () => {
  const model = randomAnn(sequential("x", [3], [dense(2), relu(), batchNorm(), dense(2)]), 0);
  assert.throws(() => foldBatchNorm(model), {
    name: "InvalidValueError",
    message: /^layer "batchNorm1" must follow a dense or conv2d layer.*"relu"/,
  });
});

test("a norm at the input is refused by name", () => {
  const model = randomAnn(sequential("x", [3], [batchNorm(), dense(2)]), 0);
  assert.throws(() => foldBatchNorm(model), /"batchNorm1" must follow a dense or conv2d layer.*the input/);
});

test("a linear layer with another user is refused with the user's name", () => {
  const network: Network = {
    name: "shared",
    inputShape: [3],
    layers: [
      { id: "a", kind: "dense", units: 3, bias: true, inputs: [connect("input")] },
      { id: "norm", kind: "batchNorm", epsilon: 1e-5, momentum: 0.1, inputs: [connect("a")] },
      { id: "sum", kind: "add", inputs: [connect("norm"), connect("a")] },
    ],
    output: "sum",
  };
  assert.throws(
    () => foldBatchNorm(randomAnn(network, 0)),
    /"norm" must be the only user of "a".*also used by sum/,
  );
});

test("a quantised model is refused", () => {
  const model: Model = {
    ...randomAnn(networks["two norms in a row"], 0),
    weightFormat: { kind: "int", bits: 8 },
  };
  assert.throws(() => foldBatchNorm(model));
});
