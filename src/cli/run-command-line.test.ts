import assert from "node:assert/strict";
import { EventEmitter } from "node:events";
import { Writable } from "node:stream";
import { test } from "node:test";
import { CancelledError, StateError } from "../base/errors.ts";
import { int } from "../space/field.ts";
import { type Command, command } from "./command.ts";
import { runCommandLine } from "./run-command-line.ts";

const count = command({
  name: "count",
  about: "Count to a number.",
  out: "folder of the numbers",
  operands: [{ name: "word", about: "what to say", isOptional: true }],
  options: { upTo: int({ about: "last number", unit: "1", low: 1, high: 10, default: 3 }) },
  resources: ["memory", "workers"],
  examples: ["spikefront count"],
  async run({ operands, options, seed, memoryBytes, workers, terminal }) {
    terminal.progress({ phase: "count", done: options.upTo });
    terminal.write(`counted to ${options.upTo}`);
    return {
      upTo: options.upTo,
      word: operands[0] ?? null,
      seed: seed ?? null,
      memoryBytes,
      workers: workers ?? null,
    };
  },
});

const failing = (name: string, error: () => unknown): Command => ({
  ...(count as unknown as Command),
  name,
  run: () => Promise.reject(error()),
});

const commands: Record<string, () => Promise<Command>> = {
  count: async () => count as unknown as Command,
  "shop open": async () => ({ ...(count as unknown as Command), name: "shop open" }),
  closed: async () => failing("closed", () => new StateError("The shop must be open, but is closed. Wait.")),
  bug: async () => failing("bug", () => new TypeError("x is not a function")),
  unsound: async () => ({
    ...(count as unknown as Command),
    name: "unsound",
    run: async () => ({ ok: false }),
  }),
};

async function run(
  words: string[],
  more: {
    commands?: Record<string, () => Promise<Command>>;
    broken?: "EPIPE" | "ENOSPC";
    signals?: EventEmitter;
  } = {},
) {
  const written = { stdout: "", stderr: "" };
  const stream = (name: "stdout" | "stderr") =>
    new Writable({
      write(chunk, _encoding, done) {
        written[name] += chunk;
        const isBroken = more.broken !== undefined && (name === "stdout" || more.broken === "EPIPE");
        done(isBroken ? Object.assign(new Error("write"), { code: more.broken }) : null);
      },
    });
  const code = await runCommandLine({
    words,
    commands: more.commands ?? commands,
    version: "9.8.7",
    stdout: stream("stdout"),
    stderr: stream("stderr"),
    env: {},
    now: () => 0,
    signals: more.signals ?? new EventEmitter(),
    exit: () => {},
  });
  return { code, ...written };
}

test("a command's lines go to stdout, its progress to stderr, and it ends with 0", async () => {
  const { code, stdout, stderr } = await run(["count", "--up-to", "5"]);
  assert.deepEqual([code, stdout, stderr], [0, "counted to 5\n", "count: 5, 0:00\n"]);
});

test("--json puts exactly one JSON object on stdout", async () => {
  const { code, stdout } = await run([
    "count",
    "hello",
    "--json",
    "--seed=7",
    "--memory",
    "1MiB",
    "--workers",
    "2",
  ]);
  assert.equal(code, 0);
  assert.deepEqual(JSON.parse(stdout), { upTo: 3, word: "hello", seed: 7, memoryBytes: 2 ** 20, workers: 2 });
});

test("errors are one JSON object, too, even those about the words themselves", async () => {
  for (const [words, name, expected] of [
    [["closed", "--json"], "StateError", 1],
    [["bug", "--json"], "TypeError", 1],
    [["count", "--nonsense", "--json"], "UsageError", 2],
    [["nonsense", "--json"], "UsageError", 2],
    [["--json"], "UsageError", 2],
  ] as const) {
    const { code, stdout } = await run([...words]);
    assert.equal(code, expected, words.join(" "));
    assert.equal(JSON.parse(stdout).error.name, name);
    assert.equal(stdout.trim().split("\n").length, 1);
  }
});

test("--events makes every line of stderr a JSON object", async () => {
  for (const words of [["count"], ["closed"], ["bug", "--debug"]]) {
    const { stderr } = await run([...words, "--events"]);
    const lines = stderr.trim().split("\n");
    for (const line of lines) assert.equal(typeof JSON.parse(line).event, "string");
    assert.ok(lines.length > 0);
  }
});

test("an expected error shows its message only; a bug says how to see its stack", async () => {
  assert.equal((await run(["closed"])).stderr, "spikefront: The shop must be open, but is closed. Wait.\n");
  const bug = await run(["bug"]);
  assert.match(bug.stderr, /has met a bug: TypeError: x is not a function\n.*--debug/);
  assert.doesNotMatch(bug.stderr, /run-command-line/);
  assert.match((await run(["bug", "--debug"])).stderr, /run-command-line\.test\.ts/);
});

test("an unknown command is wrong use, and the nearest one is named", async () => {
  const unknown = await run(["cuont"]);
  assert.equal(unknown.code, 2);
  assert.match(unknown.stderr, /Did you mean count\?/);
  assert.match((await run(["shop"])).stderr, /must be one of shop open/);
  assert.match((await run(["shop", "opne"])).stderr, /Did you mean shop open\?/);
  assert.equal((await run(["shop", "open"])).code, 0);
});

test("an option about a resource the command does not honour is refused", async () => {
  const { code, stderr } = await run(["count", "--threads", "2"]);
  assert.equal(code, 2);
  assert.match(stderr, /--threads must be an option of this command.*See spikefront count --help\./);
});

test("a result that is not ok ends with 1", async () => {
  assert.equal((await run(["unsound"])).code, 1);
});

test("every command has a page of help that shows its options, and the overview names it", async () => {
  const page = await run(["count", "--help"]);
  assert.equal(page.code, 0);
  for (const part of [
    "[WORD]",
    "--up-to NUMBER",
    "1 to 10; default 3",
    "--memory TEXT",
    "--seed NUMBER",
    "folder of the numbers",
  ]) {
    assert.ok(page.stdout.includes(part), `${part} is not in\n${page.stdout}`);
  }
  assert.ok(!page.stdout.includes("--threads"));
  const overview = await run(["--help"]);
  for (const name of Object.keys(commands)) assert.ok(overview.stdout.includes(`\n  ${name}`), name);
  const group = await run(["shop", "--help"]);
  assert.ok(group.code === 0 && group.stdout.includes("shop open") && !group.stdout.includes("\n  closed"));
  assert.equal((await run(["--version"])).stdout, "9.8.7\n");
});

test("a reader that has gone away is no error", async () => {
  const { code } = await run(["count"], { broken: "EPIPE" });
  assert.equal(code, 0);
});

test("a result that a full disk does not take is a failure, and said", async () => {
  const { code, stderr } = await run(["count", "--json"], { broken: "ENOSPC" });
  assert.equal(code, 1);
  assert.match(stderr, /standard output could not be written: the disk is full/);
});

test("Ctrl-C lets the command finish and ends with 130, its result printed", async () => {
  const signals = new EventEmitter();
  const slow = (end: (signal: AbortSignal) => Promise<Record<string, unknown>>) => ({
    slow: async () => ({
      ...(count as unknown as Command),
      run: ({ signal }: { signal: AbortSignal }) => {
        setImmediate(() => signals.emit("SIGINT"));
        return end(signal);
      },
    }),
  });
  const until = (signal: AbortSignal) =>
    new Promise<void>((go) => signal.addEventListener("abort", () => go()));
  const finish = async (signal: AbortSignal) => {
    await until(signal);
    return { finished: 3 };
  };
  const give = async (signal: AbortSignal) => {
    await until(signal);
    throw new CancelledError("the count");
  };
  for (const [end, expected] of [
    [finish, { finished: 3 }],
    [give, { error: { name: "CancelledError", message: "the count was cancelled" } }],
  ] as const) {
    const chunks: string[] = [];
    const sink = (kept: string[]) =>
      new Writable({
        write(chunk, _encoding, done) {
          kept.push(String(chunk));
          done();
        },
      });
    const code = await runCommandLine({
      words: ["slow", "--json"],
      commands: slow(end) as unknown as typeof commands,
      version: "1",
      stdout: sink(chunks),
      stderr: sink([]),
      env: {},
      now: () => 0,
      signals,
      exit: () => assert.fail("one Ctrl-C must not end the process"),
    });
    assert.equal(code, 130);
    assert.deepEqual(JSON.parse(chunks.join("")), expected);
  }
});

test("an error outside the command's own promise is reported like any other bug", async () => {
  const signals = new EventEmitter();
  const commands = {
    stuck: async () => ({
      ...(count as unknown as Command),
      run: () => {
        setImmediate(() => signals.emit("uncaughtException", new RangeError("lost")));
        return new Promise<never>(() => {});
      },
    }),
  };
  const { code, stdout } = await run(["stuck", "--json"], { commands, signals });
  assert.equal(code, 1);
  assert.deepEqual(JSON.parse(stdout), { error: { name: "RangeError", message: "lost" } });
});
