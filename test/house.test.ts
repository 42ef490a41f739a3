// The house as planned (house.mjs), as built (the folders of src) and as sold (package.json) are one.

import assert from "node:assert/strict";
import { existsSync, readdirSync, readFileSync, statSync } from "node:fs";
import path from "node:path";
import { test } from "node:test";
import { rooms } from "../house.mjs";

const root = path.resolve(import.meta.dirname, "..");
const source = path.join(root, "src");
const manifest = JSON.parse(readFileSync(path.join(root, "package.json"), "utf8"));

/** Not sold on their own: `base` comes through ".", `cli` is the command. */
const inner = new Set(["base", "cli"]);
const lineLimit = 400;
const indexLimit = 40;
/** Longer files, each with its reason. */
const mayBeLonger: Readonly<Record<string, string>> = {};

function files(folder: string): string[] {
  if (!existsSync(folder)) return [];
  return readdirSync(folder, { recursive: true, encoding: "utf8" })
    .filter(
      (file) => /\.(ts|mjs|cjs)$/.test(file) && !file.includes("generated") && !file.includes("node_modules"),
    )
    .map((file) => path.join(folder, file));
}

function countLines(file: string): number {
  return readFileSync(file, "utf8").trimEnd().split("\n").length;
}

test("the folders of src are the rooms of the plan", () => {
  const folders = readdirSync(source).filter((name) => {
    const folder = path.join(source, name);
    return statSync(folder).isDirectory() && readdirSync(folder).length > 0;
  });
  assert.deepEqual(folders.sort(), Object.keys(rooms).sort());
});

test("every room uses only rooms named before it, so imports can only go down", () => {
  const before = new Set<string>();
  for (const [room, { uses }] of Object.entries(rooms)) {
    for (const used of uses)
      assert.ok(before.has(used), `${room} uses ${used}, which does not come before it`);
    before.add(room);
  }
});

test("every public room is an entry of the package, and nothing else is", () => {
  const expected: Record<string, unknown> = { "./package.json": "./package.json", ".": entry("index") };
  for (const room of Object.keys(rooms)) {
    if (!inner.has(room)) expected[`./${room}`] = entry(`${room}/index`);
  }
  assert.deepEqual(manifest.exports, expected);
});

function entry(name: string): Record<string, string> {
  return { source: `./src/${name}.ts`, types: `./dist/${name}.d.ts`, default: `./dist/${name}.js` };
}

test("every room but the command line has an index.ts, and a short one", () => {
  for (const room of Object.keys(rooms)) {
    const index = path.join(source, room, "index.ts");
    if (room === "cli") continue;
    assert.ok(existsSync(index), `src/${room}/index.ts must exist`);
    const lines = countLines(index);
    assert.ok(lines <= indexLimit, `src/${room}/index.ts has ${lines} lines; ${indexLimit} are allowed`);
  }
});

test("no file is longer than the limit", (context) => {
  const lengths = files(source)
    .filter((file) => !file.endsWith(".test.ts") && !file.endsWith("index.ts"))
    .map(countLines)
    .sort((a, b) => a - b);
  context.diagnostic(
    `${lengths.length} source files, median ${lengths[lengths.length >> 1]} lines, longest ${lengths.at(-1)}`,
  );
  for (const folder of ["src", "test", "bench", "scripts", "bin", "examples", "assembly"]) {
    for (const file of files(path.join(root, folder))) {
      const name = path.relative(root, file);
      const lines = countLines(file);
      assert.ok(
        lines <= lineLimit || name in mayBeLonger,
        `${name} has ${lines} lines; ${lineLimit} are allowed`,
      );
    }
  }
});

test("no exception to the line limit is out of date", () => {
  for (const name of Object.keys(mayBeLonger)) {
    const file = path.join(root, name);
    assert.ok(existsSync(file) && countLines(file) > lineLimit, `${name} needs no exception`);
  }
});
