// Files that are there whole or not at all: written beside their place, flushed, then renamed.

import {
  closeSync,
  existsSync,
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
    makeFolder(dirname(path));
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

/** Make a folder and those above it, one by one: making them at once never ends where none can be made (/proc). */
export function makeFolder(folder: string): void {
  if (existsSync(folder)) return;
  makeFolder(dirname(folder));
  try {
    mkdirSync(folder);
  } catch (error) {
    if ((error as { code?: string }).code !== "EEXIST") throw error; // another process may have been first
  }
}

/** @throws {StateError} naming the path and what to do */
export function readFileBytes(path: string): Uint8Array<ArrayBuffer> {
  return withPath(path, () => new Uint8Array(readFileSync(path)));
}
