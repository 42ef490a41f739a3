// What every protection of stored weights must do. A new one passes this file unchanged.

import assert from "node:assert/strict";
import { describe, test } from "node:test";
import type { ProtectionCost, WeightProtection } from "../../src/fault/protection/protection.ts";
import { drawRedundantFlips } from "../../src/fault/protection/redundant-flips.ts";
import { drawFlips, flippedWeights, type StoredWeights } from "../../src/fault/weight-bit-flip.ts";
import type { Model } from "../../src/model/model.ts";
import type { Fields } from "../../src/space/field.ts";
import { resolve } from "../../src/space/resolve.ts";

type Settings = Readonly<Record<string, number | string | boolean>>;

/**
 * @param protection - its own kind of settings is filled in from its fields
 * @param models - one for each stored format
 * @param variants - settings to try besides the defaults
 */
export function protectionContract(
  protection: WeightProtection,
  models: Readonly<Record<string, Model>>,
  variants: readonly Settings[],
): void {
  const { name, fields } = protection;
  for (const [format, model] of Object.entries(models)) {
    for (const variant of [{}, ...variants]) {
      const settings = resolve<Fields>(name, fields, variant);
      const golden = weightsOf(model);
      const protect = (struck: StoredWeights, redundantFlips = {}): StoredWeights =>
        protection.protect({ model, struck, redundantFlips, settings });
      const keyOf = (index: number) => ({ seed: 5, trial: 0, purpose: `contract-${name}`, index });

      describe(`${name} ${JSON.stringify(variant)} keeps the contract on ${format} weights`, () => {
        test("sound memory is read as it is, bit for bit", () => {
          assert.deepEqual(protect({}), {});
          assert.deepEqual(bytesOf(protect(golden)), bytesOf(golden));
        });

        test("neither the struck weights nor the model are changed", () => {
          const before = bytesOf(golden);
          const struck = flippedWeights(model, drawFlips(model, { bitErrorRate: 0.05, key: keyOf(0) }));
          const held = bytesOf(struck);
          const flips = drawRedundantFlips(protection, model, settings, {
            bitErrorRate: 0.05,
            key: keyOf(0),
          });
          const read = protect(struck, flips);
          assert.deepEqual([bytesOf(struck), bytesOf(weightsOf(model))], [held, before]);
          for (const [id, data] of Object.entries(read)) assert.equal(data.length, golden[id].length);
        });

        test("of single flips of stored bits, none harms a weight of another word or layer", () => {
          const [id, data] = Object.entries(golden)[0];
          const struck = { [id]: data.slice() };
          flipBit(struck[id], 3, 0);
          const read = protect(struck);
          assert.deepEqual(Object.keys(read), [id]);
          const harmed = Array.from(read[id]).filter((value, i) => !Object.is(value, data[i])).length;
          assert.ok(harmed <= Number(settings["weightsPerWord"] ?? 1), `${harmed} weights`);
        });

        test("the cells it adds are those it pays for, and are flipped at the rate", () => {
          const cost = protection.cost(model, settings);
          const cells = Object.keys(golden).map((id) => protection.redundantBits(model, id, settings));
          assert.equal(
            cost.extraBits,
            cells.reduce((a, b) => a + b),
          );
          let flipped = 0;
          const [draws, rate] = [40, 0.1];
          for (let index = 0; index < draws; index++) {
            const key = keyOf(index);
            const flips = drawRedundantFlips(protection, model, settings, { bitErrorRate: rate, key });
            assert.deepEqual(
              flips,
              drawRedundantFlips(protection, model, settings, { bitErrorRate: rate, key }),
            );
            for (const own of Object.values(flips)) flipped += own.length;
          }
          const expected = draws * cost.extraBits * rate;
          assert.ok(
            Math.abs(flipped - expected) <= 5 * Math.sqrt(expected * (1 - rate)),
            `${flipped} for ${expected}`,
          );
          for (const bitErrorRate of [0, 1]) {
            const all = drawRedundantFlips(protection, model, settings, { bitErrorRate, key: keyOf(0) });
            const count = Object.values(all).reduce((sum, { length }) => sum + length, 0);
            assert.equal(count, bitErrorRate * cost.extraBits);
          }
        });

        test("no cost is below nothing", () => assertNoGain(protection.cost(model, settings)));

        test("struck weights of no layer or another size are refused", () => {
          assert.throws(() => protect({ nowhere: new Int8Array(1) }), /must be a layer with weights/);
          const [id] = Object.keys(golden);
          assert.throws(() => protect({ [id]: golden[id].slice(1) }), /struck weights of layer/);
        });
      });
    }
  }
}

/** @throws {AssertionError} when a part of the cost is negative or no number */
export function assertNoGain({ extraBits, ...overheads }: ProtectionCost): void {
  assert.ok(extraBits >= 0);
  for (const overhead of Object.values(overheads)) {
    for (const [what, amount] of Object.entries(overhead)) assert.ok((amount as number) >= 0, what);
  }
}

function flipBit(weights: Int8Array | Float32Array, element: number, bit: number): void {
  const words =
    weights instanceof Float32Array
      ? new Uint32Array(weights.buffer, weights.byteOffset, weights.length)
      : weights;
  words[element] ^= 1 << bit;
}

export function weightsOf(model: Model): Record<string, Int8Array | Float32Array> {
  return Object.fromEntries(
    Object.entries(model.tensors)
      .filter(([name]) => name.endsWith(".weight"))
      .map(([name, { data }]) => [name.slice(0, -7), (data as Int8Array | Float32Array).slice()]),
  );
}

function bytesOf(weights: StoredWeights): Record<string, readonly number[]> {
  return Object.fromEntries(
    Object.entries(weights).map(([id, data]) => [
      id,
      [...new Uint8Array(data.buffer, data.byteOffset, data.byteLength)],
    ]),
  );
}
