// Files that are there whole or not at all: written beside their place, flushed, then renamed.

import {
  closeSync,
  existsSync,
  fsyncSync,
  mkdirSync,
  openSync,
  readFileSync,
  realpathSync,
  renameSync,
  rmSync,
  statSync,
  writeSync,
} from "node:fs";
import { dirname } from "node:path";
import { StateError } from "../base/errors.ts";
import { withPath } from "./file-errors.ts";

/**
 * Write a file, making its folder if need be. A crash leaves the old file or the new one. A link stays a link: the
 * file it leads to is written. Devices and pipes are written to as they are, since a renamed file would take their place.
 *
 * @throws {StateError | ResourceError} naming the path and what to do
 */
export function writeFileAtomic(path: string, contents: string | Uint8Array): void {
  withPath(path, () => {
    const bytes = typeof contents === "string" ? new TextEncoder().encode(contents) : contents;
    const there = statSync(path, { throwIfNoEntry: false });
    if (there !== undefined && !there.isFile() && !there.isDirectory()) {
      writeInto(openSync(path, "w"), bytes);
      return;
    }
    const place = there?.isFile() ? realpathSync(path) : path;
    makeFolder(dirname(place));
    const temporary = `${place}.${process.pid}.tmp`;
    try {
      writeInto(openSync(temporary, "w"), bytes, fsyncSync);
    } catch (error) {
      rmSync(temporary, { force: true });
      throw error;
    }
    renameSync(temporary, place);
  });
}

/** Write all bytes to an open file and close it. */
function writeInto(file: number, bytes: Uint8Array, flush?: (file: number) => void): void {
  try {
    for (let written = 0; written < bytes.length; ) written += writeSync(file, bytes, written);
    flush?.(file);
  } finally {
    closeSync(file);
  }
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

/** More bytes than one read can take. */
const mostBytes = 2 ** 31 - 1;

/**
 * Read a whole file, or all that a pipe gives.
 *
 * @throws {StateError} naming the path and what to do, for devices as well, which may never end
 */
export function readFileBytes(path: string): Uint8Array<ArrayBuffer> {
  return withPath(path, () => {
    const stats = statSync(path);
    if (stats.isCharacterDevice() || stats.isBlockDevice()) {
      throw new StateError(`${path} could not be used: it is a device, not a file. Give a file's path.`);
    }
    if (stats.size > mostBytes) {
      const sizeGib = (stats.size / 2 ** 30).toFixed(1);
      throw new StateError(
        `${path} could not be used: it has ${sizeGib} GiB, and 2 can be read. Is it the file you mean?`,
      );
    }
    return new Uint8Array(readFileSync(path));
  });
}
