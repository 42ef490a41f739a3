// `discretise`: from an event network's file to a network that the other commands take.

import assert from "node:assert/strict";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { after, test } from "node:test";
import { spikefront as run } from "../../test/cli/command-line.ts";
import { eventNetwork } from "../event-gradient/event-network.ts";
import { eventTrainingFields } from "../event-gradient/event-training-fields.ts";
import { initialiseEventWeights } from "../event-gradient/initialise-event-weights.ts";
import { eventCodingFields } from "../event-gradient/labelled-trains.ts";
import { readNetworkFile } from "../formats/network-file.ts";
import { eventNetworkBytes } from "../node/event-network-files.ts";
import { resolve } from "../space/resolve.ts";

const folder = mkdtempSync(path.join(tmpdir(), "discretise-"));
after(() => rmSync(folder, { recursive: true }));
const [file, out] = ["events.safetensors", "snn.safetensors"].map((name) => path.join(folder, name));

const network = eventNetwork({
  inputShape: [784],
  windowS: 0.2,
  layers: [
    { id: "hidden", kind: "dense", units: 12, threshold: 0.2 },
    { id: "output", kind: "dense", units: 10, threshold: 0.1 },
  ],
});
writeFileSync(
  file,
  eventNetworkBytes({
    network,
    weights: initialiseEventWeights(network, 1, [{ kind: "uniform", a: -0.2, b: 0.3 }]),
    coding: resolve("coding", eventCodingFields, {}),
    decoding: "count",
    classes: Array.from({ length: 10 }, (_, i) => String(i)),
    training: resolve("training", eventTrainingFields, {}),
    provenance: {
      data: "",
      seed: 1,
      commit: "",
      kernels: "simd",
      epochs: 0,
      bestEpoch: 0,
      history: ["made"],
    },
  }),
);

const spikefront = (...words: readonly string[]) => run(words);

test("an event network becomes a file that is evaluated like any spiking network", async () => {
  const words = ["--dt-ms", "2", "--weight-bits", "4", "--image", "1,28,28", "--out", out, "--json"];
  const made = await spikefront("discretise", file, ...words);
  assert.equal(made.status, 0, made.stderr);
  assert.equal(JSON.parse(made.stdout).inference.steps, 100);
  const model = readNetworkFile(readFileSync(out), out);
  assert.deepEqual(model.weightFormat, { kind: "int", bits: 4 });
  assert.deepEqual(model.inference?.inputSteps, 51);
  assert.equal(model.provenance.history[0], "made");
  assert.match((await spikefront("inspect", out)).stdout, /hidden/);
});

test("event network and network on a clock are evaluated with latencies on one footing", async () => {
  const words = ["--images", "20", "--hardware-step-ms", "0.5", "--pipelined", "--dt-ms", "2", "--json"];
  const latencyOf = async (network: string) => {
    const { status, stdout, stderr } = await spikefront("evaluate", network, ...words);
    assert.equal(status, 0, stderr);
    return JSON.parse(stdout).latency as { answer: string; steps: number; latencyS: number }[];
  };
  const [own, onClock] = [await latencyOf(file), await latencyOf(out)];
  assert.deepEqual(
    own.map(({ answer }) => answer),
    ["first spike", "window"],
  );
  assert.ok(own[0].steps <= own[1].steps);
  // 100 steps of 2 ms, and a step for the second layer.
  assert.equal(own[1].steps, 101);
  assert.equal(onClock.length, 100);
  assert.equal(onClock.at(-1)?.steps, 101);
  assert.equal(onClock.at(-1)?.latencyS, own[1].latencyS);
});

test("what has no clock is refused with what to do", async () => {
  const wrongStep = await spikefront(
    "discretise",
    file,
    "--dt-ms",
    "0.03",
    "--image",
    "1,28,28",
    "--out",
    out,
  );
  assert.equal(wrongStep.status, 1);
  assert.match(wrongStep.stderr, /dtS must/);
  const wrongImage = await spikefront("discretise", file, "--image", "28", "--out", out);
  assert.equal(wrongImage.status, 2);
  const wrongFile = await spikefront("discretise", out, "--out", out);
  assert.equal(wrongFile.status, 1);
  assert.match(wrongFile.stderr, /must be a spikefront.event-network file/);
});
