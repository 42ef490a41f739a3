// The scripts of the page, as the browser loads them: a module and all that it imports, at once or when it is needed
// (`import("./later.ts")`), nothing else. From a
// checkout the types are taken off; the published package holds JavaScript already.

import { readFileSync } from "node:fs";
import { stripTypeScriptTypes } from "node:module";
import { fileURLToPath } from "node:url";

/**
 * @param entry - the module the page loads
 * @param root - the folder that addresses begin at; nothing outside it is served
 * @param withLater - whether modules that are imported when they are needed belong to it
 * @returns text by address relative to the root
 */
export function modulesOf(entry: URL, root: URL, withLater = true): ReadonlyMap<string, string> {
  const texts = new Map<string, string>();
  const open = [entry];
  for (let at = open.pop(); at !== undefined; at = open.pop()) {
    const name = at.href.slice(root.href.length);
    if (!at.href.startsWith(root.href)) throw new RangeError(`${at.href} lies outside ${root.href}`);
    if (texts.has(name)) continue;
    const text = scriptOf(at);
    texts.set(name, text);
    for (const [, later, address] of text.matchAll(/\b(?:from|import)\s*(\(?)\s*"(\.[^"]+)"/g))
      if (withLater || later === "") open.push(new URL(address, at));
  }
  return texts;
}

function scriptOf(at: URL): string {
  const text = readFileSync(fileURLToPath(at), "utf8");
  if (!at.pathname.endsWith(".ts")) return text;
  // An import of types alone leaves an empty list of names, which would load the module for nothing.
  return quietly(() => stripTypeScriptTypes(text)).replace(/import\s*\{\s*\}\s*from\s*"[^"]+";/g, "");
}

/** Node warns that stripping is experimental; this is a developer's checkout, and Node itself runs on it. */
function quietly<T>(work: () => T): T {
  const { emitWarning } = process;
  process.emitWarning = () => {};
  try {
    return work();
  } finally {
    process.emitWarning = emitWarning;
  }
}
