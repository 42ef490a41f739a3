// `train-events` and `evaluate` on its files, by Yin-Yang, which is made rather than loaded.

import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { after, test } from "node:test";
import { spikefront as run } from "../../test/cli/command-line.ts";

const folder = mkdtempSync(path.join(tmpdir(), "train-events-"));
after(() => rmSync(folder, { recursive: true }));
const program = path.join(import.meta.dirname, "../../bin/spikefront.cjs");
const at = (name: string): string => path.join(folder, name);

const spikefront = (...words: readonly string[]) => run(words);

const small = ["--hidden", "16", "--kernels", "simd", "--largest-share", "0"];

test("a training that is killed goes on from its checkpoint to the same file", async () => {
  const words = ["train-events", "yin-yang", ...small, "--epochs", "6", "--out"];
  assert.equal((await spikefront(...words, at("whole.safetensors"))).status, 0);
  const checkpoint = at("killed.safetensors.checkpoint");
  // It kills itself when its first checkpoint is there: another process might find it through already.
  const kill = `
    import fs from "node:fs";
    import { syncBuiltinESMExports } from "node:module";
    const { renameSync } = fs;
    fs.renameSync = (from, to) => {
      renameSync(from, to);
      if (to === ${JSON.stringify(checkpoint)}) process.kill(process.pid, "SIGKILL");
    };
    syncBuiltinESMExports();`;
  const preload = ["--import", `data:text/javascript,${encodeURIComponent(kill)}`];
  const killed = spawn(process.execPath, [...preload, program, ...words, at("killed.safetensors")], {
    stdio: "ignore",
  });
  const [, signal] = await once(killed, "exit");
  assert.equal(signal, "SIGKILL");
  assert.ok(existsSync(checkpoint) && !existsSync(at("killed.safetensors")));
  assert.equal((await spikefront(...words, at("killed.safetensors"), "--threads", "1")).status, 0);
  assert.deepEqual(readFileSync(at("killed.safetensors")), readFileSync(at("whole.safetensors")));
  assert.ok(!existsSync(checkpoint));
});

test("its file is evaluated as the training told, by data set and split", async () => {
  const { stdout, status } = await spikefront(
    "evaluate",
    at("whole.safetensors"),
    "--data",
    "yin-yang",
    "--json",
  );
  assert.equal(status, 0);
  const { evaluation } = JSON.parse(stdout);
  assert.equal(evaluation.samples, 1000);
  assert.deepEqual(
    evaluation.activity.map(({ layer, neurons }: { layer: string; neurons: number }) => [layer, neurons]),
    [
      ["hidden", 16],
      ["output", 3],
    ],
  );
  // A sign has three classes; five epochs of a small network are well above a guess.
  assert.ok(evaluation.correct > 450 && evaluation.firstOutputS > 0);
  const other = await spikefront("evaluate", at("whole.safetensors"), "--data", "two-orders");
  assert.match(other.stdout, /2 test samples/);
});

test("a data set with other inputs, and a command that takes other networks, are told what is wrong", async () => {
  const wrongData = await spikefront("evaluate", at("whole.safetensors"), "--data", "mnist", "--images", "5");
  assert.equal(wrongData.status, 1);
  assert.match(wrongData.stderr, /inputs must be trains of 5 inputs, but got 785/);
  const wrongCommand = await spikefront("convert", at("whole.safetensors"));
  assert.equal(wrongCommand.status, 1);
  assert.match(
    wrongCommand.stderr,
    /must hold an ANN or a network that spikes in steps, but got .*event network/,
  );
});

test("a data set with other classes than the network has outputs is refused before anything is trained", async () => {
  const { status, stderr } = await spikefront("train-events", "toy-ttfs", "--data", "yin-yang");
  assert.match(stderr, /network must have an output for each of 3 classes of yin-yang, but got 2/);
  assert.equal(status, 1);
});

test("words that fit no experiment or layer are refused", async () => {
  const refused = async (message: RegExp, ...words: readonly string[]): Promise<void> => {
    const { status, stderr } = await spikefront("train-events", ...words);
    assert.match(stderr, message);
    assert.equal(status, 2);
  };
  await refused(/The experiment must be one of .* Did you mean yin-yang\?/, "yin-yan");
  await refused(/--thresholds must be 1 or 2 numbers, but got 3/, "yin-yang", "--thresholds", "1,2,3");
  await refused(/--hidden must be numbers joined by commas/, "yin-yang", "--hidden", "many");
});
