import assert from "node:assert/strict";
import { test } from "node:test";
import { describeProgress, Progress } from "./progress.ts";

/** A progress line with a clock in the test's hand. */
function progressAt(settings: { live: boolean; columns?: number; bold?: boolean }) {
  const written: string[] = [];
  let nowMs = 0;
  const progress = new Progress({
    write: (text) => written.push(text),
    now: () => nowMs,
    live: settings.live,
    columns: () => settings.columns ?? 80,
    bold: settings.bold ?? false,
  });
  return { progress, written, wait: (ms: number) => (nowMs += ms) };
}

test("the time left is that of the pieces still to do at the pace of this run", () => {
  const status = { phase: "search", done: 30, total: 50, unit: "trial", best: "97.9 %" };
  assert.equal(
    describeProgress(status, 0, 60_000),
    "search: trial 30 of 50, best 97.9 %, 1:00, about 0:40 left",
  );
});

test("pieces finished by an earlier run do not make this one look faster", () => {
  const status = { phase: "search", done: 30, total: 50 };
  assert.equal(describeProgress(status, 20, 60_000), "search: 30 of 50, 1:00, about 2:00 left");
});

test("no time left is claimed before the first piece is finished or after the last", () => {
  assert.equal(describeProgress({ phase: "p", done: 20, total: 50 }, 20, 5000), "p: 20 of 50, 0:05");
  assert.equal(describeProgress({ phase: "p", done: 50, total: 50 }, 0, 3_723_000), "p: 50 of 50, 1:02:03");
});

test("a live line is drawn at most ten times a second", () => {
  const { progress, written, wait } = progressAt({ live: true });
  for (let i = 0; i <= 1000; i++) {
    progress.show({ phase: "search", done: i });
    wait(1);
  }
  progress.end();
  const drawn = written.filter((text) => text.includes("search"));
  assert.equal(drawn.length, 11);
});

test("a live line never reaches the last column, however narrow the terminal", () => {
  const { progress, written } = progressAt({ live: true, columns: 30, bold: true });
  progress.show({ phase: "search", done: 7, total: 1000, unit: "trial", best: "a very long description" });
  progress.end();
  // biome-ignore lint/suspicious/noControlCharactersInRegex: the escapes of the terminal are what is taken out
  const visible = written[0].replace(/\x1b\[[0-9]*[mK]|\r/g, "");
  assert.equal(visible.length, 29);
  assert.equal(written.at(-1), "\r\x1b[K");
});

test("without a terminal a line comes at once for a new phase, then every five seconds", () => {
  const { progress, written, wait } = progressAt({ live: false });
  for (let i = 0; i < 120; i++) {
    progress.show({ phase: i < 60 ? "train" : "search", done: i });
    wait(100);
  }
  progress.end();
  assert.deepEqual(written, [
    "train: 0, 0:00\n",
    "train: 50, 0:05\n",
    "search: 60, 0:00\n",
    "search: 110, 0:05\n",
  ]);
});
