// What every input spike code must do. A new one passes this file unchanged.

import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { firesAt, type SpikeCode } from "../../src/coding/spike-code.ts";
import { imageSeed, spikeDraw } from "../../src/coding/spike-draw.ts";
import { createSpikeEncoder } from "../../src/coding/spike-encoder.ts";

const scale = 1 / 255;
const maps = [{ scale, offset: 0 }];
/** Every pixel value once, and black and white at odd places. */
const pixels = Uint8Array.from({ length: 259 }, (_, i) => (i === 256 ? 0 : i === 257 ? 255 : i & 255));

interface Encoded {
  readonly events: readonly number[];
  readonly ends: readonly number[];
}

function encode(code: SpikeCode, steps: number, seed = 1): Encoded {
  const sink = { events: new Int32Array(pixels.length * steps + 5), ends: new Int32Array(steps + 2) };
  const encoder = createSpikeEncoder(code, { steps, maps, plane: pixels.length });
  // Not at the beginning of image or sink, as in a piece of many images.
  const end = encoder(
    { pixels: Uint8Array.of(9, ...pixels), start: 1, count: pixels.length, seed },
    sink,
    2,
    5,
  );
  return {
    events: Array.from(sink.events.subarray(5, end)),
    ends: Array.from(sink.ends.subarray(2), (e) => e - 5),
  };
}

function stepsOf({ events, ends }: Encoded): number[][] {
  return ends.map((end, step) => events.slice(step === 0 ? 0 : ends[step - 1], end));
}

export function encoderContract(code: SpikeCode): void {
  describe(`${code.name} keeps the encoder contract`, () => {
    test("the encoder does what the rule says, pixel by pixel", () => {
      for (const steps of [1, 2, 7]) {
        const seed = 77;
        const expected = Array.from({ length: steps }, (_, t) => {
          const firing: number[] = [];
          pixels.forEach((pixel, i) => {
            const moment = { x: pixel * scale, step: t + 1, steps };
            if (firesAt(code, moment, spikeDraw(seed, t + 1, i))) firing.push(i);
          });
          return firing;
        });
        assert.deepEqual(stepsOf(encode(code, steps, seed)), expected);
      }
    });

    test("chances are from 0 to 1, and only 0 or 1 unless the code is random", () => {
      let isBetween = false;
      for (let step = 1; step <= 5; step++) {
        for (let pixel = 0; pixel < 256; pixel++) {
          const chance = code.chance({ x: pixel * scale, step, steps: 5 });
          assert.ok(chance >= 0 && chance <= 1);
          isBetween ||= chance > 0 && chance < 1;
        }
      }
      assert.equal(isBetween, code.isRandom);
    });

    test("an input fires at most once a step, and lists ascend", () => {
      for (const firing of stepsOf(encode(code, 16))) {
        for (let k = 1; k < firing.length; k++) assert.ok(firing[k] > firing[k - 1]);
      }
    });

    test("black never fires, white does", () => {
      const { events } = encode(code, 9);
      assert.ok(!events.includes(0) && !events.includes(256));
      assert.ok(events.includes(255) && events.includes(257));
    });

    test("brighter inputs never bring less, up to chance", () => {
      const steps = 64;
      const brought = new Array<number>(256).fill(0);
      for (const [step, firing] of stepsOf(encode(code, steps)).entries()) {
        for (const i of firing) if (i < 256) brought[i] += code.worth?.(step + 1) ?? 1;
      }
      if (!code.isRandom) {
        for (let i = 1; i < 256; i++) assert.ok(brought[i] >= brought[i - 1], `${i} brings ${brought[i]}`);
      }
      // Sums over a quarter of the values: Poisson spread is far below the difference.
      const quarter = (q: number): number => brought.slice(q * 64, (q + 1) * 64).reduce((a, b) => a + b, 0);
      for (const q of [1, 2, 3]) assert.ok(quarter(q) + 1 >= quarter(q - 1));
    });

    test("a spike is worth a finite number above 0", () => {
      for (let step = 1; step <= 64; step++) {
        const worth = code.worth?.(step) ?? 1;
        assert.ok(worth > 0 && worth < Infinity, `${worth} at step ${step}`);
      }
    });

    test("images encode the same one by one and all in one sink", () => {
      const steps = 5;
      const count = 43; // pixels of each of six images
      const together = { events: new Int32Array(steps * 259), ends: new Int32Array(steps * 6) };
      const encoder = createSpikeEncoder(code, { steps, maps, plane: pixels.length });
      let end = 0;
      for (let image = 0; image < 6; image++) {
        const encoded = { pixels, start: image * count, count, seed: image };
        const alone = { events: new Int32Array(steps * count), ends: new Int32Array(steps) };
        const start = end;
        end = encoder(encoded, together, image * steps, start);
        const fresh = createSpikeEncoder(code, { steps, maps, plane: pixels.length });
        assert.equal(fresh(encoded, alone, 0, 0), end - start);
        assert.deepEqual(together.events.slice(start, end), alone.events.slice(0, end - start));
        const ends = together.ends.slice(image * steps, (image + 1) * steps).map((e) => e - start);
        assert.deepEqual(ends, alone.ends);
      }
    });

    test(code.hasPrefixProperty ? "T and 2T steps agree on the first T" : "T and 2T steps differ", () => {
      const short = stepsOf(encode(code, 8));
      const long = stepsOf(encode(code, 16)).slice(0, 8);
      if (code.hasPrefixProperty) assert.deepEqual(long, short);
      else assert.notDeepEqual(long, short);
    });

    test(code.isRandom ? "other seeds give other spikes, one seed the same" : "the seed has no say", () => {
      assert.deepEqual(encode(code, 8, 5), encode(code, 8, 5));
      if (code.isRandom) assert.notDeepEqual(encode(code, 8, 5), encode(code, 8, 6));
      else assert.deepEqual(encode(code, 8, 5), encode(code, 8, 6));
      assert.notEqual(imageSeed({ seed: 1, trial: 0 }, 3), imageSeed({ seed: 1, trial: 0 }, 4));
    });
  });
}
