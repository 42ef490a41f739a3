import assert from "node:assert/strict";
import { EventEmitter } from "node:events";
import { test } from "node:test";
import { Interrupt } from "./interrupt.ts";

function interruptAt() {
  const source = new EventEmitter();
  const exits: number[] = [];
  const notes: string[] = [];
  let nowMs = 0;
  const interrupt = new Interrupt({
    source,
    now: () => nowMs,
    onFirst: () => notes.push("stopping"),
    exit: (code) => exits.push(code),
  });
  return { source, exits, notes, interrupt, wait: (ms: number) => (nowMs += ms) };
}

test("the first Ctrl-C asks the work to stop and ends nothing", () => {
  const { source, exits, notes, interrupt } = interruptAt();
  assert.equal(interrupt.exitCode, null);
  source.emit("SIGINT");
  assert.equal(interrupt.signal.aborted, true);
  assert.equal(interrupt.exitCode, 130);
  assert.deepEqual([exits, notes], [[], ["stopping"]]);
});

test("the second Ctrl-C ends at once with 130", () => {
  const { source, exits, notes, wait } = interruptAt();
  source.emit("SIGINT");
  wait(1000);
  source.emit("SIGINT");
  assert.deepEqual([exits, notes], [[130], ["stopping"]]);
});

test("one key press that arrives twice is one", () => {
  const { source, exits, wait } = interruptAt();
  source.emit("SIGINT");
  wait(50);
  source.emit("SIGINT");
  assert.deepEqual(exits, []);
});

test("SIGTERM stops the work like Ctrl-C, and the exit code tells which it was", () => {
  const { source, interrupt } = interruptAt();
  source.emit("SIGTERM");
  assert.equal(interrupt.signal.aborted, true);
  assert.equal(interrupt.exitCode, 143);
});

test("after close no signal is listened to", () => {
  const { source, interrupt } = interruptAt();
  interrupt.close();
  source.emit("SIGINT");
  assert.equal(interrupt.signal.aborted, false);
});
