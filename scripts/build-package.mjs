// Writes `dist`, the JavaScript and the types that are published, from `src`. Tests stay behind; data files
// (JSON) come along. Whatever was in `dist` before goes. Runs on Node 20.

import { spawnSync } from "node:child_process";
import { cpSync, existsSync, rmSync } from "node:fs";
import path from "node:path";

const root = path.resolve(import.meta.dirname, "..");
const source = path.join(root, "src");
const dist = path.resolve(process.argv[2] ?? path.join(root, "dist"));

rmSync(dist, { recursive: true, force: true });
const tsc = path.join(root, "node_modules", "typescript", "bin", "tsc");
const compile = (config, ...words) =>
  spawnSync(process.execPath, [tsc, "-p", path.join(root, config), "--outDir", dist, ...words], {
    stdio: "inherit",
  });
// The scripts of the live page know a document, which nothing else may.
const page = [
  "--noEmit",
  "false",
  "--allowJs",
  "false",
  "--rootDir",
  source,
  "--rewriteRelativeImportExtensions",
];
const built = [compile("tsconfig.build.json"), compile("tsconfig.page.json", ...page)];
if (built.some(({ status }) => status !== 0)) {
  console.error("The package cannot be built while the types are wrong. Run `npm run types`.");
  process.exit(1);
}
cpSync(source, dist, {
  recursive: true,
  filter: (file) => path.extname(file) === "" || file.endsWith(".json"),
});

for (const needed of [
  "index.js",
  "index.d.ts",
  "cli/main.js",
  "dashboard/page/main.js",
  "dashboard/playground/page/main.js",
  "kernels/generated/kernels-simd.js",
]) {
  if (existsSync(path.join(dist, needed))) continue;
  console.error(`dist/${needed} must exist after the build, but does not. Is its source in src?`);
  process.exit(1);
}
