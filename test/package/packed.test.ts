// The published package: what is in it, and that it works without anything developers need. It is built into
// a folder of the test's own, beside nothing but its dependencies.

import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  realpathSync,
  rmSync,
  symlinkSync,
} from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { after, before, test } from "node:test";

const root = path.resolve(import.meta.dirname, "../..");
const manifest = JSON.parse(readFileSync(path.join(root, "package.json"), "utf8"));
const shown = ["package.json", "LICENSE", "README.md"];
let folder = "";
let installed = "";

before(() => {
  // Without the links of the temporary folder's own path, which Node would resolve.
  folder = realpathSync(mkdtempSync(path.join(tmpdir(), "packed-")));
  installed = path.join(folder, "node_modules", "spikefront");
  mkdirSync(installed, { recursive: true });
  for (const part of [...shown, ...manifest.files]) {
    if (part !== "dist" && existsSync(path.join(root, part))) {
      cpSync(path.join(root, part), path.join(installed, part), { recursive: true });
    }
  }
  for (const dependency of Object.keys(manifest.dependencies)) {
    const link = path.join(folder, "node_modules", dependency);
    mkdirSync(path.dirname(link), { recursive: true });
    symlinkSync(path.join(root, "node_modules", dependency), link);
  }
  const build = run(process.execPath, [
    path.join(root, "scripts", "build-package.mjs"),
    path.join(installed, "dist"),
  ]);
  assert.equal(build.status, 0, build.stdout + build.stderr);
});
after(() => rmSync(folder, { recursive: true, force: true }));

function run(command: string, words: readonly string[], cwd = folder) {
  // What the test runner tells its children by the environment is not for these.
  const { NODE_OPTIONS: _, NODE_TEST_CONTEXT: __, ...env } = process.env;
  return spawnSync(command, words, { cwd, env, encoding: "utf8" });
}

test("the package holds what users need and nothing of what developers need", (context) => {
  const packed = run("npm", ["pack", "--dry-run", "--json", "--ignore-scripts"], installed);
  assert.equal(packed.status, 0, packed.stderr);
  const [{ files, unpackedSize, size }] = JSON.parse(packed.stdout);
  const names: string[] = files.map((file: { path: string }) => file.path);
  context.diagnostic(
    `${names.length} files, ${(size / 1024).toFixed(0)} KiB packed, ${(unpackedSize / 1024).toFixed(0)} KiB unpacked`,
  );
  for (const name of names) {
    const isExpected = shown.includes(name) || manifest.files.includes(name.split("/")[0]);
    assert.ok(isExpected && !/\.test\.|(?<!\.d)\.ts$/.test(name), `${name} must not be in the package`);
  }
  for (const needed of ["bin/spikefront.cjs", "dist/cli/main.js", "LICENSE"])
    assert.ok(names.includes(needed), needed);
  // There to be noticed when it is passed: onnxruntime-web and PyTorch, installed instead, take 139 MiB and more.
  assert.ok(unpackedSize < 6 * 2 ** 20, `${unpackedSize} bytes unpacked; 6 MiB are allowed`);
});

test("every entry of the package loads on a plain Node, with its types beside it", () => {
  const entries = Object.keys(manifest.exports).filter((entry) => entry !== "./package.json");
  const code = entries
    .map((entry) => `await import(${JSON.stringify(entry.replace(".", "spikefront"))});`)
    .join("\n");
  const loaded = run(process.execPath, ["--input-type=module", "--eval", code]);
  assert.equal(loaded.status, 0, loaded.stderr);
  for (const entry of entries) {
    const { types } = manifest.exports[entry];
    assert.ok(existsSync(path.join(installed, types)), `${types} must exist`);
  }
});

test("every file that the code names relative to itself is in the package", () => {
  const scripts = readdirSync(path.join(installed, "dist"), { recursive: true, encoding: "utf8" });
  let named = 0;
  for (const script of scripts.filter((name) => name.endsWith(".js"))) {
    const file = path.join(installed, "dist", script);
    for (const [, address] of readFileSync(file, "utf8").matchAll(
      /new URL\(\s*["'`](\.[^"'`]*)["'`],\s*import\.meta\.url/g,
    )) {
      named++;
      // biome-ignore lint/suspicious/noTemplateCurlyInString: workers are named with the extension of their maker
      const target = path.resolve(path.dirname(file), address.replace("${extension}", "js"));
      assert.ok(existsSync(target), `dist/${script} names ${address}, which is not in the package`);
    }
  }
  assert.ok(named > 0, "the pattern above must find at least the command line's package.json");
});

test("the command line of the package runs and knows its version", () => {
  const bin = path.join(installed, manifest.bin.spikefront);
  const version = run(process.execPath, [bin, "--version"]);
  assert.deepEqual([version.status, version.stdout, version.stderr], [0, `${manifest.version}\n`, ""]);
  const help = run(process.execPath, [bin, "--help"]);
  assert.equal(help.status, 0, help.stderr);
});

test("the live page's scripts are in the package, as modules that browsers load without a build", () => {
  const code = `
    const { pageFiles, playFiles } = await import(${JSON.stringify(path.join(installed, "dist/cli/page-files.js"))});
    const files = pageFiles();
    const script = /src="([^"]+)"/.exec(files.get("/").text)[1];
    const thread = [...playFiles()].find(([, { isWasm }]) => isWasm)[0];
    console.log(script, files.has(script), files.size, thread);`;
  const asked = run(process.execPath, ["--input-type=module", "--eval", code]);
  assert.equal(asked.status, 0, asked.stderr);
  const [script, isThere, count, thread] = asked.stdout.trim().split(" ");
  assert.deepEqual([script, isThere], ["/app/dashboard/page/main.js", "true"]);
  assert.ok(Number(count) > 20, `${count} files`);
  assert.equal(thread, "/app/dashboard/playground/play-worker.js");
});
