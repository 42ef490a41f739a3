// `campaign` as a user runs it: a network file in, rows, record and maps out; killed and continued; refused in words.

import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { after, before, test } from "node:test";
import { setTimeout } from "node:timers/promises";
import { codingFields } from "../../src/coding/coding-fields.ts";
import { conversionFields } from "../../src/convert/conversion-fields.ts";
import { integerNetwork } from "../../src/convert/integer-network.ts";
import { subset } from "../../src/data/image-set.ts";
import { writeNetworkFile } from "../../src/formats/network-file.ts";
import { loadKernels } from "../../src/kernels/load.ts";
import { PreparedAnn } from "../../src/pipeline/prepared-ann.ts";
import { resolve } from "../../src/space/resolve.ts";
import { mnistTrainingImages, trainedMlp } from "../small-mnist.ts";
import { spikefront as run } from "./command-line.ts";

const folder = mkdtempSync(path.join(tmpdir(), "spikefront-campaign-cli-"));
after(() => rmSync(folder, { recursive: true, force: true }));
const at = (name: string): string => path.join(folder, name);
const launcher = path.resolve(import.meta.dirname, "../../bin/spikefront.cjs");

const spikefront = (words: readonly string[]) => run(words, { cwd: folder });

async function json(words: readonly string[]) {
  const { status, stdout, stderr } = await spikefront([...words, "--json"]);
  assert.equal(status, 0, stderr);
  return JSON.parse(stdout);
}

/** Refused before anything is written. */
async function refuses(words: readonly string[], code: number, message: RegExp): Promise<void> {
  const held = readdirSync(folder).sort();
  const { status, stdout, stderr } = await spikefront(["campaign", ...words, "--out", "refused"]);
  assert.equal(status, code, stderr);
  assert.match(stderr, message);
  assert.doesNotMatch(stderr, /met a bug|\n\s+at /);
  assert.equal(stdout, "");
  assert.deepEqual(readdirSync(folder).sort(), held, "something was written");
}

before(async () => {
  const kernels = await loadKernels({ memoryBytes: 256 * 1024 * 1024 });
  const all = mnistTrainingImages();
  const ann = trainedMlp(kernels, all, 8);
  writeFileSync(at("ann.safetensors"), writeNetworkFile(ann));
  const design = resolve("design", { ...codingFields, ...conversionFields }, { steps: 8, weightBits: 4 });
  const train = subset(all, 0, 500);
  const prepared = new PreparedAnn({ kernels, model: ann, hash: "", train, isCancelled: () => false });
  const snn = prepared.snn(design, 4);
  const whole = integerNetwork(snn, { kind: "integer", potentialBits: 32, overflow: "saturate" });
  writeFileSync(at("snn.safetensors"), writeNetworkFile(whole));
});

const exhaustive = ["campaign", "snn.safetensors", "--sampling", "exhaustive", "--images", "400"] as const;

test("every fault is counted, told, drawn and written down", async () => {
  const { summary, trials, pictures, population } = await json([...exhaustive, "--out", "whole"]);
  const faults = (784 * 8 + 8 * 10) * 4;
  assert.equal(population, faults);
  assert.deepEqual(trials, { planned: faults, run: faults });
  assert.equal(summary.overall.critical.low, summary.overall.critical.high);
  assert.ok(summary.overall.critical.value > 0 && summary.goldenCorrect > 200);
  assert.equal(readFileSync(at("whole/faults.csv"), "utf8").trimEnd().split("\n").length, faults + 1);
  assert.deepEqual(
    pictures.map((file: string) => path.basename(file)),
    ["map.html", "bit-by-layer.svg", "pixel-by-bit-dense1.svg", "neuron-by-bit.svg"],
  );
  for (const picture of pictures) assert.ok(existsSync(at(picture)), picture);
  assert.match(readFileSync(at("whole/map.html"), "utf8"), /Input pixel by bit: weights of dense1/);
  const plain = await spikefront([...exhaustive, "--out", "whole"]);
  assert.match(plain.stdout, /25408 of 25408 faults on 400 images/);
});

test("a campaign that is killed goes on where it was, and nobody else may run it meanwhile", async () => {
  const words = [launcher, ...exhaustive, "--threads", "1", "--out", "killed"];
  const child = spawn(process.execPath, words, { cwd: folder, stdio: "ignore" });
  const ended = once(child, "exit");
  const runFaults = (): number => {
    try {
      return JSON.parse(readFileSync(at("killed/campaign.json"), "utf8")).trials.run;
    } catch {
      return 0;
    }
  };
  while (runFaults() === 0 && child.exitCode === null) await setTimeout(2);
  // Stopped where it is, so that it cannot be finished before the other one looks.
  child.kill("SIGSTOP");
  const second = await spikefront([...exhaustive, "--out", "killed"]);
  child.kill("SIGKILL");
  await ended;
  const kept = runFaults();
  if (kept < 25408) {
    assert.equal(second.status, 1);
    assert.match(second.stderr, /must be used by one process at a time/);
  }
  const { summary } = await json([...exhaustive, "--out", "killed"]);
  assert.ok(kept > 0);
  assert.deepEqual(readFileSync(at("killed/faults.csv")), readFileSync(at("whole/faults.csv")));
  assert.deepEqual(summary, JSON.parse(readFileSync(at("whole/campaign.json"), "utf8")).summary);
});

test("other settings in a used folder are refused with what differs", async () => {
  const { status, stderr } = await spikefront([...exhaustive, "--bits", "3", "--out", "whole"]);
  assert.equal(status, 1);
  assert.match(stderr, /differs in settings\.bits \("" there, "3" asked\)/);
});

test("weights of an ANN are struck as well, and draws of a fault model have no map", async () => {
  const ann = await json(["campaign", "ann.safetensors", "--images", "50", "--count", "5", "--out", "ann"]);
  assert.equal(ann.summary.overall.faults, 5);
  const draws = await json([
    "campaign",
    "snn.safetensors",
    "--fault-model",
    "bit-flip",
    "--rate",
    "0.01",
    "--count",
    "3",
    "--images",
    "50",
    "--out",
    "draws",
  ]);
  assert.deepEqual([draws.trials.run, draws.population], [3, null]);
  assert.deepEqual(
    draws.pictures.map((file: string) => path.basename(file)),
    ["map.html"],
  );
});

test("sites, bits, rates and images that are not there are refused with those that are", async () => {
  // The rest is refused where campaigns are planned, with the same words.
  const cases: readonly [string, number, RegExp][] = [
    ["--layers dense3", 2, /--layers must be of the network, but got "dense3"\. Did you mean dense/],
    ["--bits 4", 2, /--bits must be from 0 to 3 for int4, but got 4/],
    ["--fault-model bit-flip --rate 1.5", 2, /--rate must be a number from 0 to 1, but got 1\.5/],
    ["--images 20000", 1, /images must be from 1 to 10000, but got 20000/],
    ["--fault-model gaussian-weight --model-settings sigma=-1", 2, /sigma must be a number from/],
  ];
  for (const [words, code, message] of cases)
    await refuses(["snn.safetensors", ...words.split(" ")], code, message);
  await refuses(["ann.safetensors", "--targets", "bias"], 2, /--targets must be weight for an ANN/);
});
