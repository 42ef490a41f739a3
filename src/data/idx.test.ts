import assert from "node:assert/strict";
import { test } from "node:test";
import { readIdx } from "./idx.ts";

/** An idx file of unsigned bytes with the values 0, 1, 2, … */
function idx(...dimensions: number[]): Uint8Array<ArrayBuffer> {
  const count = dimensions.reduce((product, size) => product * size, 1);
  const bytes = new Uint8Array(4 + 4 * dimensions.length + count);
  bytes.set([0, 0, 8, dimensions.length]);
  const view = new DataView(bytes.buffer);
  for (const [i, size] of dimensions.entries()) view.setUint32(4 + 4 * i, size);
  for (let i = 0; i < count; i++) bytes[bytes.length - count + i] = i;
  return bytes;
}

test("dimensions are big-endian and values are a view into the file, wherever it lies in its buffer", () => {
  const file = idx(2, 3, 4);
  const larger = new Uint8Array(file.length + 5);
  larger.set(file, 5);
  const { dimensions, values } = readIdx(larger.subarray(5), "x");
  assert.deepEqual(dimensions, [2, 3, 4]);
  assert.deepEqual([...values], [...Array(24).keys()]);
  assert.equal(values.buffer, larger.buffer);
});

test("a file cut off at any byte is refused with its name", () => {
  const file = idx(3, 2, 2);
  for (let length = 0; length < file.length; length++) {
    assert.throws(() => readIdx(file.subarray(0, length), "t10k-images"), {
      name: "FormatError",
      message: /^t10k-images .*data fetch\.$/,
    });
  }
});

test("bytes after the values are refused", () => {
  assert.throws(() => readIdx(Uint8Array.of(...idx(3), 9), "x"), /must hold 3 values \(3\), but got 4/);
});

test("dimensions that promise more than memory are refused without reserving it", () => {
  const file = idx(1, 1, 1, 1);
  new DataView(file.buffer).setUint32(4, 0xffffffff);
  new DataView(file.buffer).setUint32(8, 0xffffffff);
  assert.throws(() => readIdx(file, "x"), {
    name: "FormatError",
    message: /but got 1\. The file is cut off/,
  });
});

test("other types, no dimensions, other files and gzip are refused with the bytes found", () => {
  for (const magic of [
    [0, 0, 13, 1],
    [0, 0, 8, 0],
    [0, 0, 8, 5],
    [1, 0, 8, 1],
    [0, 1, 8, 1],
    [0x1f, 0x8b, 8, 1],
  ]) {
    const file = idx(3);
    file.set(magic);
    assert.throws(() => readIdx(file, "x"), {
      name: "FormatError",
      message: /must begin as an idx file of bytes/,
    });
  }
});
