import assert from "node:assert/strict";
import { existsSync, readFileSync } from "node:fs";
import { test } from "node:test";
import { gunzipSync } from "node:zlib";
import { FormatError } from "../base/errors.ts";
import { brailleRecordings, readBraille } from "./braille.ts";

const published = new URL(
  "../../../shared/data/braille-tactile/tutorial5_braille_spiking_data.pkl.gz",
  import.meta.url,
);

/** A pickle of protocol 2 of trials whose frames are lists of whole numbers. */
function pickle(trials: readonly { readonly letter: string; readonly frames: number[][] }[]): Uint8Array {
  const text = (word: string): number[] => [0x58, word.length, 0, 0, 0, ...Buffer.from(word)];
  const list = (items: number[][]): number[] => [0x5d, 0x28, ...items.flat(), 0x65];
  const trial = ({ letter, frames }: (typeof trials)[number]): number[] => [
    ...[0x7d, 0x28, ...text("letter"), ...text(letter), ...text("taxel_data")],
    ...[...list(frames.map((frame) => list(frame.map((value) => [0x4b, value])))), 0x75],
  ];
  return Uint8Array.from([0x80, 2, ...list(trials.map(trial)), 0x2e]);
}

const frame = (first: number): number[] => [first, ...new Array<number>(11).fill(255)];

test("trials become labels and frames, and touches events where a taxel has moved", () => {
  const trials = readBraille(
    pickle([
      { letter: "B", frames: [frame(255), frame(251), frame(255)] },
      { letter: "A", frames: [frame(255)] },
    ]),
    "file",
  );
  assert.deepEqual(
    [trials.classes, [...trials.labels]],
    [
      ["A", "B"],
      [1, 0],
    ],
  );
  const { recordings } = brailleRecordings(trials, 2);
  const { timeUs, polarity, x } = recordings[0];
  assert.deepEqual([...timeUs], [25_000, 25_000, 50_000, 50_000]);
  assert.deepEqual([...polarity, ...x], [0, 0, 1, 1, 0, 0, 0, 0]);
  assert.equal(recordings[1].x.length, 0);
});

test("trials with other taxels, other values or no letter are refused by number", () => {
  const read = (frames: number[][]) => () => readBraille(pickle([{ letter: "A", frames }]), "file");
  assert.throws(read([[1, 2]]), /file trial 0 taxel_data must be rows of 12 numbers/);
  assert.throws(read([]), FormatError);
  assert.throws(
    () => readBraille(Uint8Array.of(0x80, 2, 0x5d, 0x2e), "file"),
    /file must hold a list of trials/,
  );
  const call = Uint8Array.from([0x80, 2, 0x63, ...Buffer.from("os\nsystem\n"), 0x2e]);
  assert.throws(() => readBraille(call, "file"), FormatError);
});

test("the published trials are 50 of each of 27 letters, of 76 or 77 samples", {
  skip: !existsSync(published) && "no ../shared",
}, () => {
  const { classes, labels, frames } = readBraille(gunzipSync(readFileSync(published)), "published");
  assert.deepEqual([classes.length, labels.length, classes[0], classes[19]], [27, 1350, "A", "Space"]);
  for (const [label] of classes.entries()) assert.equal(labels.filter((own) => own === label).length, 50);
  assert.deepEqual([...new Set(frames.map(({ length }) => length / 12))].sort(), [76, 77]);
  assert.equal(Math.min(...frames.map((values) => Math.min(...values))), 55);
});
