import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { Random } from "../base/random.ts";
import { type Download, downloadFile } from "./download-file.ts";

const random = new Random({ seed: 1, trial: 0, purpose: "download-test", index: 0 });
const published = Buffer.from(Uint8Array.from({ length: 200_000 }, () => random.integer(256)));
const sha256 = createHash("sha256").update(published).digest("hex");

type Answer = (request: IncomingMessage, response: ServerResponse) => void;
const requests: IncomingMessage[] = [];
let answers: Answer[] = [];
const server = createServer((request, response) => {
  requests.push(request);
  const answer = answers.length > 1 ? (answers.shift() as Answer) : answers[0];
  answer(request, response);
});
await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/file.gz`;

const folder = mkdtempSync(join(tmpdir(), "spikefront-download-"));
after(() => {
  server.closeAllConnections();
  server.close();
  rmSync(folder, { recursive: true });
});

/** Called when bytes have been received. */
let whenHere: (bytes: number) => void = () => {};

/** The file from where it was asked; the connection is cut after `bytes`, when these have been received. */
function serve({
  bytes = Number.POSITIVE_INFINITY,
  from = published,
  ranges = true,
  tag = '"v1"',
} = {}): Answer {
  return ({ headers }, response) => {
    const asked = /^bytes=(\d+)-$/.exec(headers.range ?? "");
    const isSame = headers["if-range"] === undefined || headers["if-range"] === tag;
    const start = ranges && asked && isSame ? Number(asked[1]) : 0;
    const body = from.subarray(start);
    const range = `bytes ${start}-${from.length - 1}/${from.length}`;
    response.writeHead(start > 0 ? 206 : 200, {
      "content-length": body.length,
      etag: tag,
      ...(start > 0 && { "content-range": range }),
    });
    whenHere = (here) => here === start + bytes && response.destroy();
    if (bytes >= body.length) response.end(body);
    else response.write(body.subarray(0, bytes));
  };
}
const say =
  (status: number): Answer =>
  (_, response) =>
    response.writeHead(status).end("no");

let places = 0;
function prepare(script: readonly Answer[], left?: Uint8Array): Download & { readonly waits: number[] } {
  requests.length = 0;
  answers = [...script];
  const path = join(folder, String(places++), "file.gz");
  if (left) {
    mkdirSync(join(path, ".."));
    writeFileSync(`${path}.part`, left);
  }
  const waits: number[] = [];
  const waitMs = async (ms: number): Promise<void> => void waits.push(ms);
  const onBytes = (bytes: number): void => whenHere(bytes);
  return { url, path, sizeBytes: published.length, sha256, waits, waitMs, onBytes };
}
function assertWhole({ path }: Download): void {
  assert.ok(readFileSync(path).equals(published));
  assert.deepEqual(readdirSync(join(path, "..")), ["file.gz"]);
}

test("connections cut again and again lose no byte, and no byte is asked for twice", async () => {
  const download = prepare([serve({ bytes: 20_000 })]); // ten connections: more than attempts in vain
  assert.equal(await downloadFile(download), true);
  assertWhole(download);
  const starts = requests.map(({ headers }) => Number(/\d+/.exec(headers.range ?? "0")?.[0]));
  assert.deepEqual(
    starts,
    Array.from({ length: 10 }, (_, i) => i * 20_000),
  );
  assert.ok(requests.slice(1).every(({ headers }) => headers["if-range"] === '"v1"'));
});

test("a sound file is left alone without a request", async () => {
  const download = prepare([serve()]);
  await downloadFile(download);
  assert.equal(await downloadFile(download), false);
  assert.equal(requests.length, 1);
});

test("a file that is damaged here is fetched again", async () => {
  const download = prepare([serve()], new Uint8Array(0));
  writeFileSync(download.path, Buffer.alloc(published.length));
  assert.equal(await downloadFile(download), true);
  assertWhole(download);
});

test("what an earlier run has left is continued", async () => {
  const download = prepare([serve()], published.subarray(0, 150_000));
  await downloadFile(download);
  assertWhole(download);
  assert.equal(requests[0].headers.range, "bytes=150000-");
});

test("a server that ignores ranges is taken from the start", async () => {
  const download = prepare([serve({ bytes: 90_000, ranges: false }), serve({ ranges: false })]);
  await downloadFile(download);
  assertWhole(download);
});

test("a server that ignores ranges and always cuts at the same byte is given up", async () => {
  const download = prepare([serve({ bytes: 90_000, ranges: false })]);
  await assert.rejects(downloadFile(download), {
    name: "StateError",
    message: /after 5 attempts.*continues/,
  });
  assert.ok(!existsSync(download.path));
});

test("a file that changed on the server between two connections is taken from the start", async () => {
  const old = Buffer.alloc(published.length);
  const download = prepare([serve({ bytes: 50_000, from: old, tag: '"old"' }), serve()]);
  await downloadFile(download);
  assertWhole(download);
});

test("a file that changed on a server without tags is taken from the start, too", async () => {
  const old = Buffer.alloc(published.length);
  const download = prepare([serve({ bytes: 50_000, from: old, tag: "" }), serve({ tag: "" })]);
  await downloadFile(download);
  assertWhole(download);
});

test("wrong bytes left by an earlier run are thrown away, not kept for ever", async () => {
  for (const length of [50_000, published.length, published.length + 1]) {
    const download = prepare([serve()], Buffer.alloc(length));
    await downloadFile(download);
    assertWhole(download);
  }
});

test("wrong bytes from the server are refused and nothing is kept", async () => {
  for (const length of [published.length, 10, published.length + 10]) {
    const download = prepare([serve({ from: Buffer.alloc(length) })]);
    await assert.rejects(downloadFile(download), {
      name: "FormatError",
      message: /must serve the published file/,
    });
    assert.equal(requests.length, 1);
    assert.deepEqual(readdirSync(join(download.path, "..")), []);
  }
});

test("a body of unstated length is not read beyond the published size", async () => {
  const endless: Answer = (_, response) => {
    response.writeHead(200);
    const more = (): boolean =>
      !response.destroyed && response.write(Buffer.alloc(65_536), () => setImmediate(more));
    more();
  };
  const download = prepare([endless]);
  await assert.rejects(downloadFile(download), { name: "FormatError", message: /got "more bytes"/ });
  assert.deepEqual(readdirSync(join(download.path, "..")), []);
});

test("a missing file is an error at once, with the address", async () => {
  const download = prepare([say(404)]);
  await assert.rejects(downloadFile(download), { name: "StateError", message: /file.gz must be there.*404/ });
  assert.equal(requests.length, 1);
});

test("passing trouble is waited out, longer each time", async () => {
  const download = prepare([say(500), say(503), say(429), serve()]);
  await downloadFile(download);
  assertWhole(download);
  assert.deepEqual(download.waits, [500, 1000, 2000]);
});

test("a server that is not there is an error that names the address and the reason", async () => {
  const gone = createServer();
  await new Promise<void>((resolve) => gone.listen(0, "127.0.0.1", resolve));
  const { port } = gone.address() as AddressInfo;
  await new Promise((resolve) => gone.close(resolve));
  const download = { ...prepare([]), url: `http://127.0.0.1:${port}/file.gz` };
  await assert.rejects(downloadFile(download), {
    name: "StateError",
    message: /127.0.0.1.*after 5 attempts.*ECONNREFUSED/,
  });
});

test("a connection that goes silent is given up and continued", async ({ mock }) => {
  mock.timers.enable({ apis: ["setTimeout"] });
  const silent: Answer = (_, response) => {
    response.writeHead(200, { "content-length": published.length });
    response.write(published.subarray(0, 1000));
    whenHere = () => mock.timers.tick(400);
  };
  const download = { ...prepare([silent, serve()]), stallMs: 400 };
  await downloadFile(download);
  assertWhole(download);
  assert.equal(requests[1].headers.range, "bytes=1000-");
});

test("a slow connection that never goes silent is not given up", async ({ mock }) => {
  mock.timers.enable({ apis: ["setTimeout"] });
  const slow: Answer = (_, response) => {
    response.writeHead(200, { "content-length": published.length });
    const send = (from: number): boolean => response.write(published.subarray(from, from + 20_000));
    whenHere = (here) => {
      if (here % 20_000 !== 0) return;
      mock.timers.tick(300);
      if (here === published.length) response.end();
      else send(here);
    };
    send(0);
  };
  const download = { ...prepare([slow]), stallMs: 400 }; // shorter than the whole, longer than any gap
  await downloadFile(download);
  assertWhole(download);
  assert.equal(requests.length, 1);
});

test("a cancelled download ends at once and keeps what has come", async () => {
  const controller = new AbortController();
  const silent: Answer = (_, response) => {
    response.writeHead(200, { "content-length": published.length });
    response.write(published.subarray(0, 1000));
  };
  const download = { ...prepare([silent]), signal: controller.signal, onBytes: () => controller.abort() };
  await assert.rejects(downloadFile(download), { name: "CancelledError" });
  assert.equal(readFileSync(`${download.path}.part`).length, 1000);
});

test("a place that cannot be written is said with its path", async () => {
  const download = prepare([serve()]);
  writeFileSync(join(folder, "plain"), "");
  await assert.rejects(downloadFile({ ...download, path: join(folder, "plain", "file.gz") }), {
    name: "StateError",
    message: /plain.*file.gz.part could not be used/,
  });
});
