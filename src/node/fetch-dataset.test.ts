import assert from "node:assert/strict";
import { existsSync, mkdtempSync, readFileSync, rmSync, statSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { fetchDataset } from "./fetch-dataset.ts";

const published = join(import.meta.dirname, "../../../shared/data/mnist");
const skip = existsSync(published) ? false : `${published} is not here`;
const folder = mkdtempSync(join(tmpdir(), "spikefront-fetch-"));
after(() => rmSync(folder, { recursive: true }));

test("a data set comes whole over a connection that is cut, and a second time nothing is fetched", {
  skip,
}, async () => {
  let requests = 0;
  const server = createServer(({ url, headers }, response) => {
    requests++;
    const bytes = readFileSync(join(published, url ?? ""));
    const start = Number(/\d+/.exec(headers.range ?? "0")?.[0]);
    const rest = bytes.subarray(start);
    response.writeHead(start > 0 ? 206 : 200, {
      "content-length": rest.length,
      "content-range": `bytes ${start}-${bytes.length - 1}/${bytes.length}`,
    });
    if (start > 0 || rest.length < 5_000_000) response.end(rest);
    else {
      response.write(rest.subarray(0, 3_000_000));
      const part = `${join(folder, url ?? "")}.part`;
      const isHere = (): boolean => existsSync(part) && statSync(part).size === 3_000_000;
      // What had not been read when the connection is cut would be lost.
      const cut = setInterval(() => {
        if (!isHere()) return;
        clearInterval(cut);
        response.destroy();
      }, 5);
    }
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const progress: number[] = [];
  let totalBytes = 0;
  const options = {
    folder,
    address: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    waitMs: async () => {},
    onProgress: (now: { bytes: number; totalBytes: number }) => {
      progress.push(now.bytes);
      totalBytes = now.totalBytes;
    },
  };
  try {
    const first = await fetchDataset("mnist", options);
    assert.deepEqual(
      first.map(({ isNew }) => isNew),
      [true, true, true, true],
    );
    assert.equal(requests, 5);
    for (const { path } of first) {
      assert.ok(readFileSync(path).equals(readFileSync(join(published, path.slice(folder.length)))));
    }
    assert.deepEqual(
      progress,
      progress.toSorted((a, b) => a - b),
    );
    assert.equal(progress.at(-1), totalBytes);
    assert.ok((await fetchDataset("mnist", options)).every(({ isNew }) => !isNew));
    assert.equal(requests, 5);
  } finally {
    server.closeAllConnections();
    server.close();
  }
});

test("an unknown data set is refused with the names that can be fetched", async () => {
  for (const name of ["cifar", "constructor"]) {
    await assert.rejects(fetchDataset(name), {
      name: "InvalidValueError",
      message: /must be one that can be fetched: mnist, fashion-mnist, but got/,
    });
  }
});
