// What the operating system says of files, in words with a cure.

import { ResourceError, StateError } from "../base/errors.ts";

const cures: Readonly<Record<string, string>> = {
  EACCES: "you may not read or write it. Change its rights or choose another place with --out.",
  EPERM: "you may not read or write it. Change its rights or choose another place with --out.",
  EROFS: "the file system is read-only. Choose another place with --out.",
  ENOENT: "it does not exist, and cannot be made there. Check the path.",
  ENOTDIR: "a part of the path is a file, not a folder. Choose another place with --out.",
  EISDIR: "it is a folder, not a file. Give a file's path.",
  EEXIST: "a file stands where a folder is wanted. Choose another place with --out.",
  EMFILE: "too many files are open. Raise the limit (ulimit -n).",
};

/** The same error as one of ours, naming the path; errors that are no file errors come back as they are. */
export function fileError(path: string, error: unknown): Error {
  const code = (error as { code?: string }).code ?? "";
  if (code === "ENOSPC" || code === "EDQUOT") {
    return new ResourceError(
      `${path} could not be written: the disk is full. Nothing finished is lost; make room and run the same command again.`,
    );
  }
  const cure = cures[code];
  const named = path === "" ? "The empty path" : path;
  if (cure !== undefined) return new StateError(`${named} could not be used: ${cure}`);
  return error instanceof Error ? error : new Error(String(error));
}

/** Run file work; errors name the path. */
export function withPath<T>(path: string, work: () => T): T {
  try {
    return work();
  } catch (error) {
    throw fileError(path, error);
  }
}
