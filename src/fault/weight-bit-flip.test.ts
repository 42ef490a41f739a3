import assert from "node:assert/strict";
import { test } from "node:test";
import { flipMaskContract } from "../../test/contracts/flip-mask.ts";
import { randomAnn } from "../../test/scalar-networks.ts";
import { conv2d, dense, flatten, relu, sequential } from "../model/build.ts";
import type { Model, Tensor } from "../model/model.ts";
import { applyFlips, drawFlips, type FlipMask, flippedWeights } from "./weight-bit-flip.ts";

const network = sequential(
  "cnn",
  [1, 8, 8],
  [conv2d({ channels: 8, kernel: 3 }), relu(), flatten(), dense(10)],
);
const float32 = randomAnn(network, 1);

/** Weights as codes over the full range of a width; enough of a model for faults. */
function coded(model: Model, bits: number): Model {
  const tensors: Record<string, Tensor> = {};
  for (const [name, { shape, data }] of Object.entries(model.tensors)) {
    const codes = Int8Array.from(data, (_, i) => (i % 2 ** bits) - 2 ** (bits - 1));
    tensors[name] = name.endsWith(".weight") ? { shape, data: codes } : { shape, data };
  }
  return { ...model, weightFormat: { kind: "int", bits }, tensors };
}

flipMaskContract(
  { name: "weight-bit-flip", draw: drawFlips, apply: applyFlips },
  { float32, int8: coded(float32, 8), int5: coded(float32, 5), int2: coded(float32, 2) },
);

const key = { seed: 1, trial: 2, purpose: "test", index: 3 };
const single = (format: string, weightBits: number, element: number, bit: number): FlipMask => ({
  format,
  weightBits,
  flippedBits: 1,
  layers: [{ layer: "a", elements: Uint32Array.of(element), bits: Uint8Array.of(bit) }],
});

test("the top bit moves an int8 code by half of full scale and stays in an int4 code's range", () => {
  const codes = Int8Array.of(5, -3);
  applyFlips({ a: codes }, single("int8", 8, 0, 7));
  assert.deepEqual([...codes], [5 - 128, -3]);
  const narrow = Int8Array.of(5, -3);
  applyFlips({ a: narrow }, single("int4", 4, 0, 3));
  applyFlips({ a: narrow }, single("int4", 4, 1, 3));
  assert.deepEqual([...narrow], [5 - 8, -3 + 8]);
});

test("codes of every width stay in their range under any mask", () => {
  for (const bits of [2, 3, 4, 5, 6, 7, 8]) {
    const model = coded(float32, bits);
    for (const codes of Object.values(flippedWeights(model, drawFlips(model, { bitErrorRate: 0.4, key })))) {
      for (const code of codes) assert.ok(code >= -(2 ** (bits - 1)) && code < 2 ** (bits - 1), `${code}`);
    }
  }
});

test("the sign bit of a float32 negates it, and an exponent bit scales it by a power of two", () => {
  const values = Float32Array.of(1.5, 1.5);
  applyFlips({ a: values }, single("float32", 32, 0, 31));
  applyFlips({ a: values }, single("float32", 32, 1, 24));
  assert.deepEqual([...values], [-1.5, 1.5 / 4]);
});

test("flips through signalling NaNs restore every bit", () => {
  const patterns = Uint32Array.of(0x7f800001, 0xff812345);
  const values = new Float32Array(patterns.buffer);
  const mask = single("float32", 32, 0, 3);
  applyFlips({ a: values }, mask);
  applyFlips({ a: values }, mask);
  assert.deepEqual([...patterns], [0x7f800001, 0xff812345]);
});

test("every bit position is hit about equally often", () => {
  const hits = new Array<number>(8).fill(0);
  const model = coded(float32, 8);
  for (let index = 0; index < 200; index++) {
    for (const { bits } of drawFlips(model, { bitErrorRate: 0.01, key: { ...key, index } }).layers) {
      for (const bit of bits) hits[bit]++;
    }
  }
  const mean = hits.reduce((a, b) => a + b) / 8;
  for (const count of hits) assert.ok(Math.abs(count - mean) < 5 * Math.sqrt(mean), `${hits}`);
});

test("only layers that are hit are listed and copied, and the model stays as it is", () => {
  const model = coded(float32, 8);
  const before = structuredClone(model.tensors);
  const mask = drawFlips(model, { bitErrorRate: 2e-4, key });
  const flipped = flippedWeights(model, mask);
  assert.ok(mask.flippedBits > 0);
  assert.deepEqual(
    Object.keys(flipped),
    mask.layers.map(({ layer }) => layer),
  );
  assert.deepEqual(model.tensors, before);
});

test("a mask is refused by weights of another format, size or name", () => {
  const mask = single("int8", 8, 5, 0);
  assert.throws(
    () => applyFlips({ a: new Float32Array(9) }, mask),
    /"a" must be the int8 weights.*Float32Array/,
  );
  assert.throws(
    () => applyFlips({ a: new Int8Array(5) }, mask),
    /"a" must be the int8 weights.*5 of Int8Array/,
  );
  assert.throws(() => applyFlips({ b: new Int8Array(9) }, mask), /"a" must be the int8 weights.*nothing/);
});
