import assert from "node:assert/strict";
import { existsSync, readFileSync } from "node:fs";
import { test } from "node:test";
import { deflateSync } from "node:zlib";
import { matFile, matNumbersOf } from "../../../test/mat-file.ts";
import { FormatError } from "../../base/errors.ts";
import { readMat } from "./read-mat.ts";

const shared = (name: string): URL => new URL(`../../../../shared/data/${name}`, import.meta.url);

test("numbers of all kinds, packed or not, come back by name with their shape", () => {
  for (const isPacked of [false, true]) {
    const file = matFile(
      [
        { name: "x", shape: [2, 3], values: Float64Array.of(1, 2.5, -3, 4, 5, 6) },
        { name: "a_longer_name", shape: [3, 1], values: Int16Array.of(-1, 2, 300) },
        { name: "u", shape: [1, 1], values: Uint8Array.of(7) },
        { name: "c", shape: [1, 2], cells: [Float64Array.of(1, 2), Float64Array.of()] },
      ],
      isPacked,
    );
    const found = readMat(file, "file");
    assert.deepEqual([...found.keys()], ["x", "a_longer_name", "u", "c"]);
    assert.deepEqual(found.get("x"), {
      kind: "numbers",
      shape: [2, 3],
      values: Float64Array.of(1, 2.5, -3, 4, 5, 6),
    });
    assert.deepEqual(matNumbersOf(found.get("a_longer_name")), [-1, 2, 300]);
    const cells = found.get("c");
    assert.ok(cells?.kind === "cells");
    assert.deepEqual(
      cells.cells.map(({ values }) => [...values]),
      [[1, 2], []],
    );
  }
});

test("every cut of a file is refused or holds less, and nothing else escapes", () => {
  const file = matFile([{ name: "x", shape: [2, 2], values: Float64Array.of(1, 2, 3, 4) }], false);
  for (let end = 0; end < file.length; end++) {
    try {
      assert.equal(readMat(file.subarray(0, end), "file").size, 0, `cut at ${end}`);
    } catch (error) {
      assert.ok(error instanceof FormatError, String(error));
    }
  }
  for (let at = 128; at < file.length; at++) {
    const bent = file.slice();
    bent[at] ^= 0xff;
    try {
      readMat(bent, "file");
    } catch (error) {
      assert.ok(error instanceof FormatError, `byte ${at}: ${error}`);
    }
  }
});

test("a small file that unpacks to hundreds of megabytes is refused", () => {
  const bomb = deflateSync(new Uint8Array(2 ** 28 + 2 ** 20));
  const file = new Uint8Array(128 + 8 + bomb.length);
  file.set(matFile([], false));
  new DataView(file.buffer).setUint32(128, 15, true);
  new DataView(file.buffer).setUint32(132, bomb.length, true);
  file.set(bomb, 136);
  assert.throws(() => readMat(file, "bomb"), /bomb must unpack to at most/);
});

const stMnist = shared("event-samples/tonic_sample_stmnist.mat");
test("a file of MATLAB's has the matrix it is known to have", {
  skip: !existsSync(stMnist) && "no ../shared",
}, () => {
  const train = readMat(readFileSync(stMnist), "sample").get("spiketrain");
  assert.deepEqual(train?.shape, [101, 2346]);
});
