import assert from "node:assert/strict";
import { test } from "node:test";
import { aedat2File, aedat31File } from "../../test/event-files.ts";
import { FormatError } from "../base/errors.ts";
import { cifar10DvsLayout, readAedat2, readAedat31 } from "./aedat.ts";

const camera = { width: 128, height: 128 };
const events = [
  { us: 1000, x: 127, y: 0, polarity: 1 },
  { us: 1005, x: 0, y: 127, polarity: 0 },
  { us: 4000, x: 5, y: 6, polarity: 1 },
];

test("version 2 has its events from the first one's time on, frames' samples left out", () => {
  const { timeUs, x, y, polarity } = readAedat2(aedat2File(events), "file", cifar10DvsLayout);
  assert.deepEqual(
    [[...timeUs], [...x], [...y]],
    [
      [0, 5, 3000],
      [127, 0, 5],
      [0, 127, 6],
    ],
  );
  assert.deepEqual([...polarity], [1, 0, 1]);
  const frame = new Uint8Array(8);
  frame[0] = 0x80;
  const withFrame = Uint8Array.of(...aedat2File(events), ...frame);
  assert.equal(readAedat2(withFrame, "file", cifar10DvsLayout).x.length, 3);
});

test("version 3.1 has valid polarity events of all packets, and those of a range by its clock", () => {
  const file = aedat31File([events.slice(0, 2), events.slice(2)]);
  const { timeUs, x, y, polarity } = readAedat31(file, "file", camera);
  assert.deepEqual(
    [[...timeUs], [...x], [...y]],
    [
      [0, 5, 3000],
      [127, 0, 5],
      [0, 127, 6],
    ],
  );
  assert.deepEqual([...polarity], [1, 0, 1]);
  const part = readAedat31(file, "file", camera, { fromUs: 900, toUs: 4000 });
  assert.deepEqual([...part.timeUs], [100, 105]);
  const late = readAedat31(aedat31File([events], { overflows: 1 }), "file", camera, {
    fromUs: 2 ** 31,
    toUs: 2 ** 31 + 1001,
  });
  assert.deepEqual([...late.timeUs], [1000]);
});

test("events that passed each other on the way are put in the order of their times", () => {
  const { timeUs, x } = readAedat31(aedat31File([events.toReversed()]), "file", camera);
  assert.deepEqual(
    [[...timeUs], [...x]],
    [
      [0, 5, 3000],
      [127, 0, 5],
    ],
  );
});

test("every cut of a file is refused or holds fewer events, and other formats are refused by name", () => {
  for (const [file, read] of [
    [aedat2File(events), (bytes: Uint8Array) => readAedat2(bytes, "file", cifar10DvsLayout)],
    [aedat31File([events]), (bytes: Uint8Array) => readAedat31(bytes, "file", camera)],
  ] as const) {
    for (let end = 0; end < file.length; end++) {
      try {
        assert.ok(read(file.subarray(0, end)).x.length < 3, `cut at ${end}`);
      } catch (error) {
        assert.ok(error instanceof FormatError, String(error));
      }
    }
    assert.throws(
      () => read(new TextEncoder().encode("#!AER-DAT4.0\r\n")),
      /file must begin with "#!AER-DAT/,
    );
  }
  const far = aedat31File([[{ us: 0, x: 128, y: 0, polarity: 1 }]]);
  assert.throws(() => readAedat31(far, "file", camera), /file event 0 x must be below 128/);
  const sizes = aedat31File([events], { claimed: 2 ** 30 });
  assert.throws(() => readAedat31(sizes, "file", camera), /file packet 0 must lie in the file/);
});
