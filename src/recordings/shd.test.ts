// A file in the layout of Spiking Heidelberg Digits, written by h5py 3.16 (bench/peers/shd_file.py): sequences of half
// precision and of 16 bits in chunks of three, in the heaps of the HDF5 library.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { gunzipSync } from "node:zlib";
import { FormatError } from "../base/errors.ts";
import type { RecordingFolder } from "./recording-folder.ts";
import { checkRecordedDataset } from "./recording-set.ts";
import { readShdFolder } from "./shd.ts";

const file = new Uint8Array(
  gunzipSync(readFileSync(new URL("../../test/fixtures/shd-h5py3.16.h5.gz", import.meta.url))),
);

function folder(bytes: Uint8Array): RecordingFolder {
  return { where: "made", names: ["shd_test.h5", "shd_train.h5"], read: async () => bytes };
}

test("recordings come out sorted by time, with channels, labels and the digits' words", async () => {
  const set = await readShdFolder(folder(file));
  checkRecordedDataset(set);
  assert.deepEqual([set.classes.length, set.classes[3], set.classes[19]], [20, "three", "neun"]);
  assert.deepEqual([...set.test.labels], [3, 19, 0, 7]);
  const [first, second, empty, long] = set.test.recordings;
  assert.deepEqual(
    [[...first.timeUs], [...first.x]],
    [
      [1000, 250_000, 500_000],
      [699, 3, 0],
    ],
  );
  assert.deepEqual([[...second.timeUs], [...second.x], empty.x.length], [[1_250_000], [10], 0]);
  assert.deepEqual([long.x.length, long.x[299], long.timeUs[256]], [300, 693, 500_000]);
});

test("a cut file is refused or has lost nothing, bent bytes are refused or read, and nothing else escapes", async () => {
  const whole = await readShdFolder(folder(file));
  for (let at = 0; at < file.length; at += 97) {
    const bent = file.slice();
    bent[at] ^= 0xff;
    for (const [name, bytes] of Object.entries({ cut: file.subarray(0, at), bent })) {
      try {
        const read = await readShdFolder(folder(bytes));
        if (name === "cut") assert.deepEqual(read, whole, `cut at ${at}`);
      } catch (error) {
        assert.ok(error instanceof FormatError, `${name} at ${at}: ${error}`);
      }
    }
  }
  await assert.rejects(readShdFolder(folder(file.subarray(0, file.length / 2))), FormatError);
});
