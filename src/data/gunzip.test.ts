import assert from "node:assert/strict";
import { test } from "node:test";
import { gzipSync } from "node:zlib";
import { gunzip } from "./gunzip.ts";

const plain = new Uint8Array(100_000).map((_, i) => (i * i) % 251);
const packed = new Uint8Array(gzipSync(plain));

test("what gzip packed comes back, and other bytes pass untouched", async () => {
  assert.deepEqual(await gunzip(packed, "x"), plain);
  assert.equal(await gunzip(plain, "x"), plain);
});

test("a file that is cut off, damaged or followed by rubbish is refused with its name", async () => {
  const damaged = packed.slice();
  damaged[packed.length - 6] ^= 1; // the checksum of the plain bytes
  for (const bytes of [
    packed.slice(0, 2),
    packed.slice(0, packed.length >> 1),
    packed.slice(0, -1),
    damaged,
    Uint8Array.of(...packed, 1, 2, 3),
  ]) {
    await assert.rejects(gunzip(bytes, "images.gz"), {
      name: "FormatError",
      message: /^images.gz must be a whole gzip file, but got "one that is cut off or damaged".*data fetch/,
    });
  }
});

test("a bomb is refused before it is unpacked whole", async () => {
  const bomb = new Uint8Array(gzipSync(new Uint8Array(20_000_000)));
  await assert.rejects(gunzip(bomb, "bomb.gz", 1_000_000), {
    name: "FormatError",
    message: /bomb.gz must unpack to at most 1000000 bytes/,
  });
  assert.equal((await gunzip(bomb, "bomb.gz", 20_000_000)).length, 20_000_000);
});
