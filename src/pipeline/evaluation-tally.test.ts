// Evaluations that go on where smaller ones stopped are those of all images in one go, to the last bit.

import assert from "node:assert/strict";
import { test } from "node:test";
import { untrainedModel } from "../../test/untrained-model.ts";
import { sha256 } from "../base/hash.ts";
import { writeNetworkFile } from "../formats/network-file.ts";
import { loadKernels } from "../kernels/load.ts";
import { dense, flatten, relu, sequential } from "../model/build.ts";
import { loadDataset } from "../node/dataset-files.ts";
import { resolve } from "../space/resolve.ts";
import { designSpace } from "./design-space.ts";
import type { EvaluationTask, FaultPlan, NetworkPlan } from "./evaluation-task.ts";
import { Evaluator } from "./evaluator.ts";

const dataset = await loadDataset("mnist");
const network = sequential("net", [1, 28, 28], [flatten(), dense(20), relu(), dense(10)]);
const file = writeNetworkFile(untrainedModel(network, dataset.classes, 2));
const ann = await sha256(file);
const evaluator = new Evaluator({
  kernels: await loadKernels({ build: "simd", memoryBytes: 2 ** 27 }),
  dataset,
  anns: new Map([[ann, file]]),
  isCancelled: () => false,
});

const plan = (given: Readonly<Record<string, unknown>>): NetworkPlan => {
  const design = resolve("design", designSpace.fields, given);
  return { kind: "snn", ann, design, bits: design.weightBits };
};
/** Every kind of damage, on as many images as there are, or on the first few. */
function task(network: NetworkPlan, images: number, damagedImages = images): EvaluationTask {
  const fault: FaultPlan = {
    bitErrorRate: 0.01,
    seeds: 2,
    images: damagedImages,
    trial: 4,
    purpose: "fault-search",
  };
  return {
    network,
    split: "validation",
    firstImage: 50,
    images,
    faults: [
      fault,
      { ...fault, bitErrorRate: 0.03, isDetailed: true },
      { ...fault, byLayer: true },
      { ...fault, target: "threshold", isDetailed: true },
      { ...fault, target: "bias" },
    ],
    noise: {
      kind: "gaussian",
      dose: 0.3,
      seeds: 2,
      images: damagedImages,
      trial: 4,
      purpose: "noise-search",
    },
    seed: 9,
    trial: 4,
    keepsTally: true,
  };
}

const designs: Readonly<Record<string, Readonly<Record<string, unknown>>>> = {
  "Poisson spikes, drawn by place": { coding: "poisson", steps: 5, weightBits: 5 },
  "held input under a code that corrects errors": {
    coding: "constant",
    steps: 4,
    weightBits: 4,
    protection: "error-correcting-words",
  },
  "first spikes": { coding: "latency", steps: 6, weightBits: 3 },
};

for (const [name, given] of Object.entries(designs)) {
  test(`20, then 65, then 130 images are 130 in one go: ${name}`, async () => {
    const whole = await evaluator.evaluate(task(plan(given), 130));
    const first = await evaluator.evaluate(task(plan(given), 20));
    // As through a store: nothing but JSON goes on.
    const kept = JSON.parse(JSON.stringify(first.tally));
    const second = await evaluator.evaluate({ ...task(plan(given), 65), before: kept });
    const third = await evaluator.evaluate({
      ...task(plan(given), 130),
      ...(second.tally && { before: second.tally }),
    });
    assert.notDeepEqual(second.evaluation, whole.evaluation);
    assert.deepEqual(third, whole);
    const { keepsTally, ...plain } = task(plan(given), 130);
    assert.deepEqual(await evaluator.evaluate(plain), { evaluation: whole.evaluation, file: whole.file });
  });
}

test("damage that was measured on all of its images before is not run again", async () => {
  const network = plan({ coding: "rate", steps: 3 });
  const whole = await evaluator.evaluate(task(network, 130, 40));
  for (const images of [30, 40, 70]) {
    const { tally } = await evaluator.evaluate(task(network, images, Math.min(images, 40)));
    const gone = await evaluator.evaluate({ ...task(network, 130, 40), ...(tally && { before: tally }) });
    assert.deepEqual(gone, whole);
  }
});

test("counts of another network, or those given to an ANN, are passed over: all images are run", async () => {
  const network = plan({ coding: "rate", steps: 3 });
  const { tally } = await evaluator.evaluate(task(plan({ coding: "rate", steps: 3, weightBits: 2 }), 20));
  const relued: NetworkPlan = { kind: "ann", ann, bits: 8, activation: { kind: "relu" }, design: null };
  assert.ok(tally);
  for (const other of [network, relued]) {
    const whole = await evaluator.evaluate(task(other, 30));
    assert.deepEqual(await evaluator.evaluate({ ...task(other, 30), before: tally }), whole);
  }
});

test("counts of all images are refused: there is nothing to go on to", async () => {
  const network = plan({ coding: "rate", steps: 3 });
  const { tally } = await evaluator.evaluate(task(network, 20));
  assert.ok(tally);
  await assert.rejects(evaluator.evaluate({ ...task(network, 20), before: tally }), {
    name: "InvalidValueError",
    message: /task.before must have fewer than 20 images, but got 20/,
  });
});
