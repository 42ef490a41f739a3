// `train-events` and `evaluate` on its files, by Yin-Yang, which is made rather than loaded.

import assert from "node:assert/strict";
import { spawn, spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { after, test } from "node:test";

const folder = mkdtempSync(path.join(tmpdir(), "train-events-"));
after(() => rmSync(folder, { recursive: true }));
const program = path.join(import.meta.dirname, "../../bin/spikefront.cjs");
const at = (name: string): string => path.join(folder, name);

function spikefront(...words: readonly string[]): { status: number | null; stdout: string; stderr: string } {
  const { status, stdout, stderr } = spawnSync(process.execPath, [program, ...words], { encoding: "utf8" });
  return { status, stdout, stderr };
}

const small = ["--hidden", "16", "--kernels", "simd", "--largest-share", "0"];

test("a training that is killed goes on from its checkpoint to the same file", async () => {
  const words = ["train-events", "yin-yang", ...small, "--epochs", "6", "--out"];
  assert.equal(spikefront(...words, at("whole.safetensors")).status, 0);
  const checkpoint = at("killed.safetensors.checkpoint");
  const first = [program, ...words, at("killed.safetensors")];
  const killed = spawn(process.execPath, first, { stdio: "ignore" });
  const ended = new Promise((resolve) => killed.on("exit", (_, signal) => resolve(signal)));
  while (!existsSync(checkpoint) && killed.exitCode === null) await new Promise((go) => setTimeout(go, 5));
  killed.kill("SIGKILL");
  assert.equal(await ended, "SIGKILL", "it was through before it could be killed");
  assert.ok(existsSync(checkpoint) && !existsSync(at("killed.safetensors")));
  assert.equal(spikefront(...words, at("killed.safetensors"), "--threads", "1").status, 0);
  assert.deepEqual(readFileSync(at("killed.safetensors")), readFileSync(at("whole.safetensors")));
  assert.ok(!existsSync(checkpoint));
});

test("its file is evaluated as the training told, by data set and split", () => {
  const { stdout, status } = spikefront("evaluate", at("whole.safetensors"), "--data", "yin-yang", "--json");
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
  const other = spikefront("evaluate", at("whole.safetensors"), "--data", "two-orders");
  assert.match(other.stdout, /2 test samples/);
});

test("a data set with other inputs, and a command that takes other networks, are told what is wrong", () => {
  const wrongData = spikefront("evaluate", at("whole.safetensors"), "--data", "mnist", "--images", "5");
  assert.equal(wrongData.status, 1);
  assert.match(wrongData.stderr, /inputs must be trains of 5 inputs, but got 785/);
  const wrongCommand = spikefront("convert", at("whole.safetensors"));
  assert.equal(wrongCommand.status, 1);
  assert.match(
    wrongCommand.stderr,
    /must hold an ANN or a network that spikes in steps, but got .*event network/,
  );
});

test("a data set with other classes than the network has outputs is refused before anything is trained", () => {
  const { status, stderr } = spikefront("train-events", "toy-ttfs", "--data", "yin-yang");
  assert.match(stderr, /network must have an output for each of 3 classes of yin-yang, but got 2/);
  assert.equal(status, 1);
});

test("words that fit no experiment or layer are refused", () => {
  const refused = (message: RegExp, ...words: readonly string[]): void => {
    const { status, stderr } = spikefront("train-events", ...words);
    assert.match(stderr, message);
    assert.equal(status, 2);
  };
  refused(/The experiment must be one of .* Did you mean yin-yang\?/, "yin-yan");
  refused(/--thresholds must be 1 or 2 numbers, but got 3/, "yin-yang", "--thresholds", "1,2,3");
  refused(/--hidden must be numbers joined by commas/, "yin-yang", "--hidden", "many");
});
