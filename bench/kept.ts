// What a long benchmark has measured stays measured: a run that is stopped goes on where it was. Kept in the
// system's folder for temporary files by what was measured and the commit, or other revision, it was measured at.

import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { sha256 } from "../src/base/hash.ts";
import { sourceRevision } from "../src/node/source-revision.ts";

/**
 * @param what - everything the result depends on but the code
 * @param measure - its result is plain data
 * @param revision - of the code, where less than the whole repository tells it
 */
export async function kept<R>(
  name: string,
  what: unknown,
  measure: () => Promise<R>,
  revision = sourceRevision(),
): Promise<R> {
  const key = await sha256(new TextEncoder().encode(JSON.stringify([revision, what])));
  const folder = join(tmpdir(), "spikefront-bench");
  const path = join(folder, `${name}-${key.slice(0, 24)}.json`);
  if (existsSync(path)) return JSON.parse(readFileSync(path, "utf8"));
  const result = await measure();
  mkdirSync(folder, { recursive: true });
  writeFileSync(`${path}.${process.pid}`, JSON.stringify(result));
  renameSync(`${path}.${process.pid}`, path);
  return result;
}
