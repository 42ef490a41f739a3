// Which source a result was made by: the package's version, and in a checkout the commit.

import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("../..", import.meta.url));

export function packageVersion(): string {
  return JSON.parse(readFileSync(join(root, "package.json"), "utf8")).version;
}

/** The commit checked out, or `v<version>` where there is no repository. Changes not committed are not seen. */
export function sourceRevision(): string {
  const git = join(root, ".git");
  try {
    const head = readFileSync(join(git, "HEAD"), "utf8").trim();
    if (!head.startsWith("ref: ")) return head;
    const reference = head.slice("ref: ".length);
    if (existsSync(join(git, reference))) return readFileSync(join(git, reference), "utf8").trim();
    const packed = readFileSync(join(git, "packed-refs"), "utf8").split("\n");
    return packed.find((line) => line.endsWith(` ${reference}`))?.split(" ")[0] ?? `v${packageVersion()}`;
  } catch {
    return `v${packageVersion()}`;
  }
}
