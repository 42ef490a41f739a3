// The playground in a real Chromium: what it shows is what the command line says, to the last spike. Skipped where
// this system has no Chromium.

import assert from "node:assert/strict";
import { readFileSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { evaluateFile, testModel } from "../../src/cli/evaluate.ts";
import { pageFiles, playFiles } from "../../src/cli/page-files.ts";
import { formatEnergy } from "../../src/dashboard/format.ts";
import { alteredModel } from "../../src/dashboard/playground/altered-model.ts";
import { asExported } from "../../src/dashboard/playground/play-settings.ts";
import { energyOf } from "../../src/energy/energy-of.ts";
import { profiles } from "../../src/energy/profiles.ts";
import { writeNetworkFile } from "../../src/formats/network-file.ts";
import { averagePool, conv2d, dense, flatten, neuron, sequential } from "../../src/model/build.ts";
import type { Model } from "../../src/model/model.ts";
import { loadDataset } from "../../src/node/dataset-files.ts";
import { type ServedFolder, serveFolder } from "../../src/node/serve.ts";
import type { Evaluation } from "../../src/pipeline/evaluation.ts";
import type { FaultPlan } from "../../src/pipeline/evaluation-task.ts";
import { StudyInFolder } from "../served-study.ts";
import { spikingModel } from "../spiking-models.ts";
import { Chromium, findChromium } from "./chromium.ts";

const found = await findChromium();
const skip = found === null ? "no Chromium was found; set CHROMIUM to one" : false;
const axe = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
const made = new StudyInFolder();
const images = 100;
const run = {
  ...{ split: "validation" as const, images, memoryBytes: 64 * 1024 * 1024, seed: 0 },
  isCancelled: () => false,
};
const dataset = loadDataset("mnist");
let browser: Chromium;
let served: ServedFolder;

const spiking = neuron({ model: "lif" });
const network = sequential(
  "small",
  [1, 28, 28],
  [
    conv2d({ channels: 3, kernel: 5, stride: 2 }),
    spiking,
    averagePool(2),
    flatten(),
    dense(20),
    spiking,
    dense(10),
    spiking,
  ],
);
const model = spikingModel(network, {
  seed: 4,
  inference: { coding: "poisson", steps: 8, readout: "count" },
});

before(async () => {
  if (found === null) return;
  await made.begin(10);
  writeFileSync(join(made.folder, "small.safetensors"), writeNetworkFile(model));
  served = await serveFolder({
    folder: made.folder,
    host: "127.0.0.1",
    port: 0,
    files: pageFiles(),
    playFiles,
    data: "mnist",
    report: () => null,
  });
  browser = await Chromium.open(found);
  await browser.resize(1280, 900);
});
after(async () => {
  await browser?.close();
  await served?.close();
  made.remove();
});

const textOf = (id: string): Promise<string> => browser.ask(`document.getElementById("${id}").textContent`);
const set = (id: string, value: string | number, kind = "input"): Promise<void> =>
  browser.ask(
    `(k => { k.value = "${value}"; k.dispatchEvent(new Event("${kind}", { bubbles: true })); })(document.getElementById("${id}"))`,
  );
const click = (id: string): Promise<void> => browser.ask(`document.getElementById("${id}").click()`);
const isDone = (): Promise<void> =>
  browser.until(`document.getElementById("sample-part").dataset.state === "done"`);

/** Bare values of a table's rows. */
const rowsOf = (id: string): Promise<readonly (readonly string[])[]> =>
  browser.ask(
    `[...document.querySelectorAll("#${id} tbody tr")].map(row => [...row.cells].map(cell => cell.dataset.value ?? cell.textContent.replaceAll(",", "")))`,
  );

/** What the command line says of a network that was never exported. */
async function evaluated(own: Model, faults: readonly FaultPlan[] = []): Promise<Evaluation> {
  return testModel({ model: own, dataset: await dataset, faults, ...run });
}

/** That the page shows what the command line says of the same images. */
async function assertSame({ activity, correctPerStep, counts }: Evaluation): Promise<void> {
  const layers = await rowsOf("sample-layers");
  assert.deepEqual(
    layers.map(([layer, neurons, spikes, , , silent]) => [
      layer,
      Number(neurons),
      Number(spikes),
      Number(silent),
    ]),
    activity.map(({ layer, neurons, spikes, silentNeurons }) => [layer, neurons, spikes, silentNeurons]),
  );
  const steps = await rowsOf("sample-steps-table");
  assert.deepEqual(
    steps.map(([, correct]) => Number(correct)),
    correctPerStep,
  );
  const [profile] = Object.keys(profiles);
  const { energyPj } = energyOf(counts, profiles[profile], "mac-once");
  assert.ok((await textOf("sample-tiles")).includes(formatEnergy(energyPj)), formatEnergy(energyPj));
}

test("a network is listed, run, and says what evaluate says, to the last spike", { skip }, async () => {
  await browser.visit(`${served.url}play?network=small.safetensors`);
  await browser.until(`!document.getElementById("playground").hidden`);
  await set("sample-size", images, "change");
  await browser.ask(`for (const one of document.querySelectorAll("details")) one.open = true`);
  await isDone();
  const file = join(made.folder, "small.safetensors");
  const evaluation = await evaluateFile(file, { data: "mnist", faults: [], ...run });
  assert.ok(evaluation.activity.every(({ spikes }) => spikes > 0));
  await assertSame(evaluation);
  assert.match(await textOf("sample-about"), /validation split of mnist/);
});

test("with thresholds, steps and leak moved it says what evaluate says of such a network", {
  skip,
}, async () => {
  await set("knob-thresholdFactor", 1);
  await set("knob-steps", 11);
  await set("knob-leak", 0.5);
  await isDone();
  const settings = { ...asExported(8), thresholdFactor: 2, steps: 11, leak: 0.5 };
  await assertSame(await evaluated(alteredModel(model, settings).model));
  assert.match(await textOf("sample-tiles"), /as exported/);
  await click("reset");
  await isDone();
  await assertSame(await evaluated(model));
});

test("flipped bits are those that inject flips", { skip }, async () => {
  await set("knob-bitErrorRate", -2);
  await browser.ask(`document.querySelector("[data-again=flipSeed]").click()`);
  await isDone();
  const plan: FaultPlan = { bitErrorRate: 0.01, seeds: 2, images, trial: -1, purpose: "fault-inject" };
  const [{ seeds }] = (await evaluated(model, [plan])).faults;
  const steps = await rowsOf("sample-steps-table");
  assert.equal(Number(steps.at(-1)?.[1]), seeds[1].correct);
  assert.equal(await textOf("faults"), `${seeds[1].flippedBits} bits flipped`);
  await click("reset");
});

test("a chosen bit is flipped, listed, and restored", { skip }, async () => {
  await browser.ask(`document.getElementById("reset").click()`);
  for (const [id, value] of [
    ["flip-layer", "dense2"],
    ["flip-weight", "9"],
    ["flip-bit", "6"],
  ])
    await browser.ask(`document.getElementById("${id}").value = "${value}"`);
  await browser.ask(`document.getElementById("flip").click()`);
  await browser.until(`document.getElementById("faults").textContent === "1 bit flipped"`);
  assert.equal(await textOf("flipped"), "dense2, weight 9, bit 6 ×");
  await browser.ask(`document.querySelector("#flipped button").click()`);
  await browser.until(`document.getElementById("faults").textContent === ""`);
  assert.equal(await browser.ask(`document.getElementById("reset").disabled`), true);
});

test("one image is watched step by step, and a neuron dies where its row is pressed", { skip }, async () => {
  await set("image-number", 3, "change");
  await browser.until(`document.getElementById("image-name").textContent.includes("validation image 3,")`);
  await set("step", 2);
  await browser.until(`document.getElementById("now-title").textContent === "Scores at step 2"`);
  await browser.ask(`document.getElementById("raster").scrollIntoView({ behavior: "instant" })`);
  const box = await browser.ask<{ x: number; y: number; height: number }>(
    `(b => ({ x: b.x, y: b.y, height: b.height }))(document.querySelector('[data-layer="neuron2"]').getBoundingClientRect())`,
  );
  const [x, y] = [box.x + 20, box.y + (4.5 / 20) * box.height];
  for (const type of ["mousePressed", "mouseReleased"])
    await browser.call("Input.dispatchMouseEvent", { type, x, y, button: "left", clickCount: 1 });
  await browser.until(`document.getElementById("faults").textContent === "1 neuron dead"`);
  await isDone();
  const { model: struck } = alteredModel(model, { ...asExported(8), killed: { neuron2: [4] } });
  await assertSame(await evaluated(struck));
  await click("reset");
});

test("a digit is drawn by pointer and by keyboard, and decided", { skip }, async () => {
  await click("draw");
  await browser.until(`document.getElementById("image-name").textContent === "Drawn by you"`);
  const before = await rowsOf("raster-table");
  assert.equal(before[0][2], "0", "nothing is drawn yet");
  for (const key of [" ", "ArrowDown", "ArrowDown", "ArrowRight", "ArrowDown"]) {
    await browser.call("Input.dispatchKeyEvent", { type: "keyDown", key });
    await browser.call("Input.dispatchKeyEvent", { type: "keyUp", key });
  }
  assert.equal(await textOf("draw-place"), "Pen down, column 16 of 28, row 18 of 28");
  await browser.until(`Number(document.querySelector("#raster-table tbody tr").cells[2].textContent) > 0`);
  await browser.ask(
    `document.getElementById("picture").scrollIntoView({ block: "center", behavior: "instant" })`,
  );
  const box = await browser.ask<{ x: number; y: number }>(
    `(b => ({ x: b.x, y: b.y }))(document.getElementById("picture").getBoundingClientRect())`,
  );
  await click("draw-clear");
  const mouse = (type: string, at: number): Promise<unknown> =>
    browser.call("Input.dispatchMouseEvent", {
      type,
      x: box.x + at,
      y: box.y + at,
      button: "left",
      buttons: 1,
    });
  await mouse("mousePressed", 40);
  await mouse("mouseMoved", 120);
  await mouse("mouseReleased", 120);
  await browser.until(`Number(document.querySelector("#raster-table tbody tr").cells[2].textContent) > 50`);
});

test("axe finds nothing serious, and on a phone nothing is wider than the screen", { skip }, async () => {
  // One table open is enough: axe looks at every cell.
  await browser.ask(
    `for (const one of document.querySelectorAll("details")) one.open = one.dataset.behind === "now"`,
  );
  await browser.ask(`${axe}; undefined`);
  const serious = `axe.run(document, { runOnly: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"], resultTypes: ["violations"] }).then(({ violations }) =>
    violations.filter(({ impact }) => impact === "serious" || impact === "critical")
      .map(({ id, nodes }) => id + ": " + nodes.slice(0, 3).map(({ html }) => html.slice(0, 160)).join(" | ")))`;
  assert.deepEqual(await browser.ask(serious), []);
  await browser.inColours("dark");
  assert.deepEqual(
    await browser.ask(
      serious.replace(/runOnly: \[[^\]]*\]/, `runOnly: { type: "rule", values: ["color-contrast"] }`),
    ),
    [],
  );
  await browser.inColours("light");
  await browser.resize(390, 800);
  await browser.until(`document.querySelector("#raster svg").getBoundingClientRect().width <= 390`);
  assert.ok(await browser.ask(`document.documentElement.scrollWidth <= innerWidth`));
  await browser.resize(1280, 900);
});

test("only the thread that runs networks may compile WebAssembly, and the page complains of nothing", {
  skip,
}, async () => {
  const policyOf = async (address: string): Promise<string> =>
    (await fetch(new URL(address, served.url))).headers.get("content-security-policy") ?? "";
  const worker = "/app/dashboard/playground/play-worker.ts";
  assert.match(await policyOf(worker), /script-src 'self' 'wasm-unsafe-eval';/);
  for (const address of ["/", "/play", "/app/dashboard/playground/page/main.ts"])
    assert.match(await policyOf(address), /script-src 'self';/, address);
  assert.deepEqual(browser.complaints, []);
  const { origin } = new URL(served.url);
  assert.deepEqual(
    browser.requests.filter((url) => !url.startsWith(origin) && !/^(about|data|blob):/.test(url)),
    [],
  );
});
