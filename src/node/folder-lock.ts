// One explorer at a time in a study's folder. The lock is a file with the holder's process id and
// the moment that process began, so that the lock of a dead process, or of another one that has got
// its number since, is taken over.

import { linkSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { StateError } from "../base/errors.ts";
import { makeFolder } from "./atomic-file.ts";
import { withPath } from "./file-errors.ts";

/**
 * Take the folder's lock, making the folder if need be.
 *
 * @returns what gives it back
 * @throws {StateError} when a living process holds it, naming that process
 */
export function lockFolder(folder: string): () => void {
  return withPath(folder, () => {
    makeFolder(folder);
    const path = join(folder, "lock");
    const mine = `${process.pid} ${startOf(process.pid)}`;
    for (let attempt = 0; attempt < 3; attempt++) {
      if (place(path, mine)) {
        return () => {
          if (holderOf(path) === mine) rmSync(path, { force: true });
        };
      }
      const holder = holderOf(path);
      if (isAlive(holder)) {
        throw new StateError(
          `${folder} must be used by one process at a time, but process ${holder.split(" ")[0]} is using it. Wait for it, stop it, or choose another folder with --out.`,
        );
      }
      removeStale(path, holder);
    }
    throw new StateError(`${folder} could not be locked: another process keeps taking the lock. Try again.`);
  });
}

/** Whether a living process holds the folder's lock. */
export function isFolderInUse(folder: string): boolean {
  return isAlive(holderOf(join(folder, "lock")));
}

/** Write the whole lock beside its place and link it there: the link fails if one stands there already. */
function place(path: string, holder: string): boolean {
  const temporary = `${path}.${process.pid}.tmp`;
  writeFileSync(temporary, holder);
  try {
    linkSync(temporary, path);
    return true;
  } catch (error) {
    if ((error as { code?: string }).code === "EEXIST") return false;
    throw error;
  } finally {
    rmSync(temporary, { force: true });
  }
}

/** Remove a dead process's lock, but not the one that another process may have put in its place by now. */
function removeStale(path: string, holder: string): void {
  const aside = `${path}.${process.pid}.stale`;
  try {
    renameSync(path, aside);
    if (holderOf(aside) !== holder) linkSync(aside, path);
  } catch (error) {
    const { code } = error as { code?: string };
    if (code !== "ENOENT" && code !== "EEXIST") throw error; // others are quicker: look again
  } finally {
    rmSync(aside, { force: true });
  }
}

function holderOf(path: string): string {
  try {
    return readFileSync(path, "utf8");
  } catch {
    return "";
  }
}

function isAlive(holder: string): boolean {
  const [pid, start] = holder.split(" ");
  if (!/^\d+$/.test(pid)) return false;
  try {
    process.kill(Number(pid), 0);
  } catch (error) {
    return (error as { code?: string }).code === "EPERM";
  }
  const now = startOf(Number(pid));
  return now === "" || start === undefined || start === "" || now === start;
}

/** When a process began, where the system tells (Linux: field 22 of its stat), else "". */
function startOf(pid: number): string {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
    return stat.slice(stat.lastIndexOf(")") + 2).split(" ")[19] ?? "";
  } catch {
    return "";
  }
}
