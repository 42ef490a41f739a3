// A file in the layout of O'Doherty's sessions, written by h5py 3.16 (bench/peers/reaching_file.py).

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { gunzipSync } from "node:zlib";
import { FormatError } from "../base/errors.ts";
import { checkEventRecording } from "../data/event-recording.ts";
import { readReachingSession } from "./reaching-session.ts";

const file = new Uint8Array(
  gunzipSync(readFileSync(new URL("../../test/fixtures/reaching-h5py3.16.mat.gz", import.meta.url))),
);

test("spikes come by channel and unit from the first sample on, those outside of the samples left out", async () => {
  const { spikes, samples, sampleUs, velocities } = await readReachingSession(file, "session");
  checkEventRecording(spikes, "session");
  assert.deepEqual([samples, spikes.width, spikes.height], [251, 3, 2]);
  assert.ok(Math.abs(sampleUs - 4000) < 1e-3);
  const of = (unit: number, channel: number): number[] =>
    [...spikes.timeUs].filter((_, i) => spikes.y[i] === unit && spikes.x[i] === channel);
  assert.deepEqual(
    [of(0, 0), of(0, 1), of(0, 2), of(1, 0), of(1, 1)],
    [[100_000, 500_000], [1_000_000], [], [250_000], []],
  );
  assert.equal(of(1, 2).length, 50);
  assert.deepEqual([...velocities.subarray(0, 2)], [0, 0]);
  for (let i = 1; i < samples; i++) {
    assert.ok(Math.abs(velocities[2 * i] - 50) < 1e-6 && Math.abs(velocities[2 * i + 1] + 25) < 1e-6);
  }
});

test("cut and bent files are refused or read, and nothing else escapes", async () => {
  for (let at = 0; at < file.length; at += 61) {
    const bent = file.slice();
    bent[at] ^= 0xff;
    for (const bytes of [file.subarray(0, at), bent]) {
      try {
        await readReachingSession(bytes, "session");
      } catch (error) {
        assert.ok(error instanceof FormatError, `byte ${at}: ${error}`);
      }
    }
  }
  await assert.rejects(readReachingSession(file.subarray(0, file.length / 2), "session"), FormatError);
});
