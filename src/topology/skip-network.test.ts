// Networks with skip connections against what their matrices say.

import assert from "node:assert/strict";
import { test } from "node:test";
import { InvalidValueError } from "../base/errors.ts";
import { inferShapes } from "../model/shapes.ts";
import { countProducts } from "./count-products.ts";
import { layerSources } from "./layer-sources.ts";
import { showSkips } from "./show-skips.ts";
import { fullMatrix, skipField } from "./skip-block.ts";
import { skipEdges } from "./skip-edges.ts";
import { type SkipNetworkSpec, skipNetwork } from "./skip-network.ts";
import { matricesOf, skipSpace } from "./skip-space.ts";

const denseSpec: SkipNetworkSpec = {
  name: "dense",
  imageShape: [1, 4, 4],
  classes: 3,
  stem: { kind: "dense", width: 5 },
  blocks: [{ kind: "dense", widths: [5, 5, 7] }],
  neuron: { model: "lif", reset: "subtract" },
  isOutputSpiking: true,
};

const convSpec: SkipNetworkSpec = {
  ...denseSpec,
  name: "conv",
  imageShape: [1, 8, 8],
  stem: { kind: "conv", width: 4 },
  blocks: [{ kind: "conv", widths: [6, 6, 6], stride: 2 }],
};

/** Layer ids by what they read. */
function inputsOf(spec: SkipNetworkSpec, matrix: string): Record<string, readonly string[]> {
  const { layers } = skipNetwork(spec, [matrix]);
  return Object.fromEntries(layers.map(({ id, inputs }) => [id, inputs.map(({ from }) => from)]));
}

test("without skips a block is a chain", () => {
  const { layers } = skipNetwork(denseSpec, ["00|0"]);
  assert.ok(layers.every(({ kind }) => kind !== "add" && kind !== "concat"));
  // 16·5 + 5·5 + 5·5 + 5·7 + 7·3.
  assert.equal(countProducts(skipNetwork(denseSpec, ["00|0"])), 186);
});

test("an addition between layers of one width is an identity and costs no products", () => {
  const inputs = inputsOf(denseSpec, "10|0");
  assert.deepEqual(inputs["block1-2-add"], ["block1-1-fires", "stem-fires"]);
  assert.deepEqual(inputs["block1-2-weights"], ["block1-2-add"]);
  assert.equal(countProducts(skipNetwork(denseSpec, ["10|0"])), 186);
});

test("an addition to a layer of another width is projected, and the projection's products are counted", () => {
  const spec = { ...denseSpec, blocks: [{ kind: "dense", widths: [6, 5, 7] } as const] };
  const chain = countProducts(skipNetwork(spec, ["00|0"]));
  const inputs = inputsOf(spec, "10|0");
  assert.deepEqual(inputs["block1-2-add"], ["block1-1-fires", "block1-2-from0-fires"]);
  assert.equal(countProducts(skipNetwork(spec, ["10|0"])), chain + 5 * 6);
});

test("a concatenation adds the source's width to the fan-in", () => {
  const network = skipNetwork(denseSpec, ["22|2"]);
  const shapes = inferShapes(network);
  assert.deepEqual(shapes.get("block1-2-concat"), [10]);
  assert.deepEqual(shapes.get("block1-3-concat"), [15]);
  assert.equal(countProducts(network), 186 + 5 * 5 + 10 * 7);
});

test("added and concatenated sources of one layer are summed and joined", () => {
  const inputs = inputsOf(denseSpec, "01|2");
  assert.deepEqual(inputs["block1-3-add"], ["block1-2-fires", "stem-fires"]);
  assert.deepEqual(inputs["block1-3-concat"], ["block1-3-add", "block1-1-fires"]);
});

test("skips across a stride are projected to its size, and concatenations keep their channels", () => {
  for (const [matrix, channels] of [
    ["10|0", 6],
    ["20|0", 10],
  ] as const) {
    const network = skipNetwork(convSpec, [matrix]);
    const shapes = inferShapes(network);
    const projection = network.layers.find(({ id }) => id === "block1-2-from0-weights");
    assert.ok(projection?.kind === "conv2d" && projection.stride[0] === 2 && projection.kernel[0] === 1);
    assert.deepEqual(shapes.get("block1-2-from0-fires"), [matrix === "10|0" ? 6 : 4, 4, 4]);
    const layer = network.layers.find(({ id }) => id === "block1-2-weights");
    assert.deepEqual(shapes.get(layer?.inputs[0].from ?? ""), [channels, 4, 4]);
    assert.deepEqual(shapes.get("block1-3-fires"), [6, 4, 4]);
  }
});

test("every matrix of a block makes a network whose shapes fit, as spikes and as an ANN", () => {
  for (const spec of [denseSpec, convSpec, { ...convSpec, batchNorm: true }]) {
    for (const a of "012")
      for (const b of "012")
        for (const c of "012") {
          const matrix = [`${a}${b}|${c}`];
          const [snn, ann] = [skipNetwork(spec, matrix), skipNetwork(spec, matrix, "ann")];
          assert.deepEqual(inferShapes(snn).get(snn.output), [3]);
          assert.deepEqual(inferShapes(ann).get(ann.output), [3]);
          assert.equal(countProducts(snn), countProducts(ann));
        }
  }
});

test("without a chain, layers on no way from input to output are left out", () => {
  const block = { kind: "dense", widths: [5, 5, 7], isChained: false } as const;
  // 0 → 1, 0 → 3, 2 → 3: node 1 leads nowhere and nothing leads to node 2.
  const sources = layerSources(block, "101|00|1");
  assert.deepEqual(sources, [{ node: 3, parts: [{ kind: "sum", node: 0, added: [] }] }]);
  assert.deepEqual(skipEdges(block, "101|00|1"), [{ from: 0, to: 3, kind: "add" }]);
  const { layers } = skipNetwork({ ...denseSpec, blocks: [block] }, ["101|00|1"]);
  assert.ok(!layers.some(({ id }) => id.startsWith("block1-1") || id.startsWith("block1-2")));
  assert.throws(() => layerSources(block, "100|00|1"), InvalidValueError);
  assert.equal(skipField(block).default, "100|10|1");
});

test("the space of skips has the supernet's and the plain matrix", () => {
  const space = skipSpace(denseSpec);
  assert.deepEqual(
    matricesOf(denseSpec, Object.fromEntries(Object.entries(space.fields).map(([k, f]) => [k, f.default]))),
    ["00|0"],
  );
  assert.equal(fullMatrix(denseSpec.blocks[0]), "22|2");
});

test("what is no matrix of the block is refused in words", () => {
  assert.throws(() => skipNetwork(denseSpec, ["000|0"]), InvalidValueError);
  assert.throws(() => skipNetwork(denseSpec, []), /must be 1 matrices, but got 0/);
  assert.throws(
    () => skipNetwork({ ...denseSpec, blocks: [{ kind: "conv", widths: [4, 4] }] }, ["0"]),
    /must be dense behind dense layers/,
  );
});

test("edges are the chain's and the matrix's", () => {
  assert.deepEqual(skipEdges(denseSpec.blocks[0], "12|0"), [
    { from: 0, to: 1, kind: "chain" },
    { from: 1, to: 2, kind: "chain" },
    { from: 0, to: 2, kind: "add" },
    { from: 2, to: 3, kind: "chain" },
    { from: 0, to: 3, kind: "concat" },
  ]);
});

test("a matrix is shown with its chain, additions and concatenations", () => {
  assert.equal(
    showSkips(denseSpec.blocks[0], "12|0"),
    ["     1  2  3", "0    |  +  ∥", "1       |  ·", "2          |"].join("\n"),
  );
});
