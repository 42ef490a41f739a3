import assert from "node:assert/strict";
import { test } from "node:test";
import type { EventRecording } from "../data/event-recording.ts";
import { gridShape, movedRecording, recordedSpikes } from "./recorded-spikes.ts";

/** Events at [time, column, row, polarity] of a camera of 5 × 3. */
function recording(...events: readonly (readonly [number, number, number, number])[]): EventRecording {
  const column = (i: number): number[] => events.map((event) => event[i]);
  return {
    width: 5,
    height: 3,
    polarities: 2,
    timeUs: Uint32Array.from(column(0)),
    x: Uint16Array.from(column(1)),
    y: Uint16Array.from(column(2)),
    polarity: Uint8Array.from(column(3)),
  };
}

test("squares of pixels become one input, the last ones cut by the frame", () => {
  const one = recording([0, 4, 2, 1], [5, 0, 0, 0], [5, 1, 1, 0], [12, 3, 2, 1]);
  assert.deepEqual(gridShape(one, 2), [2, 2, 3]);
  const { events, ends, inputs } = recordedSpikes([one], { steps: 2, stepUs: 10, pool: 2 });
  assert.equal(inputs, 12);
  assert.deepEqual([...ends], [3, 4]);
  assert.deepEqual([...events], [0, 0, 11, 10]);
  const binary = recordedSpikes([one], { steps: 2, stepUs: 10, pool: 2, isBinary: true });
  assert.deepEqual([...binary.events], [0, 11, 10]);
  assert.throws(
    () => recordedSpikes([one], { steps: 1, stepUs: 1, pool: 0.5 }),
    /pool must be a whole number/,
  );
});

test("a recording moved there and back has lost only what left the frame", () => {
  const one = recording([0, 4, 2, 1], [5, 0, 0, 0], [7, 2, 1, 0]);
  const back = movedRecording(movedRecording(one, 1, 0), -1, 0);
  assert.deepEqual(back, recording([5, 0, 0, 0], [7, 2, 1, 0]));
  assert.deepEqual(movedRecording(one, 0, 0), one);
});
