import assert from "node:assert/strict";
import { test } from "node:test";
import { cifar10Classes, readCifar10 } from "./cifar10.ts";

/** Records whose planes are filled with 10 · label, 10 · label + 1 and 10 · label + 2. */
function records(...labels: readonly number[]): Uint8Array {
  const bytes = new Uint8Array(labels.length * 3073);
  labels.forEach((label, i) => {
    bytes[i * 3073] = label;
    for (let c = 0; c < 3; c++) {
      const start = i * 3073 + 1 + c * 1024;
      bytes.fill(10 * label + c, start, start + 1024);
    }
  });
  return bytes;
}

test("batches are joined in their order, each image as red, green and blue plane", () => {
  const set = readCifar10([
    { bytes: records(3, 9), where: "a" },
    { bytes: records(0), where: "b" },
  ]);
  assert.deepEqual(set.imageShape, [3, 32, 32]);
  assert.equal(set.count, 3);
  assert.deepEqual([...set.labels], [3, 9, 0]);
  assert.equal(set.pixels.length, 3 * 3072);
  for (const [i, label] of [3, 9, 0].entries()) {
    for (const place of [0, 1023, 1024, 2047, 2048, 3071]) {
      assert.equal(set.pixels[i * 3072 + place], 10 * label + Math.floor(place / 1024), `${i} ${place}`);
    }
  }
});

test("images and labels lie where the caller wants them", () => {
  const set = readCifar10(
    [{ bytes: records(1), where: "a" }],
    (n) => new Uint8Array(new SharedArrayBuffer(n)),
  );
  assert.ok(set.pixels.buffer instanceof SharedArrayBuffer && set.labels.buffer instanceof SharedArrayBuffer);
});

test("a file that is cut off, too long or empty is refused by its name", () => {
  for (const bytes of [records(1, 2).subarray(1), new Uint8Array(3074), new Uint8Array(0)]) {
    const batches = [
      { bytes: records(1), where: "whole.bin" },
      { bytes, where: "other.bin" },
    ];
    assert.throws(() => readCifar10(batches), {
      name: "FormatError",
      message: /^other.bin must be a whole number of records of 3073 bytes .* but got "\d+ bytes"/,
    });
  }
});

test("a label without a class is refused with its record", () => {
  assert.equal(cifar10Classes.length, 10);
  assert.throws(() => readCifar10([{ bytes: records(1, 10), where: "a.bin" }]), {
    name: "FormatError",
    message: /a.bin record 1 must have a label below 10, but got 10/,
  });
});
