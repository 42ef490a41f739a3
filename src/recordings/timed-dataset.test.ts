import assert from "node:assert/strict";
import { test } from "node:test";
import type { EventRecording } from "../data/event-recording.ts";
import { pickRecordings, type RecordedDataset, type RecordingSet } from "./recording-set.ts";
import { shuffledParts } from "./shuffled-parts.ts";
import { timedDataset } from "./timed-dataset.ts";

/** Recording i has one event, in step i. */
function set(count: number): RecordingSet {
  const recordings = Array.from(
    { length: count },
    (_, i): EventRecording => ({
      width: 1,
      height: 1,
      polarities: 1,
      timeUs: Uint32Array.of(i),
      x: new Uint16Array(1),
      y: new Uint16Array(1),
      polarity: new Uint8Array(1),
    }),
  );
  return { recordings, labels: Uint8Array.from(recordings, (_, i) => i % 2) };
}

const base: RecordedDataset = {
  name: "made",
  classes: ["even", "odd"],
  train: set(12),
  test: set(4),
};

test("validation is the last sixth of the training part, and spikes stand where their labels do", () => {
  const { dataset, spikes } = timedDataset(base, { steps: 16, stepUs: 1 }, "hash");
  assert.deepEqual(
    [spikes.train.samples, spikes.validation.samples, spikes.test.samples, dataset.train.count],
    [10, 2, 4, 12],
  );
  const firstSteps = (samples: number, ends: Int32Array): number[] =>
    Array.from({ length: samples }, (_, s) => ends.subarray(16 * s, 16 * s + 16).indexOf(s + 1));
  assert.deepEqual(firstSteps(10, spikes.train.ends), [0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
  assert.deepEqual(firstSteps(2, spikes.validation.ends), [10, 11]);
});

test("labels without a class, recordings of another size and empty parts are refused by name", () => {
  const grid = { steps: 4, stepUs: 1 };
  const wrong = (more: Partial<RecordedDataset>) => () => timedDataset({ ...base, ...more }, grid, "");
  assert.throws(wrong({ classes: ["even"] }), /made train recording 1 label must be below 1/);
  assert.throws(
    wrong({ test: { recordings: [], labels: new Uint8Array(0) } }),
    /made test must have recordings/,
  );
  const wide = { ...base.test.recordings[0], width: 2 };
  const test = { recordings: [wide], labels: new Uint8Array(1) };
  assert.throws(wrong({ test }), /made test recording 0 must be 1 × 1 × 1/);
});

test("dealt parts hold every sample once, each class alike, and depend on the seed alone", () => {
  const labels = Uint8Array.from({ length: 103 }, (_, i) => (i * i) % 7);
  const parts = shuffledParts(labels, 5, 1);
  assert.deepEqual(
    parts.flatMap((part) => [...part]).sort((a, b) => a - b),
    [...labels.keys()],
  );
  for (const label of new Set(labels)) {
    const counts = parts.map((part) => part.filter((i) => labels[i] === label).length);
    assert.ok(Math.max(...counts) - Math.min(...counts) <= 1, `class ${label}: ${counts}`);
  }
  assert.deepEqual(shuffledParts(labels, 5, 1), parts);
  assert.notDeepEqual(shuffledParts(labels, 5, 2), parts);
  assert.equal(pickRecordings(set(4), Uint32Array.of(3, 0)).labels.join(), "1,0");
});
