import assert from "node:assert/strict";
import { existsSync, readFileSync } from "node:fs";
import { test } from "node:test";
import { nMnistSmall, noNMnist } from "../../test/n-mnist-small.ts";
import { FormatError } from "../base/errors.ts";
import { readNMnist } from "./n-mnist.ts";

/** An event's five bytes. */
function event(x: number, y: number, polarity: 0 | 1, timeUs: number): number[] {
  return [x, y, (polarity << 7) | (timeUs >> 16), (timeUs >> 8) & 255, timeUs & 255];
}

test("five bytes are an event: place, polarity, 23 bits of time", () => {
  const bytes = Uint8Array.of(...event(33, 0, 1, 5), ...event(0, 33, 0, 0x7fffff));
  const { x, y, polarity, timeUs, width, height, polarities } = readNMnist(bytes, "file");
  assert.deepEqual([...x, ...y, ...polarity, ...timeUs], [33, 0, 0, 33, 1, 0, 5, 0x7fffff]);
  assert.deepEqual([width, height, polarities], [34, 34, 2]);
  assert.equal(readNMnist(new Uint8Array(0), "file").timeUs.length, 0);
});

test("an overflow event is none, and what follows comes 2^13 µs later", () => {
  const bytes = Uint8Array.of(...event(1, 2, 0, 8000), ...event(0, 240, 0, 0), ...event(1, 2, 0, 10));
  assert.deepEqual(Array.from(readNMnist(bytes, "file").timeUs), [8000, 8202]);
});

test("torn files and events out of range or order are refused by name", () => {
  assert.throws(() => readNMnist(new Uint8Array(7), "a.bin"), FormatError);
  assert.throws(
    () => readNMnist(Uint8Array.of(...event(34, 0, 0, 0)), "a.bin"),
    /a.bin event 0 x must be below 34/,
  );
  assert.throws(
    () => readNMnist(Uint8Array.of(...event(0, 0, 0, 9), ...event(0, 0, 0, 8)), "a.bin"),
    /a.bin event 1 time must not be before the one ahead of it \(9 µs\), but got "?8 µs/,
  );
});

const sample = new URL("../../../shared/data/event-samples/tonic_sample_nmnist.bin", import.meta.url);
test("a recording of the published set has the events it is known to have", {
  skip: !existsSync(sample) && "no ../shared",
}, () => {
  const { timeUs, polarity } = readNMnist(readFileSync(sample), "sample");
  assert.equal(timeUs.length, 4325);
  assert.ok(polarity.includes(0) && polarity.includes(1));
});

test("the small set's labels and sizes are as its list says", { skip: noNMnist }, () => {
  const { recordings, labels } = nMnistSmall("test", 100);
  const counts = new Array<number>(10).fill(0);
  for (const label of labels) counts[label]++;
  assert.deepEqual(counts, [8, 14, 8, 11, 14, 7, 10, 15, 2, 11]);
  for (const { timeUs } of recordings) assert.ok(timeUs.length > 1000 && timeUs.length < 7200);
});
