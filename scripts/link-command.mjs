// Makes `npx spikefront` work in a checkout: npm links the commands of dependencies into node_modules/.bin,
// but not the package's own, and npx then tries to install the checkout somewhere else.

import { mkdirSync, renameSync, symlinkSync } from "node:fs";
import path from "node:path";

const folder = path.resolve(import.meta.dirname, "..", "node_modules", ".bin");
const link = path.join(folder, "spikefront");
const fresh = `${link}.${process.pid}`;
if (process.platform !== "win32") {
  mkdirSync(folder, { recursive: true });
  symlinkSync(path.join("..", "..", "bin", "spikefront.cjs"), fresh);
  renameSync(fresh, link);
}
