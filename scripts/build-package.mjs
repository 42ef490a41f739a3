// Writes `dist`, the JavaScript and the types that are published, from `src`. Tests stay behind; data files
// (JSON) come along. Whatever was in `dist` before goes. Runs on Node 20.
//
// What the same sources were built into once is kept and copied: checking and tests build the package again.

import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import {
  cpSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
} from "node:fs";
import path from "node:path";

const root = path.resolve(import.meta.dirname, "..");
const source = path.join(root, "src");
const dist = path.resolve(process.argv[2] ?? path.join(root, "dist"));
const kept = path.join(root, "node_modules", ".cache", "package");
/** Besides the sources. */
const settings = [
  "package-lock.json",
  "tsconfig.json",
  "tsconfig.build.json",
  "tsconfig.page.json",
  "scripts/build-package.mjs",
];
const needed = [
  "index.js",
  "index.d.ts",
  "cli/main.js",
  "dashboard/page/main.js",
  "dashboard/playground/page/main.js",
  "kernels/generated/kernels-simd.js",
];

const built = path.join(kept, inputs());
if (!existsSync(built)) build();
rmSync(dist, { recursive: true, force: true });
cpSync(built, dist, { recursive: true });

/** A hash of everything that the package is built from. */
function inputs() {
  const files = readdirSync(source, { recursive: true })
    .map((name) => path.join("src", name))
    .filter((name) => !name.endsWith(".test.ts") && statSync(path.join(root, name)).isFile())
    .sort();
  const hash = createHash("sha256");
  for (const name of [...files, ...settings])
    hash
      .update(`${name}\n`)
      .update(readFileSync(path.join(root, name)))
      .update("\n");
  return hash.digest("hex").slice(0, 32);
}

function build() {
  const fresh = `${built}.${process.pid}`;
  rmSync(fresh, { recursive: true, force: true });
  const tsc = path.join(root, "node_modules", "typescript", "bin", "tsc");
  const compile = (config, ...words) =>
    spawnSync(process.execPath, [tsc, "-p", path.join(root, config), "--outDir", fresh, ...words], {
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
  const compiled = [compile("tsconfig.build.json"), compile("tsconfig.page.json", ...page)];
  if (compiled.some(({ status }) => status !== 0)) {
    rmSync(fresh, { recursive: true, force: true });
    console.error("The package cannot be built while the types are wrong. Run `npm run types`.");
    process.exit(1);
  }
  cpSync(source, fresh, {
    recursive: true,
    filter: (file) => path.extname(file) === "" || file.endsWith(".json"),
  });
  for (const name of needed) {
    if (existsSync(path.join(fresh, name))) continue;
    rmSync(fresh, { recursive: true, force: true });
    console.error(`dist/${name} must exist after the build, but does not. Is its source in src?`);
    process.exit(1);
  }
  mkdirSync(kept, { recursive: true });
  // Another process may have built the same meanwhile.
  if (existsSync(built)) rmSync(fresh, { recursive: true });
  else renameSync(fresh, built);
  const others = readdirSync(kept)
    .map((name) => path.join(kept, name))
    .sort((a, b) => statSync(b).mtimeMs - statSync(a).mtimeMs);
  for (const old of others.slice(3)) rmSync(old, { recursive: true, force: true });
}
