import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { serveWhile } from "./serve-while.ts";

const folder = mkdtempSync(join(tmpdir(), "while-"));
after(() => rmSync(folder, { recursive: true }));

const isThere = (url: string): Promise<boolean> =>
  fetch(url).then(
    ({ ok }) => ok,
    () => false,
  );

function given(options: { readonly port?: number; readonly stay?: boolean; readonly serve?: boolean }) {
  const notes: string[] = [];
  const stop = new AbortController();
  const told = {
    ...{ folder: join(folder, "not-yet"), signal: stop.signal },
    options: { serve: true, port: 0, stay: false, ...options },
    terminal: { note: (line: string) => void notes.push(line) },
  };
  const address = (): string => /http:\S+\//.exec(notes[0] ?? "")?.[0] ?? "";
  return { told, notes, stop, address };
}

test("the page is there while the work goes on, and ends with it, done or failed", async () => {
  const { told, address } = given({});
  assert.equal(await serveWhile(told, async () => ((await isThere(address())) ? 7 : 0)), 7);
  assert.ok(!(await isThere(address())));
  const failing = given({});
  await assert.rejects(
    serveWhile(failing.told, () => Promise.reject(new Error("no luck"))),
    /no luck/,
  );
  assert.ok(!(await isThere(failing.address())));
});

test("a page that is to stay stays until it is sent away", async () => {
  const { told, address, notes, stop } = given({ stay: true });
  const all = serveWhile(told, async () => 1);
  while (notes.length < 2) await new Promise((resolve) => setTimeout(resolve, 5));
  assert.match(notes[1], /stays at .* Ctrl-C ends it/);
  assert.ok(await isThere(address()));
  stop.abort();
  assert.equal(await all, 1);
  assert.ok(!(await isThere(address())));
});

test("without --serve nothing listens; where the port is taken no work is begun", async () => {
  const silent = given({ serve: false });
  assert.equal(await serveWhile(silent.told, async () => 2), 2);
  assert.deepEqual(silent.notes, []);
  const other = createServer().listen(0, "127.0.0.1");
  await new Promise((resolve) => other.once("listening", resolve));
  const { port } = other.address() as AddressInfo;
  let hasBegun = false;
  await assert.rejects(
    serveWhile(given({ port }).told, async () => {
      hasBegun = true;
    }),
    /could not be listened on \(EADDRINUSE\).*--port/,
  );
  assert.ok(!hasBegun);
  other.close();
});
