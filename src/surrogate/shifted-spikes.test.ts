import assert from "node:assert/strict";
import { test } from "node:test";
import { drawShift, shiftedSpikes } from "./shifted-spikes.ts";

/** Inputs of two polarities of 3 × 4, by [polarity, row, column]. */
const at = (polarity: number, row: number, column: number): number => (polarity * 3 + row) * 4 + column;

test("moved spikes keep their step, polarity and order, and those that leave the field are gone", () => {
  const events = Int32Array.of(at(0, 0, 0), at(0, 2, 3), at(1, 1, 2), at(1, 2, 0), 99);
  const moved = shiftedSpikes({ events, ends: Int32Array.of(2, 2, 4) }, [2, 3, 4], [-1, 1]);
  assert.deepEqual([...moved.ends], [0, 0, 2]);
  assert.deepEqual([...moved.events.subarray(0, 2)], [at(1, 0, 3), at(1, 1, 1)]);
});

test("there and back again is the sample, where nothing left the field", () => {
  const spikes = { events: Int32Array.of(at(0, 1, 1), at(1, 1, 2)), ends: Int32Array.of(1, 2) };
  const there = shiftedSpikes(spikes, [2, 3, 4], [1, -1]);
  assert.deepEqual(shiftedSpikes(there, [2, 3, 4], [-1, 1]), spikes);
});

test("shifts reach every place within their bounds, another in every trial, and never off a single row", () => {
  const drawn = Array.from({ length: 400 }, (_, sample) =>
    drawShift({ seed: 0, trial: -2 }, sample, [2, 3, 4], 2),
  );
  assert.equal(new Set(drawn.map(String)).size, 25);
  assert.ok(drawn.flat().every((distance) => Math.abs(distance) <= 2));
  const later = drawn.map((_, sample) => drawShift({ seed: 0, trial: -3 }, sample, [2, 3, 4], 2));
  assert.notDeepEqual(later, drawn);
  assert.ok(drawn.every((_, sample) => drawShift({ seed: 0, trial: -2 }, sample, [2, 1, 9], 2)[0] === 0));
});
