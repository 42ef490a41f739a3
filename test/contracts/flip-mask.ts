// What masks of flipped bits must do, whoever draws them.

import assert from "node:assert/strict";
import { describe, test } from "node:test";
import type { StreamKey } from "../../src/base/random.ts";
import type { FlipMask, StoredWeights } from "../../src/fault/weight-bit-flip.ts";
import type { Model } from "../../src/model/model.ts";

/** Masks are drawn from a key, and applied to stored weights in place: a second time restores. */
export interface MaskedFault {
  readonly name: string;
  draw(model: Model, dose: { readonly bitErrorRate: number; readonly key: StreamKey }): FlipMask;
  apply(weights: StoredWeights, mask: FlipMask): void;
}

/**
 * @param models - one for each stored format the fault strikes, each with at least 5,000 stored bits
 */
export function flipMaskContract(fault: MaskedFault, models: Readonly<Record<string, Model>>): void {
  const keyOf = (index: number, trial = 0) => ({ seed: 11, trial, purpose: `contract-${fault.name}`, index });
  for (const [format, model] of Object.entries(models)) {
    const draw = (bitErrorRate: number, index: number): FlipMask =>
      fault.draw(model, { bitErrorRate, key: keyOf(index) });
    describe(`${fault.name} keeps the contract of masks on ${format} weights`, () => {
      test("the dose is the rate times the stored bits, within five standard deviations", () => {
        const cells = storedBits(model, format);
        for (const rate of [1e-3, 0.02, 0.3, 0.9]) {
          const draws = 20;
          let flipped = 0;
          for (let index = 0; index < draws; index++) flipped += draw(rate, index).flippedBits;
          const expected = draws * cells * rate;
          assert.ok(
            Math.abs(flipped - expected) < 5 * Math.sqrt(expected * (1 - rate)),
            `${flipped} for ${expected}`,
          );
        }
      });

      test("one key gives one mask, other indices and trials give others", () => {
        assert.deepEqual(draw(0.01, 3), draw(0.01, 3));
        assert.notDeepEqual(draw(0.01, 3), draw(0.01, 4));
        assert.notDeepEqual(draw(0.01, 3), fault.draw(model, { bitErrorRate: 0.01, key: keyOf(3, 1) }));
      });

      test("rate zero changes nothing", () => {
        const mask = draw(0, 0);
        assert.equal(mask.flippedBits, 0);
        const weights = copyWeights(model);
        fault.apply(weights, mask);
        assert.deepEqual(bytesOf(weights), bytesOf(copyWeights(model)));
      });

      test("a rate too small for a single flip ends at once, without one", () => {
        for (const rate of [1e-15, 1e-300, 5e-324]) assert.equal(draw(rate, 0).flippedBits, 0);
      });

      test("rate one flips every stored bit once", () => {
        assert.equal(draw(1, 0).flippedBits, storedBits(model, format));
      });

      test("struck once every hit layer differs, struck twice all is as it was", () => {
        const before = bytesOf(copyWeights(model));
        for (const rate of [0.001, 0.1, 1]) {
          const weights = copyWeights(model);
          const mask = draw(rate, 5);
          fault.apply(weights, mask);
          const struck = bytesOf(weights);
          for (const id of Object.keys(before)) {
            const isHit = mask.layers.some(({ layer }) => layer === id);
            assert.equal(Buffer.compare(struck[id], before[id]) !== 0, isHit);
          }
          fault.apply(weights, mask);
          assert.deepEqual(bytesOf(weights), before);
        }
      });

      test("no bit is hit twice by one mask", () => {
        for (const { elements, bits } of draw(0.5, 1).layers) {
          assert.equal(
            new Set(Array.from(elements, (element, i) => element * 64 + bits[i])).size,
            elements.length,
          );
        }
      });

      test("rates that are no chance are refused", () => {
        for (const rate of [-0.1, 1.1, Number.NaN])
          assert.throws(() => draw(rate, 0), /bitErrorRate must be a number from 0 to 1/);
      });
    });
  }
}

function storedBits(model: Model, format: string): number {
  const bits = format === "float32" ? 32 : Number(format.slice(3));
  return Object.values(copyWeights(model)).reduce((sum, { length }) => sum + length * bits, 0);
}

function copyWeights(model: Model): StoredWeights {
  const weights: Record<string, Int8Array | Float32Array> = {};
  for (const [name, { data }] of Object.entries(model.tensors)) {
    if (!name.endsWith(".weight")) continue;
    if (data instanceof Int8Array || data instanceof Float32Array) weights[name.slice(0, -7)] = data.slice();
  }
  return weights;
}

function bytesOf(weights: StoredWeights): Record<string, Buffer> {
  const bytes: Record<string, Buffer> = {};
  for (const [id, data] of Object.entries(weights)) {
    bytes[id] = Buffer.from(data.buffer.slice(data.byteOffset, data.byteOffset + data.byteLength));
  }
  return bytes;
}
