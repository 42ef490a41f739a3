import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { existsSync, readFileSync } from "node:fs";
import { test } from "node:test";
import { readEventStream } from "./event-stream.ts";

/** A DVS stream of a camera of 300 × 7 pixels. */
function stream(...events: number[]): Uint8Array {
  return Uint8Array.of(...header(2, 1), 44, 1, 7, 0, ...events);
}

function header(major: number, type: number): number[] {
  return [...new TextEncoder().encode("Event Stream"), major, 0, 0, type];
}

/** The bytes of an event, by time since the one before. */
function event(passedUs: number, polarity: 0 | 1, x: number, y: number): number[] {
  return [passedUs * 2 + polarity, x & 255, x >> 8, y & 255, y >> 8];
}

test("times add up over events and pauses, places are little-endian and rows from the bottom, resynchronisation says nothing", () => {
  const bytes = stream(...event(3, 1, 299, 0), 255, 255, ...event(126, 0, 1, 6), 254, ...event(0, 1, 0, 5));
  // Not at the beginning of its buffer, as a part of an archive.
  const { width, height, polarities, timeUs, x, y, polarity } = readEventStream(
    Uint8Array.of(7, 7, 7, ...bytes).subarray(3),
    "a.es",
  );
  assert.deepEqual([width, height, polarities], [300, 7, 2]);
  assert.deepEqual([...timeUs], [3, 3 + 2 * 127 + 126, 3 + 2 * 127 + 126]);
  assert.deepEqual([...x, ...y, ...polarity], [299, 1, 0, 6, 0, 1, 1, 0, 1]);
});

test("a stream cut off within its header or an event is refused, between events it is shorter", () => {
  const bytes = stream(...event(3, 1, 2, 3), ...event(4, 0, 5, 6));
  for (let length = 0; length < bytes.length; length++) {
    const cut = bytes.subarray(0, length);
    if (length === 20 || length === 25)
      assert.equal(readEventStream(cut, "a.es").x.length, (length - 20) / 5);
    else assert.throws(() => readEventStream(cut, "a.es"), { name: "FormatError", message: /^a\.es / });
  }
});

test("other formats, versions and types are refused by name, and so are events outside of the camera", () => {
  const refuse = (bytes: Uint8Array, message: RegExp): void => {
    assert.throws(() => readEventStream(bytes, "a.es"), message);
  };
  refuse(
    new TextEncoder().encode("#!AER-DAT4.0\r\n and so on"),
    /must begin with "Event Stream", but got "#!AER/,
  );
  refuse(Uint8Array.of(...header(1, 1), 1, 0, 1, 0), /must be of version 2 of the format, but got "1\.0\.0"/);
  refuse(Uint8Array.of(...header(2, 0)), /must be of type DVS, but got "generic"/);
  refuse(Uint8Array.of(...header(2, 9)), /must be of type DVS, but got 9/);
  refuse(
    stream(...event(0, 0, 0, 0), ...event(0, 0, 300, 0)),
    /a\.es event 1 x must be below 300, but got 300/,
  );
  refuse(stream(...event(0, 0, 0, 7)), /a\.es event 0 y must be below 7/);
});

test("times beyond 32 bits are refused, not wrapped", () => {
  const pauses = Math.floor(2 ** 32 / 127);
  const bytes = new Uint8Array(20 + pauses + 5).fill(255);
  bytes.set(stream());
  bytes.set(event(2 ** 32 - 1 - pauses * 127, 0, 0, 0), 20 + pauses);
  assert.deepEqual([...readEventStream(bytes, "a.es").timeUs], [2 ** 32 - 1]);
  bytes[20 + pauses] += 2;
  assert.throws(
    () => readEventStream(bytes, "a.es"),
    /a\.es event 0 must come by 4294967295 µs, but got "4294967296 µs"/,
  );
});

const sample = new URL("../../../shared/data/event-samples/faery_dvs.es", import.meta.url);
test("faery's sample has the events whose digests faery's own tests state", {
  skip: !existsSync(sample) && "no ../shared/data/event-samples",
}, () => {
  const { timeUs, x, y, polarity } = readEventStream(readFileSync(sample), "faery_dvs.es");
  assert.equal(timeUs.length, 473_225);
  const digests = [BigUint64Array.from(timeUs, BigInt), x, y, polarity].map((values) =>
    createHash("sha3-224")
      .update(new Uint8Array(values.buffer, values.byteOffset, values.byteLength))
      .digest("hex"),
  );
  // neuromorphicsystems/faery, tests/assets.py: t, x, y and on of data/dvs.es.
  assert.deepEqual(digests, [
    "6f3f9af2e99d83707fd74fef3486abdd9f2f81680d3c4fcc306b1965",
    "976eab4dc499e350481c3f568f71b2713e3ffa944bc1866f31448460",
    "6ccc2ff279b4fb7f87b37d128d84da6771df6b40b624bf3cd4e6622a",
    "6f3c58f949e7c11c55707d11f739d98669882d551403c79482ab81f9",
  ]);
});
