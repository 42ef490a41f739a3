// Runs all tests, or those named: `npm test -- "src/space/*.test.ts"`. What Node compiles of a file is kept for the
// next process that loads it: hundreds of test files stand on the same rooms, and starting them took half the time.

import { spawnSync } from "node:child_process";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const named = process.argv.slice(2);
const files = named.length > 0 ? named : ["src/**/*.test.ts", "test/**/*.test.ts", "examples/*.ts"];
const { status } = spawnSync(
  process.execPath,
  ["--conditions=source", "--test", "--test-concurrency=2", "--test-timeout=180000", ...files],
  {
    cwd: root,
    stdio: "inherit",
    env: { ...process.env, NODE_COMPILE_CACHE: join(root, "node_modules", ".cache", "compiled") },
  },
);
process.exitCode = status ?? 1;
