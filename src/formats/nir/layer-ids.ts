// Names of files as ids of layers: letters, digits, _ and -, beginning with a letter, each once.

import { inputId } from "../../model/shapes.ts";

/** Ids by name, in the order of the names. */
export function layerIds(names: Iterable<string>): ReadonlyMap<string, string> {
  const ids = new Map<string, string>();
  const taken = new Set<string>([inputId]);
  for (const name of names) {
    const plain = name.replace(/[^A-Za-z0-9_-]+/g, "_").slice(0, 80);
    const id = /^[A-Za-z]/.test(plain) ? plain : `n${plain}`;
    let free = id;
    for (let k = 2; taken.has(free); k++) free = `${id}_${k}`;
    taken.add(free);
    ids.set(name, free);
  }
  return ids;
}
