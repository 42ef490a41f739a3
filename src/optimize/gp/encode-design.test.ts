import assert from "node:assert/strict";
import { test } from "node:test";
import { Random } from "../../base/random.ts";
import { adjacency } from "../../space/adjacency.ts";
import { choice, flag, float, int } from "../../space/field.ts";
import { isAllowed, space } from "../../space/space.ts";
import { designAt } from "../../space/unit-map.ts";
import { designEncoder } from "./encode-design.ts";

const about = "a setting";
const mixed = space(
  {
    leak: float({ about, unit: "1", low: 0.5, high: 1, default: 0.75 }),
    steps: int({ about, unit: "step", low: 1, high: 64, scale: "log", default: 8 }),
    bits: int({ about, unit: "bit", low: 2, high: 8, default: 8 }),
    only: int({ about, unit: "1", low: 3, high: 3, default: 3 }),
    neuron: choice({ about, options: ["if", "lif", "alif"], default: "if" }),
    isTied: flag({ about, default: false }),
    skips: adjacency({ about, layers: 4, cells: ["none", "add", "concat"] }),
  },
  { leak: { neuron: "lif" } },
  [{ bits: { high: 3 }, neuron: "alif" }],
);
const encoder = designEncoder(mixed);

test("a line is one coordinate, a choice one category, a matrix one category a cell", () => {
  assert.deepEqual(encoder.names, ["leak", "steps", "bits", "neuron", "isTied", "skips"]);
  assert.deepEqual([...encoder.isCategory], [0, 0, 0, 1, 1, 1, 1, 1, 1, 1, 1]);
  assert.deepEqual([...encoder.isSmooth], [1, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0]);
});

test("coordinates lead back to their design, and forbidden places have none", () => {
  const random = new Random({ seed: 1, trial: -1, purpose: "test-encoder", index: 0 });
  let forbidden = 0;
  for (let i = 0; i < 300; i++) {
    const places = encoder.names.map(() => random.uniform());
    const x = encoder.fromPlaces(places);
    if (x === null) {
      assert.equal(isAllowed(mixed, designAt(mixed, encoder.names, places)), false);
      forbidden++;
      continue;
    }
    const design = encoder.decode(x);
    assert.ok(isAllowed(mixed, design));
    for (const [c, at] of encoder.encode(design).entries()) assert.ok(Math.abs(at - x[c]) < 1e-12);
  }
  assert.ok(forbidden > 0);
});

test("inactive fields stand at their default and are not moved", () => {
  const design = encoder.decode(
    encoder.encode({ ...encoder.decode(new Float64Array(11)), leak: 0.9, neuron: "if" }),
  );
  assert.equal(design["leak"], 0.75);
  assert.equal(encoder.movable(design)[0], 0);
  assert.equal(encoder.movable({ ...design, neuron: "lif" })[0], 1);
});

test("neighbours differ in one field, are allowed and miss nothing", () => {
  const design = encoder.decode(
    encoder.encode({ ...encoder.decode(new Float64Array(11)), bits: 5, neuron: "lif" }),
  );
  const found = encoder.neighbours(design);
  // 6 other bits, 2 other neurons, 1 flag, and at an empty matrix each of 6 cells with 2 kinds.
  assert.equal(found.length, 6 + 2 + 1 + 12);
  for (const other of found) {
    const changed = Object.keys(design).filter((name) => other[name] !== design[name]);
    assert.equal(changed.length, 1, `${changed}`);
  }
  const cheap = encoder.neighbours({ ...design, bits: 2 });
  assert.ok(!cheap.some(({ neuron }) => neuron === "alif"));
});

test("fidelity is a coordinate of its own, 1 where all was spent", () => {
  const wide = designEncoder(mixed, true);
  const design = encoder.decode(new Float64Array(11));
  assert.equal(wide.dimensions, 12);
  assert.equal(wide.encode(design)[11], 1);
  assert.ok(wide.encode(design, 0.25)[11] < wide.encode(design, 0.5)[11]);
  assert.deepEqual(wide.decode(wide.encode(design, 0.25)), design);
});
