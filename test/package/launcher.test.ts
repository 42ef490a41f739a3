// The launcher is tried from outside: a copy of it in a package of the test's own, whose command line
// only tells what it sees. An old Node is this one with another version number in its mouth.

import assert from "node:assert/strict";
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import {
  copyFileSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { after, test } from "node:test";

const launcher = path.resolve(import.meta.dirname, "../../bin/spikefront.cjs");
const folders: string[] = [];
after(() => {
  for (const folder of folders) rmSync(folder, { recursive: true, force: true });
});

const seeAndSay = `
export async function main(words) {
  process.on("SIGINT", () => { console.log("caught SIGINT"); process.exit(130); });
  console.log(JSON.stringify({ words, node: process.versions.node, pid: process.pid }));
  if (words[0] === "fail") process.exit(Number(words[1]));
  if (words[0] === "wait") setInterval(() => {}, 1000);
  if (words[0] === "die") process.kill(process.pid, "SIGKILL");
}
`;

/** A package folder with the launcher and a command line; `delivered`: with a Node in its node_modules. */
function packageFolder({ delivered }: { delivered: boolean }): string {
  const folder = mkdtempSync(path.join(tmpdir(), "launcher "));
  folders.push(folder);
  for (const part of ["bin", "dist/cli", "node_modules/.bin"])
    mkdirSync(path.join(folder, part), { recursive: true });
  copyFileSync(launcher, path.join(folder, "bin/spikefront.cjs"));
  writeFileSync(path.join(folder, "package.json"), `{ "type": "module" }`);
  writeFileSync(path.join(folder, "dist/cli/main.js"), seeAndSay);
  if (delivered) symlinkSync(process.execPath, path.join(folder, "node_modules/.bin/node"));
  const lie = `if (!process.env.SPIKEFRONT_LAUNCHED) Object.defineProperty(process, "versions", { value: { node: "12.1.0" } });`;
  writeFileSync(path.join(folder, "old.cjs"), lie);
  return folder;
}

function start(
  folder: string,
  words: string[],
  { old }: { old: boolean },
): ChildProcess & { said: () => string } {
  const preload = old ? ["-r", path.join(folder, "old.cjs")] : [];
  const child = spawn(process.execPath, [...preload, path.join(folder, "bin/spikefront.cjs"), ...words], {
    stdio: ["ignore", "pipe", "pipe"],
  });
  let said = "";
  for (const stream of [child.stdout, child.stderr]) stream?.on("data", (chunk) => (said += chunk));
  return Object.assign(child, { said: () => said });
}

async function end(child: ChildProcess & { said: () => string }) {
  const [code, signal] = await once(child, "close");
  return { code, signal, said: child.said() };
}

test("on a Node that is new enough the command line runs in the same process", async () => {
  const child = start(packageFolder({ delivered: false }), ["a b", "--json"], { old: false });
  const { code, said } = await end(child);
  assert.equal(code, 0);
  assert.deepEqual(JSON.parse(said).words, ["a b", "--json"]);
  assert.equal(JSON.parse(said).pid, child.pid);
});

test("on an old Node the one that npm delivered takes over, with the same words and exit code", async () => {
  const folder = packageFolder({ delivered: true });
  const { code, said } = await end(start(folder, ["fail", "7"], { old: true }));
  assert.equal(code, 7);
  assert.deepEqual(JSON.parse(said).words, ["fail", "7"]);
  assert.equal(JSON.parse(said).node, process.versions.node);
});

test("an old Node alone says what is needed, what was found and what to do", async () => {
  const { code, said } = await end(start(packageFolder({ delivered: false }), ["explore"], { old: true }));
  assert.equal(code, 1);
  assert.match(said, /needs Node 22\.18 or newer, but this is Node 12\.1\.0\.\nInstall Node 24/);
});

test("a child killed by a signal kills the launcher by the same one", async () => {
  const { code, signal } = await end(start(packageFolder({ delivered: true }), ["die"], { old: true }));
  assert.deepEqual([code, signal], [null, "SIGKILL"]);
});

test("Ctrl-C reaches the child, and the launcher waits for what it makes of it", async () => {
  const child = start(packageFolder({ delivered: true }), ["wait"], { old: true });
  await once(child.stdout as NodeJS.ReadableStream, "data");
  child.kill("SIGINT");
  const { code, said } = await end(child);
  assert.equal(code, 130);
  assert.match(said, /caught SIGINT/);
});

test("a launcher killed without warning takes its child along", { timeout: 20_000 }, async () => {
  const child = start(packageFolder({ delivered: true }), ["wait"], { old: true });
  const [line] = await once(child.stdout as NodeJS.ReadableStream, "data");
  assert.notEqual(JSON.parse(line).pid, child.pid);
  child.kill("SIGKILL");
  // The pipes close only when the last process that holds them has ended: a child that lived on would be waited for.
  const { signal } = await end(child);
  assert.equal(signal, "SIGKILL");
});

test("the launcher has no syntax that an old Node could not read", () => {
  const code = readFileSync(launcher, "utf8")
    .replace(/^\s*\/\/.*$/gm, "")
    .replace(/"(?:[^"\\\n]|\\.)*"/g, '""');
  for (const young of [
    /\b(?:const|let|class|async|await)\b/,
    /=>/,
    /`/,
    /\?\./,
    /\?\?/,
    /\.\.\./,
    /require\(["']node:/,
  ]) {
    assert.doesNotMatch(code, young);
  }
});
