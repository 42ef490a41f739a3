// Files that are there whole or not at all: written beside their place, flushed, then renamed.

import {
  closeSync,
  fsyncSync,
  mkdirSync,
  openSync,
  readFileSync,
  renameSync,
  rmSync,
  writeSync,
} from "node:fs";
import { dirname } from "node:path";
import { withPath } from "./file-errors.ts";

/**
 * Write a file, making its folder if need be. A crash leaves the old file or the new one.
 *
 * @throws {StateError | ResourceError} naming the path and what to do
 */
export function writeFileAtomic(path: string, contents: string | Uint8Array): void {
  withPath(path, () => {
    mkdirSync(dirname(path), { recursive: true });
    const temporary = `${path}.${process.pid}.tmp`;
    const bytes = typeof contents === "string" ? new TextEncoder().encode(contents) : contents;
    const file = openSync(temporary, "w");
    try {
      for (let written = 0; written < bytes.length; ) written += writeSync(file, bytes, written);
      fsyncSync(file);
    } catch (error) {
      closeSync(file);
      rmSync(temporary, { force: true });
      throw error;
    }
    closeSync(file);
    renameSync(temporary, path);
  });
}

/** @throws {StateError} naming the path and what to do */
export function readFileBytes(path: string): Uint8Array<ArrayBuffer> {
  return withPath(path, () => new Uint8Array(readFileSync(path)));
}
