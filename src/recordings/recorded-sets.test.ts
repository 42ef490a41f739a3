// Folders in the published layouts, made here, and the real ones where they are.

import assert from "node:assert/strict";
import { test } from "node:test";
import { aedat2File, aedat31File, type FileEvent, nMnistFile, tarFile } from "../../test/event-files.ts";
import { matFile } from "../../test/mat-file.ts";
import { FormatError } from "../base/errors.ts";
import { cifar10Classes } from "../data/cifar10.ts";
import { recordedSets } from "./recorded-sets.ts";
import type { RecordingFolder } from "./recording-folder.ts";
import { checkRecordedDataset, type RecordedDataset } from "./recording-set.ts";

function folder(files: Readonly<Record<string, Uint8Array | string>>): RecordingFolder {
  return {
    where: "made",
    names: Object.keys(files).sort(),
    read: async (name) => {
      const file = files[name];
      if (file === undefined) throw new FormatError("made", "must hold", name);
      return typeof file === "string" ? new TextEncoder().encode(file) : file;
    },
  };
}

async function read(
  name: string,
  files: Parameters<typeof folder>[0],
  windowUs = 1e7,
): Promise<RecordedDataset> {
  const set = await recordedSets[name].read(folder(files), windowUs);
  checkRecordedDataset(set);
  return set;
}

const event = (us: number, x = 1, y = 2, polarity = 1): FileEvent => ({ us, x, y, polarity });

test("N-MNIST's folders by digit are read, and the archive of the small set by its lists", async () => {
  const byDigit: Record<string, Uint8Array> = {};
  for (const part of ["Train", "Test"])
    for (let digit = 0; digit < 10; digit++)
      byDigit[`${part}/${digit}/0000${digit}.bin`] = nMnistFile([event(digit, digit)]);
  const published = await read("n-mnist", byDigit);
  assert.deepEqual([...published.train.labels].sort(), [0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
  for (const [i, { x }] of published.train.recordings.entries())
    assert.equal(x[0], published.train.labels[i]);
  const archive = tarFile({
    "NMNISTsmall/1.bs2": nMnistFile([event(3)]),
    "NMNISTsmall/2.bs2": nMnistFile([event(4), event(5)]),
    "NMNISTsmall/train1K.txt": new TextEncoder().encode("#sample\tlabel\n2\t7\n1\t3\n"),
    "NMNISTsmall/test100.txt": new TextEncoder().encode("1\t3\n"),
  });
  const small = await read("n-mnist", { "NMNISTsmall.tar.gz": archive });
  assert.deepEqual([[...small.train.labels], [...small.test.labels]], [[7, 3], [3]]);
  assert.deepEqual(
    small.train.recordings.map(({ x }) => x.length),
    [2, 1],
  );
});

test("gestures are cut out of their recordings by the list of times, each to the window", async () => {
  const files = {
    "trials_to_train.txt": "user01.aedat\n",
    "trials_to_test.txt": "user02.aedat\n",
    "user01.aedat": aedat31File([[event(10), event(100), event(150), event(900), event(2000)]]),
    "user01_labels.csv": "class,startTime_usec,endTime_usec\n3,100,1000\n11,1000,3000\n",
    "user02.aedat": aedat31File([[event(5)]]),
    "user02_labels.csv": "class,startTime_usec,endTime_usec\n1,0,10\n",
  };
  const { train, test: held } = await read("dvs-gesture", files, 500);
  const third = train.labels.indexOf(2);
  assert.deepEqual([...train.recordings[third].timeUs], [0, 50]);
  assert.deepEqual([[...train.labels].sort(), [...held.labels]], [[10, 2], [0]]);
  const wrong = { ...files, "user01_labels.csv": "class,startTime_usec,endTime_usec\n12,0,5\n" };
  await assert.rejects(read("dvs-gesture", wrong), /user01.aedat's labels, row 0 must be class 1…11/);
});

test("of CIFAR10-DVS the last tenth of every class is the test part, turned upright", async () => {
  const files: Record<string, Uint8Array> = {};
  for (const [label, word] of cifar10Classes.entries())
    for (let i = 0; i < 10; i++)
      files[`${word}/cifar10_${word}_${i}.aedat`] = aedat2File([event(7, label, i, 1), event(9e5)]);
  const { train, test: held } = await read("cifar10-dvs", files, 1000);
  assert.deepEqual([train.labels.length, held.labels.length], [90, 10]);
  for (const [i, { x, y, polarity, timeUs }] of held.recordings.entries())
    assert.deepEqual([x[0], y[0], polarity[0], timeUs.length], [118, 127 - held.labels[i], 0, 1]);
  const { [`frog/cifar10_frog_3.aedat`]: _, ...fewer } = files;
  await assert.rejects(read("cifar10-dvs", fewer), /must hold ten recordings of frog at least, but got 9/);
});

test("a window of an electrocardiogram is labelled by its last sample", async () => {
  const [signals, samples, channels] = [2, 150, 4];
  const x = new Int16Array(signals * samples * channels);
  const y = new Uint8Array(signals * samples * 6);
  // Signal 1 crosses on channel 3 at samples 60 and 149; its part is TP at 99 and P at 149. Signal 0 has no part.
  for (const sample of [60, 149]) x[1 + signals * (sample + samples * 3)] = 1;
  y[1 + signals * (99 + samples * 5)] = 1;
  y[1 + signals * (149 + samples * 0)] = 1;
  const file = matFile(
    [
      { name: "x", shape: [signals, samples, channels], values: x },
      { name: "y", shape: [signals, samples, 6], values: y },
    ],
    true,
  );
  const { train, test: held } = await read("ecg", { "QTDB_train.mat": file, "QTDB_test.mat": file });
  assert.deepEqual([...held.labels], [5, 0]);
  assert.deepEqual(
    held.recordings.map(({ timeUs }) => [...timeUs]),
    [[240_000], [40_000, 396_000]],
  );
  assert.deepEqual([...held.recordings[0].x], [3]);
  assert.equal(train.labels.length, 2);
});

test("folders without the files wanted are refused by name", async () => {
  for (const name of Object.keys(recordedSets))
    await assert.rejects(read(name, { "other.txt": "" }), (error) => {
      assert.ok(error instanceof FormatError, `${name}: ${error}`);
      assert.match(error.message, /^made must hold/);
      return true;
    });
});
