import assert from "node:assert/strict";
import { test } from "node:test";
import { assertNoGain, weightsOf } from "../../../test/contracts/protection.ts";
import { randomAnn } from "../../../test/scalar-networks.ts";
import { Random } from "../../base/random.ts";
import { dense, sequential } from "../../model/build.ts";
import type { Model } from "../../model/model.ts";
import type { Fault } from "../fault.ts";
import { struckModel } from "../struck-model.ts";
import { remappedBits } from "./remapped-bits.ts";

const float32 = randomAnn(sequential("one", [5], [dense(4)]), 1);
const layer = float32.network.output;
const int4 = coded(4, (i) => ((i * 5) % 15) - 7);

function coded(bits: number, code: (i: number) => number): Model {
  const data = Int8Array.from({ length: 20 }, (_, i) => code(i));
  const tensors = { ...float32.tensors, [`${layer}.weight`]: { shape: [4, 5], data } };
  return { ...float32, weightFormat: { kind: "int", bits }, tensors: withScale(tensors) };
}

function withScale(tensors: Model["tensors"]): Model["tensors"] {
  return { ...tensors, [`${layer}.scale`]: { shape: [1], data: Float32Array.of(0.1) } };
}

const stuckAt = (element: number, bit: number, one: boolean): Fault => ({
  target: "weight",
  layer,
  element,
  change: { kind: one ? "stuck1" : "stuck0", bit },
  steps: null,
});
const read = (model: Model, stuck: readonly Fault[], settings = {}, redundantFlips = {}) =>
  remappedBits.read({
    model,
    stuck,
    redundantFlips,
    settings: { weightsPerRotation: 1, chosenBy: "cells", ...settings },
  });

test("one stuck cell of a code, wherever it is and whatever it holds, costs at most one step", () => {
  for (let bit = 0; bit < 4; bit++) {
    for (const one of [false, true]) {
      for (let element = 0; element < 20; element++) {
        const sound = weightsOf(int4)[layer];
        const got = read(int4, [stuckAt(element, bit, one)])[layer];
        for (let i = 0; i < 20; i++) assert.ok(Math.abs(got[i] - sound[i]) <= (i === element ? 1 : 0));
      }
    }
  }
});

test("k stuck cells in a row cost less than 2^k steps", () => {
  for (let element = 0; element < 20; element++) {
    for (let first = 0; first < 4; first++) {
      const faults = [0, 1].map((k) => stuckAt(element, (first + k) % 4, (element + k) % 2 === 0));
      assert.ok(Math.abs(read(int4, faults)[layer][element] - weightsOf(int4)[layer][element]) < 4);
    }
  }
});

test("a stuck exponent bit of a float32 becomes its lowest mantissa bit", () => {
  const sound = weightsOf(float32)[layer];
  for (const bit of [23, 28, 30]) {
    const got = read(float32, [stuckAt(7, bit, true)])[layer];
    for (let i = 0; i < 20; i++) assert.ok(Math.abs(got[i] - sound[i]) <= 2 ** -23 * Math.abs(sound[i]));
  }
});

test("chosen by values, no group is read with more squared error than without rotations", () => {
  for (const model of [int4, float32]) {
    for (const weightsPerRotation of [1, 3, 20]) {
      for (let index = 0; index < 20; index++) {
        const faults = randomStuck(model, index);
        const sound = weightsOf(model)[layer];
        const plain = struckModel(model, faults).tensors[`${layer}.weight`].data;
        const got = read(model, faults, { weightsPerRotation, chosenBy: "values" })[layer];
        for (let start = 0; start < 20; start += weightsPerRotation) {
          const errorOf = (values: ArrayLike<number>): number => {
            let sum = 0;
            for (let i = start; i < Math.min(20, start + weightsPerRotation); i++)
              sum += (values[i] - sound[i]) ** 2;
            return Number.isNaN(sum) ? Number.POSITIVE_INFINITY : sum;
          };
          assert.ok(errorOf(got) <= errorOf(plain), `${errorOf(got)} > ${errorOf(plain)}`);
        }
      }
    }
  }
});

function randomStuck(model: Model, index: number): readonly Fault[] {
  const random = new Random({ seed: 1, trial: 0, purpose: "stuck", index });
  const bits = model.weightFormat.kind === "int" ? model.weightFormat.bits : 32;
  const cells = new Set(Array.from({ length: 12 }, () => random.integer(20 * bits)));
  return [...cells].map((cell) => stuckAt(Math.floor(cell / bits), cell % bits, random.integer(2) === 1));
}

test("without stuck cells nothing is read otherwise, and a flipped rotation bit turns its own group's bits only", () => {
  assert.deepEqual(read(int4, []), {});
  const got = read(int4, [], { weightsPerRotation: 2 }, { [layer]: Uint32Array.of(2 * 3) })[layer];
  const turned = [...weightsOf(int4)[layer]].map((code, i) =>
    // Rotation 1 read for rotation 0: bit b comes from cell b + 1.
    i === 6 || i === 7 ? ((((code & 15) >> 1) | ((code & 1) << 3)) << 28) >> 28 : code,
  );
  assert.deepEqual([...got], turned);
});

test("what is no stuck bit of a weight is refused, and so are cells there are not", () => {
  const fault = stuckAt(0, 0, true);
  assert.throws(
    () => read(int4, [{ ...fault, change: { kind: "flip", bit: 0 } }]),
    /must be a bit of a weight stuck/,
  );
  assert.throws(
    () => read(int4, [{ ...fault, target: "bias" }]),
    /faults\[0\] must be a bit of a weight stuck/,
  );
  assert.throws(() => read(int4, [stuckAt(0, 4, true)]), /bit/);
  assert.throws(() => read(int4, [stuckAt(20, 0, true)]), /element must be from 0 to 19/);
});

test("a rotation of a four-bit code costs two cells, shared by its group", () => {
  const settings = { weightsPerRotation: 5, chosenBy: "cells" as const };
  const cost = remappedBits.cost(int4, settings);
  assert.equal(cost.extraBits, (2 * 20) / 5);
  assertNoGain(cost);
});
