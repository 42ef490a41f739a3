// Evaluations of networks under flipped bits and noise, protected and not, on real MNIST and an untrained network.

import assert from "node:assert/strict";
import { test } from "node:test";
import { untrainedModel } from "../../test/untrained-model.ts";
import { initialise } from "../ann/initialise.ts";
import { sha256 } from "../base/hash.ts";
import { overheadLayer } from "../energy/add-overhead.ts";
import { weightProtections } from "../fault/protection/weight-protections.ts";
import { writeNetworkFile } from "../formats/network-file.ts";
import { loadKernels } from "../kernels/load.ts";
import { dense, flatten, relu, sequential } from "../model/build.ts";
import { loadDataset } from "../node/dataset-files.ts";
import type { Field } from "../space/field.ts";
import { resolve } from "../space/resolve.ts";
import { canonical, isActive, narrow } from "../space/space.ts";
import { freeFields } from "../space/unit-map.ts";
import { designSpace, type SnnDesign, usualSpace } from "./design-space.ts";
import type { Evaluation, FaultResult } from "./evaluation.ts";
import type { EvaluationTask, FaultPlan, NetworkPlan } from "./evaluation-task.ts";
import { Evaluator } from "./evaluator.ts";
import { type ProtectionName, protectionFields, protectionSettingNames } from "./protection-fields.ts";

const dataset = await loadDataset("mnist");
const network = sequential("net", [1, 28, 28], [flatten(), dense(20), relu(), dense(10)]);
const model = untrainedModel(network, dataset.classes, 2);
const file = writeNetworkFile(model);
const ann = await sha256(file);
const kernels = await loadKernels({ build: "simd", memoryBytes: 2 ** 27 });
const evaluator = new Evaluator({ kernels, dataset, anns: new Map([[ann, file]]), isCancelled: () => false });

const fault: FaultPlan = { bitErrorRate: 0.01, seeds: 3, images: 60, trial: 4, purpose: "fault-search" };
const cells = (20 * 784 + 10 * 20) * 8;
const designOf = (given: Partial<SnnDesign>): SnnDesign =>
  resolve("design", designSpace.fields, { steps: 4, ...given });

async function evaluated(plan: NetworkPlan, more: Partial<EvaluationTask> = {}): Promise<Evaluation> {
  const task = { split: "validation", images: 120, faults: [fault], seed: 9, trial: 4, ...more } as const;
  return (await evaluator.evaluate({ network: plan, ...task })).evaluation;
}

function snn(given: Partial<SnnDesign>, more?: Partial<EvaluationTask>): Promise<Evaluation> {
  const design = designOf(given);
  return evaluated({ kind: "snn", ann, design, bits: design.weightBits }, more);
}

function control(given: Partial<SnnDesign>, more?: Partial<EvaluationTask>): Promise<Evaluation> {
  const design = designOf(given);
  return evaluated({ kind: "ann", ann, bits: 8, activation: { kind: "clip" }, design }, more);
}

const flips = ({ faults: [{ seeds }] }: Evaluation) => seeds.map(({ flippedBits }) => flippedBits);
const drops = ({ seeds, cleanCorrect }: FaultResult) => seeds.map(({ correct }) => cleanCorrect - correct);
const total = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0);

test("every setting of every protection is a field of designs, active where its protection is chosen", () => {
  for (const [name, protection] of Object.entries(weightProtections)) {
    const names = protectionSettingNames[name as ProtectionName] as Readonly<Record<string, string>>;
    for (const [setting, field] of Object.entries<Field>(protection.fields)) {
      assert.equal((protectionFields as Readonly<Record<string, Field>>)[names[setting]], field);
      for (const chosen of protectionFields.protection.options)
        assert.equal(
          isActive(designSpace, names[setting], designOf({ protection: chosen })),
          chosen === name,
        );
    }
  }
});

test("a search that is not told otherwise protects nothing and is asked nothing about it", () => {
  const usual = narrow(designSpace, usualSpace);
  for (const name of Object.keys(protectionFields)) assert.ok(!freeFields(usual).includes(name));
  assert.equal(canonical(usual, designOf({}))["protection"], "none");
  const wider = narrow(designSpace, {
    ...usualSpace,
    protection: ["none", "triplicated-bits"],
    triplicatedTopBits: { low: 1, high: 4 },
  });
  assert.deepEqual(
    freeFields(wider).filter((name) => !freeFields(usual).includes(name)),
    ["protection", "triplicatedTopBits"],
  );
});

test("designs without a word on protections are designs without any", async () => {
  const { protection: _, ...older } = designOf({});
  const plan = { kind: "snn", ann, design: older as SnnDesign, bits: 8 } as const;
  assert.deepEqual(await evaluated(plan), await snn({}));
});

test("protections leave the clean network as it is and cost memory and work, in the SNN and in its control", async () => {
  for (const run of [snn, control]) {
    const bare = await run({}, { faults: [] });
    for (const protection of Object.keys(weightProtections) as ProtectionName[]) {
      const guarded = await run({ protection }, { faults: [] });
      assert.deepEqual(guarded.correctPerStep, bare.correctPerStep);
      assert.equal(guarded.predictionsHash, bare.predictionsHash);
      assert.equal(guarded.network, bare.network);
      assert.ok(guarded.memories.weightsBytes > bare.memories.weightsBytes, protection);
      assert.equal(guarded.counts.memories.weightsBytes, guarded.memories.weightsBytes);
      assert.deepEqual(guarded.counts.layers.slice(0, -1), bare.counts.layers);
      assert.equal(guarded.counts.layers.at(-1)?.layer, overheadLayer);
      const skipping = bare.zeroSkippingCounts === null ? undefined : overheadLayer;
      assert.equal(guarded.zeroSkippingCounts?.layers.at(-1)?.layer, skipping);
    }
  }
});

test("weights stored three times lose next to nothing to the flips that hurt the bare network", async () => {
  for (const run of [snn, control]) {
    const faults = [{ ...fault, bitErrorRate: 0.004, isDetailed: true }];
    const bare = await run({}, { faults });
    const guarded = await run({ protection: "triplicated-bits", triplicatedTopBits: 8 }, { faults });
    assert.deepEqual(flips(guarded), flips(bare));
    const [bareLoss, loss] = [bare, guarded].map(({ faults: [result] }) =>
      total(result.seeds.map(({ changed = 0 }) => changed)),
    );
    assert.ok(loss < bareLoss / 4, `${bareLoss} and ${loss} of 180 decisions`);
  }
});

test("cells of a protection are struck as well, and only those of the layers struck", async () => {
  // At rate 1 the parity of seven bits and their parity bit is even: the flips pass, whole or by layer.
  const plan = { ...fault, bitErrorRate: 1, seeds: 1, isDetailed: true };
  const faults = [plan, { ...plan, byLayer: true }];
  const bare = await snn({ weightBits: 7 }, { faults });
  const guarded = await snn({ weightBits: 7, protection: "parity-words" }, { faults });
  const seeds = ({ faults: results }: Evaluation) => results.map((result) => result.seeds);
  assert.deepEqual(seeds(guarded), seeds(bare));
  for (const [{ changed = 0 }] of seeds(bare)) assert.ok(changed > 20, `${changed}`);
  // In words of two it is odd: all weights are read as 0.
  const noticed = await snn({ weightBits: 7, protection: "parity-words", parityWordWeights: 2 }, { faults });
  assert.notDeepEqual(seeds(noticed), seeds(bare));
});

test("stored cells are those of weights and protection, layer by layer and in all", async () => {
  const faults = [fault, { ...fault, byLayer: true }].map((plan) => ({
    ...plan,
    isDetailed: true,
    seeds: 1,
  }));
  const bare = await snn({}, { faults });
  assert.deepEqual(
    bare.faults.map(({ layer, storedBits }) => [layer, storedBits]),
    [
      [undefined, cells],
      ["dense1", 20 * 784 * 8],
      ["dense2", 10 * 20 * 8],
    ],
  );
  const guarded = await snn({ protection: "parity-words", parityWordWeights: 4 }, { faults });
  assert.deepEqual(
    guarded.faults.map(({ storedBits }) => storedBits),
    [cells + cells / 32, 20 * 784 * 8 + 20 * 196, 10 * 20 * 8 + 50],
  );
});

test("layers struck one at a time share out the flips of the whole, with and without a protection", async () => {
  for (const protection of ["none", "error-correcting-words"] as const) {
    const { faults } = await snn({ protection }, { faults: [fault, { ...fault, byLayer: true }] });
    const [whole, ...parts] = faults;
    assert.deepEqual(
      parts.map(({ layer }) => layer),
      ["dense1", "dense2"],
    );
    for (const [i, { flippedBits }] of whole.seeds.entries())
      assert.equal(total(parts.map(({ seeds }) => seeds[i].flippedBits)), flippedBits);
    // The second layer holds a hundredth of the bits: what it loses is not what the whole loses.
    assert.notDeepEqual(drops(parts[1]), drops(whole));
  }
});

test("in a network of one layer, that layer's faults are the network's", async () => {
  const single = sequential("single", [1, 28, 28], [flatten(), dense(10)]);
  const bytes = writeNetworkFile({ ...model, network: single, tensors: initialise(single, 1) });
  const hash = await sha256(bytes);
  const anns = new Map([[hash, bytes]]);
  const own = new Evaluator({ kernels, dataset, anns, isCancelled: () => false });
  const plan = { kind: "ann", ann: hash, bits: 8, activation: { kind: "relu" }, design: null } as const;
  const faults = [fault, { ...fault, byLayer: true }];
  const task = { network: plan, split: "validation", images: 60, faults, seed: 1, trial: 0 } as const;
  const [whole, { layer, ...part }] = (await own.evaluate(task)).evaluation.faults;
  assert.equal(layer, "dense1");
  assert.deepEqual(part, whole);
});

test("changed decisions are none without flips, and at least the change of the right ones with them", async () => {
  const faults = [0.01, 0.2, 0].map((bitErrorRate) => ({ ...fault, bitErrorRate, isDetailed: true }));
  for (const run of [snn, control]) {
    const [some, many, none] = (await run({}, { faults })).faults;
    for (const { changed } of none.seeds) assert.equal(changed, 0);
    for (const { seeds, cleanCorrect } of [some, many])
      for (const { changed = 0, correct } of seeds) assert.ok(changed >= Math.abs(cleanCorrect - correct));
    assert.ok(total(many.seeds.map(({ changed = 0 }) => changed)) > 60);
  }
});

test("noise of dose 0 changes nothing; draws of other doses differ from each other, again they are the same", async () => {
  const noise = { kind: "gaussian", seeds: 3, images: 100, trial: 4, purpose: "noise-search" } as const;
  const plain = await snn({}, { faults: [] });
  const silent = await snn({}, { faults: [], noise: { ...noise, images: 200, dose: 0 } });
  const clean = plain.correctPerStep.at(-1);
  assert.deepEqual(silent.noise, {
    kind: "gaussian",
    dose: 0,
    cleanCorrect: clean,
    images: 120,
    seeds: [0, 1, 2].map((index) => ({ index, correct: clean })),
  });
  assert.equal(silent.predictionsHash, plain.predictionsHash);
  const noisy = await snn({}, { faults: [], noise: { ...noise, dose: 1 } });
  assert.deepEqual(await snn({}, { faults: [], noise: { ...noise, dose: 1 } }), noisy);
  assert.ok(new Set(noisy.noise?.seeds.map(({ correct }) => correct)).size > 1);
  const fresh = await snn({}, { faults: [], noise: { ...noise, dose: 1, purpose: "noise-final" } });
  assert.notDeepEqual(fresh.noise, noisy.noise);
});

test("a dose the noise does not take is refused", async () => {
  const noise = {
    kind: "occlusion",
    dose: 0.5,
    seeds: 2,
    images: 9,
    trial: 0,
    purpose: "noise-search",
  } as const;
  await assert.rejects(snn({}, { noise }), { name: "InvalidValueError", message: /sidePixels/ });
});

test("biases and thresholds are struck apart from weights, each in its format, and put back", async () => {
  const targets = ["bias", "threshold"] as const;
  const rate = { ...fault, bitErrorRate: 0.05, isDetailed: true };
  const faults = [...targets.map((target) => ({ ...rate, target })), fault];
  const plain = await snn({ coding: "rate" });
  const { faults: results, ...rest } = await snn({ coding: "rate" }, { faults });
  assert.deepEqual({ ...rest, faults: [] }, { ...plain, faults: [] });
  const [weights, ...others] = results;
  assert.deepEqual([weights], plain.faults);
  assert.deepEqual(
    others.map(({ target, format, storedBits }) => [target, format, storedBits]),
    [
      ["bias", "float32", 30 * 32],
      ["threshold", "float32", 32],
    ],
  );
  const [{ seeds }] = others;
  // 960 bits at 5 %: 48 flips, with a standard deviation of 7.
  for (const { flippedBits } of seeds) assert.ok(flippedBits > 20 && flippedBits < 76, `${flippedBits}`);
  assert.ok(total(seeds.map(({ changed = 0 }) => changed)) > 0);
});

test("no flips in biases change no decision, and a network without thresholds has no result of them", async () => {
  const faults = (["bias", "threshold"] as const).map((target) => ({ ...fault, bitErrorRate: 0, target }));
  for (const run of [snn, control]) {
    const results = (await run({}, { faults })).faults;
    assert.deepEqual(
      results.map(({ target }) => target),
      run === snn ? ["bias", "threshold"] : ["bias"],
    );
    for (const { seeds, cleanCorrect } of results)
      assert.deepEqual(
        seeds.map(({ correct, flippedBits }) => [correct, flippedBits]),
        seeds.map(() => [cleanCorrect, 0]),
      );
  }
});
