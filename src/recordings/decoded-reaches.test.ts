import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { gunzipSync } from "node:zlib";
import { checkEventRecording } from "../data/event-recording.ts";
import { decodedReaches, readReachingFolder } from "./decoded-reaches.ts";
import type { RecordingFolder } from "./recording-folder.ts";
import { timedDataset } from "./timed-dataset.ts";

/** One spike a millisecond, unit i mod 3, for 80 ms; x moves at so many mm/s as milliseconds have gone, y rests. */
const session: Parameters<typeof decodedReaches>[1][number] = {
  spikes: {
    width: 3,
    height: 1,
    polarities: 1,
    timeUs: Uint32Array.from({ length: 80 }, (_, ms) => 1000 * ms),
    x: Uint16Array.from({ length: 80 }, (_, ms) => ms % 3),
    y: new Uint16Array(80),
    polarity: new Uint8Array(80),
  },
  velocities: Float64Array.from({ length: 160 }, (_, i) => (i % 2 === 0 ? i / 2 : 0)),
  sampleUs: 1000,
};

test("windows begin at 0, lose no spike, carry their own velocities, and every session's last quarter tests", () => {
  const { train, test } = decodedReaches("made", [session, session], 10_000, "here");
  assert.deepEqual([train.recordings.length, test.recordings.length], [12, 4]);
  for (const recording of [...train.recordings, ...test.recordings]) checkEventRecording(recording, "window");
  const [, second] = train.recordings;
  assert.deepEqual([second.timeUs[0], second.timeUs.length, second.x[0]], [0, 10, 10 % 3]);
  assert.equal(train.series?.[1].values[0], 10 / 100);
  assert.equal(test.series?.[0].values[0], 60 / 100);
  assert.equal(test.series?.[2].values[0], 60 / 100);
});

test("on steps, targets are the means of the samples in a step, in the splits of their spikes", () => {
  const recorded = decodedReaches("made", [session], 10_000, "here");
  const { targets, spikes } = timedDataset(recorded, { steps: 2, stepUs: 5000 }, "");
  assert.deepEqual([spikes.train.samples, spikes.validation.samples, spikes.test.samples], [5, 1, 2]);
  const rounded = (values: Float32Array | undefined): number[] =>
    [...(values ?? [])].map((value) => Math.round(1000 * value));
  assert.deepEqual(rounded(targets?.validation), [520, 0, 570, 0]);
  assert.deepEqual(rounded(targets?.test), [620, 0, 670, 0, 720, 0, 770, 0]);
});

test("a session of O'Doherty's layout becomes windows; several sessions, or none, are refused", async () => {
  const fixture = new URL("../../test/fixtures/reaching-h5py3.16.mat.gz", import.meta.url);
  const bytes = new Uint8Array(gunzipSync(readFileSync(fixture)));
  const folder = (names: readonly string[]): RecordingFolder => ({
    where: "there",
    names,
    read: async () => bytes,
  });
  const { train, test } = await readReachingFolder(folder(["a.mat"]), 100_000);
  assert.deepEqual([train.recordings.length, test.recordings.length], [7, 3]);
  // 50 and −25 mm/s throughout; the first sample has none before it.
  assert.deepEqual(
    [...(train.series?.[1].values.subarray(0, 2) ?? [])].map((v) => Math.round(1e6 * v)),
    [500_000, -250_000],
  );
  await assert.rejects(readReachingFolder(folder(["a.mat", "b.mat"]), 1e6), /must hold one session/);
  await assert.rejects(readReachingFolder(folder([]), 1e6), /must hold a session/);
  assert.throws(() => decodedReaches("made", [session], 80_000, "here"), /at least two windows/);
});
