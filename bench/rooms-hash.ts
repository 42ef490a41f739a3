// What tells the sources of some rooms apart, whatever else changes in the repository: long measurements of
// these rooms stay good while others are worked on.

import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { sha256 } from "../src/base/hash.ts";

const sources = join(import.meta.dirname, "..", "src");

const known = new Map<string, Promise<string>>();

/**
 * Of all sources of the rooms but their tests, committed or not, when they are first asked for: what changes
 * later is not what runs.
 */
export function roomsHash(rooms: readonly string[]): Promise<string> {
  const key = rooms.join();
  const hash = known.get(key) ?? hashOf(rooms);
  known.set(key, hash);
  return hash;
}

async function hashOf(rooms: readonly string[]): Promise<string> {
  const files = rooms
    .flatMap((room) =>
      readdirSync(join(sources, room), { recursive: true, encoding: "utf8" }).map((file) => join(room, file)),
    )
    .filter((file) => file.endsWith(".ts") && !file.endsWith(".test.ts"))
    .sort();
  const told = files.map((file) => [file, readFileSync(join(sources, file), "utf8")]);
  return sha256(new TextEncoder().encode(JSON.stringify(told)));
}
