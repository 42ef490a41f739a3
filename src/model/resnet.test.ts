import assert from "node:assert/strict";
import { test } from "node:test";
import { randomAnn, runAnn } from "../../test/scalar-networks.ts";
import { residualNetwork } from "./resnet.ts";
import { inferShapes, sizeOf } from "./shapes.ts";

test("depth counts the layers with weights, and ResNet-20 has 0.27 million parameters", () => {
  for (const depth of [8, 20, 32]) {
    const { network, fixed } = residualNetwork({ depth });
    const learned = network.layers.filter(
      ({ id, kind }) => (kind === "conv2d" || kind === "dense") && !(`${id}.weight` in fixed),
    );
    assert.equal(learned.length, depth);
  }
  const { network, fixed } = residualNetwork({ depth: 20 });
  const { tensors } = randomAnn(network, 1);
  const isCounted = (name: string): boolean => !(name in fixed) && !/\.(mean|variance)$/.test(name);
  const parameters = Object.entries(tensors).reduce(
    (sum, [name, { shape }]) => sum + (isCounted(name) ? sizeOf(shape) : 0),
    0,
  );
  // He et al. 2015, table 6: 0.27 M.
  assert.equal((parameters / 1e6).toFixed(2), "0.27");
});

test("stages halve the image and end in the mean of every channel", () => {
  const { network } = residualNetwork({ depth: 8, widths: [4, 8, 16], inputShape: [1, 28, 20], classes: 3 });
  const shapes = inferShapes(network);
  assert.deepEqual(shapes.get("stage1-block1-relu2"), [4, 28, 20]);
  assert.deepEqual(shapes.get("stage2-block1-relu2"), [8, 14, 10]);
  assert.deepEqual(shapes.get("stage3-block1-relu2"), [16, 7, 5]);
  assert.deepEqual(shapes.get("mean"), [16, 1, 1]);
  assert.deepEqual(shapes.get(network.output), [3]);
});

test("an identity shortcut hands on every second pixel between silent channels", () => {
  const { network, fixed } = residualNetwork({ depth: 8, widths: [2, 6, 6], inputShape: [1, 6, 4] });
  const model = randomAnn(network, 3);
  const values = runAnn(
    { ...model, tensors: { ...model.tensors, ...fixed } },
    Array.from({ length: 24 }, (_, i) => i / 24),
  );
  const before = values.get("stage1-block1-relu2") ?? [];
  const after = values.get("stage2-block1-shortcut") ?? [];
  assert.equal(after.length, 6 * 3 * 2);
  assert.ok(before.some((value) => value > 0));
  after.forEach((value, i) => {
    const [channel, row, column] = [Math.floor(i / 6), Math.floor((i % 6) / 2), i % 2];
    const isSilent = channel < 2 || channel > 3;
    assert.equal(value, isSilent ? 0 : before[(channel - 2) * 24 + 2 * row * 4 + 2 * column]);
  });
  // The third stage halves the image without new channels.
  assert.deepEqual(fixed["stage3-block1-shortcut.weight"].shape, [6, 6, 1, 1]);
});

test("projections are learned and normalised, so nothing is fixed", () => {
  const { network, fixed } = residualNetwork({ depth: 8, shortcut: "projection" });
  assert.deepEqual(fixed, {});
  assert.equal(network.layers.filter(({ id }) => id.endsWith("-shortcut-norm")).length, 2);
  const add = network.layers.find(({ id }) => id === "stage2-block1-add");
  assert.deepEqual(
    add?.inputs.map(({ from }) => from),
    ["stage2-block1-norm2", "stage2-block1-shortcut-norm"],
  );
});

test("depths between blocks and channels that cannot be padded evenly are refused", () => {
  assert.throws(() => residualNetwork({ depth: 18 }), /depth must be 2 more than a multiple of 6, from 8/);
  assert.throws(() => residualNetwork({ depth: 2 }), /depth must be/);
  assert.throws(
    () => residualNetwork({ depth: 8, widths: [2, 5, 8] }),
    /"stage2-block1-shortcut" must have an even number of channels/,
  );
});
