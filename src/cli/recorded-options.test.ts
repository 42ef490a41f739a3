// Training and evaluating on recordings by the command line, on a small N-MNIST made here.

import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { after, test } from "node:test";
import { nMnistFile } from "../../test/event-files.ts";
import { readNetworkFile } from "../formats/network-file.ts";
import type { CommandContext } from "./command.ts";
import { evaluate } from "./evaluate.ts";
import { parseArguments } from "./parse-arguments.ts";
import { train } from "./train.ts";

const folder = mkdtempSync(path.join(tmpdir(), "recorded-"));
after(() => rmSync(folder, { recursive: true }));
const data = path.join(folder, "data");
const out = path.join(folder, "snn.safetensors");

// Every digit fires in a column of its own, several recordings each.
for (const part of ["Train", "Test"]) {
  for (let digit = 0; digit < 10; digit++) {
    const digits = path.join(data, part, String(digit));
    mkdirSync(digits, { recursive: true });
    for (let i = 0; i < (part === "Train" ? 12 : 2); i++) {
      const events = Array.from({ length: 30 }, (_, k) => {
        return { us: 1500 * k + i, x: 3 * digit, y: (k * 7 + i) % 34, polarity: k % 2 };
      });
      writeFileSync(path.join(digits, `0000${i}.bin`), nMnistFile(events));
    }
  }
}

function contextOf(words: readonly string[], command: typeof train | typeof evaluate, lines: string[]) {
  return {
    ...parseArguments(command.options, words),
    operands: [out],
    out,
    threads: 1,
    memoryBytes: 2 ** 27,
    signal: new AbortController().signal,
    isCancelled: () => false,
    terminal: { write: (line: string) => lines.push(line), note: () => {}, progress: () => {} },
  };
}

async function runTrain(...words: readonly string[]): Promise<readonly string[]> {
  const lines: string[] = [];
  await train.run(contextOf(words, train, lines) as unknown as CommandContext<typeof train.options>);
  return lines;
}

async function runEvaluate(...words: readonly string[]): Promise<readonly string[]> {
  const lines: string[] = [];
  await evaluate.run(contextOf(words, evaluate, lines) as unknown as CommandContext<typeof evaluate.options>);
  return lines;
}

test("a network is trained on recordings, keeps steps and inputs, and evaluate counts what training counted", async () => {
  const lines = await runTrain(
    ...["--data", "n-mnist", "--data-folder", data, "--method", "surrogate"],
    ...["--hidden", "32", "--steps", "5", "--step-ms", "10", "--pool", "2", "--kernels", "simd"],
    ...["--loss", "meanPotential", "--epochs", "30", "--patience", "30", "--batch", "10"],
    ...["--learning-rate", "0.01"],
  );
  const { inference, network } = readNetworkFile(readFileSync(out), "out");
  assert.deepEqual(inference, { steps: 5, coding: "events", readout: "average", dtMs: 10 });
  assert.deepEqual(network.inputShape, [2, 17, 17]);
  assert.match(lines[0], /20 test images: accuracy 100\.00 %/);
  const again = await runEvaluate("--data", "n-mnist", "--data-folder", data);
  assert.deepEqual(again, lines.slice(0, -1));
  const some = await runEvaluate(
    "--data",
    "n-mnist",
    "--data-folder",
    data,
    "--split",
    "train",
    "--images",
    "7",
  );
  assert.match(some[0], /7 train images/);
});

test("what recordings and images do not have in common is refused by name", async () => {
  const words = (text: string): Promise<unknown> => runTrain(...text.split(" "));
  await assert.rejects(words("--data n-mnist"), /--data n-mnist must come with --method surrogate/);
  await assert.rejects(
    words("--data n-mnist --method surrogate --coding rate"),
    /--coding must not be given with recordings/,
  );
  await assert.rejects(words("--method surrogate --pool 2"), /must come with recordings \(--data\)/);
  const elsewhere = path.join(folder, "nowhere");
  await assert.rejects(
    words(`--method surrogate --data shd --data-folder ${elsewhere}`),
    /data set shd must be a folder with shd_train/,
  );
  await assert.rejects(runEvaluate("--data", "mnist"), /must have the shape of the network's input/);
});

test("a hand's velocity is decoded by command: R² is told on windows nobody trained on, and again by evaluate", async () => {
  const trials = path.join(folder, "trials");
  mkdirSync(trials);
  // Four units, of which one for 100 ms at a time says where the hand goes at 200 mm/s.
  const ways = ["200,0", "-200,0", "0,200", "0,-200"];
  const rows = Array.from({ length: 6000 }, (_, ms) => {
    const way = (Math.floor(ms / 100) * 7 + Math.floor(ms / 700)) % 4;
    return `${ms},${ways[way]},${ways.map((_, unit) => Number(unit === way && ms % 3 === 0)).join(",")}`;
  });
  const head = "timestamp,hand_vel_x,hand_vel_y,unit_0,unit_1,unit_2,unit_3";
  writeFileSync(path.join(trials, "trial.csv"), [head, ...rows].join("\n"));
  const given = ["--data", "mc-maze", "--data-folder", trials];
  const lines = await runTrain(
    ...[...given, "--method", "surrogate", "--hidden", "24", "--leak", "0.7", "--threshold", "0.3"],
    ...["--kernels", "simd", "--epochs", "80", "--patience", "80", "--batch", "4", "--learning-rate", "0.01"],
  );
  const [, x, y] = /3 test windows: R² of x (.*), y (.*)/.exec(lines[0]) ?? [];
  assert.ok(Number(x) > 0.5 && Number(y) > 0.5, lines[0]);
  assert.deepEqual(await runEvaluate(...given), lines.slice(0, 1));
  const wrong = runTrain(...given, "--method", "surrogate", "--loss", "lastPotential");
  await assert.rejects(wrong, /--loss must be meanSquared for mc-maze/);
  const classes = ["--data", "n-mnist", "--data-folder", data, "--method", "surrogate"];
  await assert.rejects(runTrain(...classes, "--loss", "meanSquared"), /must come with data to decode/);
});
