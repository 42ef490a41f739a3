// Parts of one whole are made by one release: what two releases count may differ.

import { ResourceError } from "../base/errors.ts";
import type { Shard } from "./shard.ts";
import { packageVersion } from "./source-revision.ts";

/** @throws {ResourceError} for a shard of another release: it goes back to the queue, for a worker of that release */
export function requireRelease({ kind, release }: Shard): void {
  const ours = packageVersion();
  if (release === ours) return;
  throw new ResourceError(
    `this ${kind} must be worked on by spikefront ${release}, as it was begun, but this worker is ${ours}. Start workers of that release.`,
  );
}
