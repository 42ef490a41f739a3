// Where a study's front.json is, from what a user gives.

import { existsSync, readdirSync, statSync } from "node:fs";
import { join } from "node:path";
import { StateError } from "../base/errors.ts";

/**
 * @param given - a study's folder, its front.json, or undefined for the latest in `runs`
 * @throws {StateError} when there is none
 */
export function findFrontFile(given: string | undefined): string {
  if (given !== undefined) {
    const path = existsSync(given) && statSync(given).isDirectory() ? join(given, "front.json") : given;
    if (existsSync(path)) return path;
    throw new StateError(
      `${path} does not exist. Give the folder of a finished study; explore finishes one.`,
    );
  }
  const fronts = (existsSync("runs") ? readdirSync("runs") : [])
    .map((name) => join("runs", name, "front.json"))
    .filter((path) => existsSync(path))
    .sort((a, b) => statSync(b).mtimeMs - statSync(a).mtimeMs);
  if (fronts[0] === undefined)
    throw new StateError("runs holds no finished study here. Run explore first, or give a study's folder.");
  return fronts[0];
}
