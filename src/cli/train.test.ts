// `train --from`, on a network whose training is one epoch of MNIST.

import assert from "node:assert/strict";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { after, test } from "node:test";
import { untrainedModel } from "../../test/untrained-model.ts";
import { sha256 } from "../base/hash.ts";
import { readNetworkFile, writeNetworkFile } from "../formats/network-file.ts";
import { averagePool, batchNorm, dense, flatten, relu, sequential } from "../model/build.ts";
import type { Model } from "../model/model.ts";
import type { CommandContext } from "./command.ts";
import { parseArguments } from "./parse-arguments.ts";
import { train } from "./train.ts";

const folder = mkdtempSync(path.join(tmpdir(), "train-"));
after(() => rmSync(folder, { recursive: true }));
const at = (name: string): string => path.join(folder, name);

const network = sequential(
  "tiny",
  [1, 28, 28],
  [averagePool(4), flatten(), dense(12, false), batchNorm(), relu(), dense(10)],
);
const untrained = untrainedModel(network, [..."0123456789"], 0);
const model = { ...untrained, provenance: { ...untrained.provenance, history: ["made"] } };
const file = writeNetworkFile(model);
writeFileSync(at("ann.safetensors"), file);

async function runTrain(...words: readonly string[]): Promise<{ trained: Model; lines: readonly string[] }> {
  const lines: string[] = [];
  const { options, given } = parseArguments(train.options, words);
  const context = {
    operands: [],
    options,
    given,
    out: at("out.safetensors"),
    threads: 1,
    memoryBytes: 2 ** 27,
    signal: new AbortController().signal,
    isCancelled: () => false,
    terminal: { write: (line: string) => lines.push(line), note: () => {}, progress: () => {} },
  };
  await train.run(context as unknown as CommandContext<typeof train.options>);
  return { trained: readNetworkFile(readFileSync(at("out.safetensors")), "out"), lines };
}

test("training on keeps the shape, folds for stored codes, gives relus their levels, and remembers it all", async () => {
  const words = ["--from", at("ann.safetensors"), "--epochs", "1", "--activation", "qcfs", "--levels", "7"];
  const { trained, lines } = await runTrain(...words, "--weight-bits", "3", "--kernels", "simd");
  const { network: shape, provenance, weightFormat } = trained;
  assert.deepEqual(
    shape.layers.map(({ id }) => id),
    ["averagePool1", "flatten1", "dense1", "relu1", "dense2"],
  );
  assert.deepEqual(shape.layers[3], { ...shape.layers[3], bounded: true, levels: 7 });
  assert.deepEqual(weightFormat, { kind: "float32" });
  assert.equal(provenance.parent, await sha256(file));
  assert.deepEqual(provenance.history, [
    "made",
    "batch norm folded",
    "trained on mnist: adam 0.002, batch 128, best epoch 1, for 3-bit weights",
  ]);
  const [, accuracy] = /accuracy ([0-9.]+) %/.exec(lines[0]) ?? [];
  assert.ok(Number(accuracy) > 60, lines[0]);
});

test("a spiking network is trained from nothing, and trained on from its file", async () => {
  const words = ["--method", "surrogate", "--epochs", "1", "--kernels", "simd"];
  const shape = ["--hidden", "16", "--steps", "4", "--learning-rate", "0.01"];
  const { trained, lines } = await runTrain(
    ...words,
    ...shape,
    "--loss",
    "meanPotential",
    "--learn",
    "leaks",
  );
  assert.equal(trained.kind, "snn");
  assert.deepEqual(trained.inference, { steps: 4, coding: "constant", readout: "average", dtMs: 1 });
  const [, accuracy] = /accuracy ([0-9.]+) %/.exec(lines[0]) ?? [];
  assert.ok(Number(accuracy) > 60, lines[0]);
  writeFileSync(at("snn.safetensors"), writeNetworkFile(trained));
  const more = ["--from", at("snn.safetensors"), "--loss", "lastPotential"];
  const { trained: again } = await runTrain(...words, ...more);
  assert.equal(again.provenance.history.length, 2);
  assert.match(again.provenance.history[1], /spikes by fastSigmoid and lastPotential/);
});

const refused: Readonly<Record<string, readonly [words: readonly string[], message: RegExp]>> = {
  "a shape beside the file that has one": [
    ["--from", "x", "--kernel-size", "3"],
    /--kernel-size must not be given with --from/,
  ],
  "an ANN's activation in a spiking network": [
    ["--method", "surrogate", "--activation", "qcfs"],
    /--activation must not be given with --method surrogate/,
  ],
  "what only spiking networks have, for an ANN": [
    ["--steps", "9"],
    /--steps must come with --method surrogate/,
  ],
  "another leak than the file's": [
    ["--method", "surrogate", "--from", "x", "--leak", "0.5"],
    /--leak must not be given with --from/,
  ],
  "levels without qcfs": [["--levels", "3"], /--levels must come with --activation qcfs/],
  "scales of weights without their bits": [
    ["--weight-scales", "channel"],
    /--weight-scales must come with --weight-bits/,
  ],
  "batch norm where weights are trained for their codes": [
    ["--batch-norm", "--weight-bits", "4"],
    /Train with batch norm first, then train on with --from/,
  ],
};
for (const [name, [words, message]] of Object.entries(refused)) {
  test(`${name}: refused before any work`, async () => {
    await assert.rejects(runTrain(...words), { name: "UsageError", message });
  });
}
