// A folder of recordings, wherever it lies: in a file system, in an archive, in a test.

import { FormatError } from "../base/errors.ts";
import { tarFiles } from "../data/tar.ts";

export interface RecordingFolder {
  /** For messages. */
  readonly where: string;
  /** Paths of its files with "/" between folders, sorted by code unit. */
  readonly names: readonly string[];
  /** A file's bytes, unpacked where it is gzipped. */
  readonly read: (name: string) => Promise<Uint8Array>;
}

/** A tar archive as a folder, its leading folders kept. */
export function tarFolder(bytes: Uint8Array, where: string): RecordingFolder {
  const files = tarFiles(bytes, where);
  return {
    where,
    names: [...files.keys()].sort(),
    read: async (name) => {
      const file = files.get(name);
      if (file === undefined) throw new FormatError(where, `must hold ${name}`, `${files.size} other files`);
      return file;
    },
  };
}

/** The name that ends so, of as short a path as there is. @throws {FormatError} when there is none */
export function fileNamed({ names, where }: RecordingFolder, pattern: RegExp, wanted: string): string {
  const found = names.filter((name) => pattern.test(name));
  if (found.length === 0) throw new FormatError(where, `must hold ${wanted}`, `${names.length} other files`);
  return found.reduce((best, name) => (name.length < best.length ? name : best));
}

/** The folder that a file lies in, with its last slash. */
export function folderOf(name: string): string {
  return name.slice(0, name.lastIndexOf("/") + 1);
}

/** A text file's lines that say something. */
export async function linesOf(folder: RecordingFolder, name: string): Promise<readonly string[]> {
  const text = new TextDecoder().decode(await folder.read(name));
  return text
    .split("\n")
    .map((line) => line.trim())
    .filter((line) => line !== "");
}
