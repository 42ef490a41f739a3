import assert from "node:assert/strict";
import { test } from "node:test";
import { tarFile } from "../../test/event-files.ts";
import { FormatError } from "../base/errors.ts";
import { tarFiles } from "./tar.ts";

const bytes = (length: number): Uint8Array => Uint8Array.from({ length }, (_, i) => i % 251);

test("files come back by name, whatever their length", () => {
  const files = { "a/empty": bytes(0), "a/one": bytes(512), b: bytes(513) };
  const found = tarFiles(tarFile(files), "archive");
  assert.deepEqual([...found.keys()], Object.keys(files));
  for (const [name, own] of Object.entries(files)) assert.deepEqual(found.get(name), own);
});

test("archives that are cut off or bent are refused", () => {
  const archive = tarFile({ a: bytes(600) });
  assert.throws(
    () => tarFiles(archive.subarray(0, 1000), "cut"),
    /cut byte 0 must be followed by a file of 600 bytes/,
  );
  const bent = archive.slice();
  bent[3] ^= 1;
  assert.throws(() => tarFiles(bent, "bent"), FormatError);
});
