import assert from "node:assert/strict";
import { test } from "node:test";
import { checkEventRecording, type EventRecording } from "./event-recording.ts";

const recording: EventRecording = {
  width: 4,
  height: 3,
  polarities: 2,
  timeUs: Uint32Array.of(0, 5, 5),
  x: Uint16Array.of(3, 0, 1),
  y: Uint16Array.of(0, 2, 1),
  polarity: Uint8Array.of(1, 0, 1),
};

function refuses(change: Partial<EventRecording>, message: RegExp): void {
  assert.throws(() => checkEventRecording({ ...recording, ...change }, "tap.es"), {
    name: "InvalidValueError",
    message,
  });
}

test("events of one time and an empty recording are in order", () => {
  checkEventRecording(recording, "tap.es");
  const empty = { timeUs: new Uint32Array(0), x: new Uint16Array(0), y: new Uint16Array(0) };
  checkEventRecording({ ...recording, ...empty, polarity: new Uint8Array(0) }, "tap.es");
});

test("the first event out of the camera or of order is named", () => {
  refuses({ x: Uint16Array.of(3, 4, 9) }, /^tap\.es event 1 x must be below 4, but got 4\./);
  refuses({ y: Uint16Array.of(0, 2, 3) }, /^tap\.es event 2 y must be below 3, but got 3\./);
  refuses({ polarities: 1 }, /^tap\.es event 0 polarity must be below 1, but got 1\./);
  refuses({ timeUs: Uint32Array.of(0, 5, 4) }, /^tap\.es event 2 time must not be before .* \(5 µs\)/);
});

test("every event has a place, a polarity and a time", () => {
  refuses({ y: Uint16Array.of(0, 2) }, /^tap\.es y must have a value for each of 3 events, but got 2\./);
  refuses({ polarity: new Uint8Array(4) }, /^tap\.es polarity must have a value for each of 3 events/);
});
