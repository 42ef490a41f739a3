// Evaluations on real MNIST and an untrained network: the same wherever they run, paired where they claim to be.

import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { untrainedModel } from "../../test/untrained-model.ts";
import { initialise } from "../ann/initialise.ts";
import { sha256 } from "../base/hash.ts";
import { energyOf } from "../energy/energy-of.ts";
import { profiles } from "../energy/profiles.ts";
import { readNetworkFile, writeNetworkFile } from "../formats/network-file.ts";
import { loadKernels } from "../kernels/load.ts";
import { dense, flatten, relu, sequential } from "../model/build.ts";
import { loadDataset } from "../node/dataset-files.ts";
import { EvaluationPool } from "../node/evaluation-pool.ts";
import { resolve } from "../space/resolve.ts";
import { accuracyObjective } from "./accuracy-objective.ts";
import { designSpace } from "./design-space.ts";
import { dropObjective } from "./drop-objective.ts";
import { energyObjective } from "./energy-objective.ts";
import type { AnnActivation, EvaluationTask, FaultPlan, NetworkPlan } from "./evaluation-task.ts";
import { Evaluator } from "./evaluator.ts";

const dataset = await loadDataset("mnist");
const network = sequential("net", [1, 28, 28], [flatten(), dense(20), relu(), dense(10)]);
const model = untrainedModel(network, dataset.classes, 2);
const file = writeNetworkFile(model);
const ann = await sha256(file);
const anns = new Map([[ann, file]]);
const kernels = await loadKernels({ build: "simd", memoryBytes: 2 ** 27 });
const evaluator = new Evaluator({ kernels, dataset, anns, isCancelled: () => false });

const design = (given: Readonly<Record<string, unknown>>) => resolve("design", designSpace.fields, given);
const fault: FaultPlan = { bitErrorRate: 0.01, seeds: 3, images: 60, trial: 4, purpose: "fault-search" };
const snn = (given: Readonly<Record<string, unknown>>): NetworkPlan => {
  const made = design(given);
  return { kind: "snn", ann, design: made, bits: made.weightBits };
};
const task = (plan: NetworkPlan, more: Partial<EvaluationTask> = {}): EvaluationTask => ({
  network: plan,
  split: "validation",
  images: 120,
  faults: [fault],
  seed: 9,
  trial: 4,
  ...more,
});

const plans: Readonly<Record<string, NetworkPlan>> = {
  "an SNN with Poisson input": snn({ coding: "poisson", steps: 5, weightBits: 5 }),
  "an SNN with leak and count readout": snn({
    coding: "rate",
    steps: 4,
    neuron: "lif",
    readout: "count",
    reset: "zero",
  }),
  "a float32 ANN": { kind: "ann", ann, bits: "float32", activation: { kind: "relu" }, design: null },
  "a levelled ANN": {
    kind: "ann",
    ann,
    bits: 4,
    activation: { kind: "levels", levels: 7 },
    design: design({ steps: 7 }),
  },
};

describe("the same task is the same evaluation", () => {
  for (const [name, plan] of Object.entries(plans)) {
    test(`${name}: again, and after other tasks`, async () => {
      const before = kernels.freeBytes;
      const explained = task(plan, { explainImages: 70 });
      const first = await evaluator.evaluate(explained);
      const prepared = kernels.freeBytes;
      await evaluator.evaluate(task(snn({ steps: 2 })));
      assert.deepEqual(await evaluator.evaluate(explained), first);
      assert.equal(kernels.freeBytes, prepared);
      assert.equal(before, prepared);
    });
  }

  test("on worker threads", async () => {
    const pool = new EvaluationPool({ dataset, anns, workers: 1, memoryBytes: 2 ** 27 });
    for (const plan of Object.values(plans)) {
      const explained = task(plan, { explainImages: 70 });
      assert.deepEqual(await pool.evaluate(explained), await evaluator.evaluate(explained));
    }
    await assert.rejects(pool.evaluate(task({ ...plans["a float32 ANN"], ann: "none" } as NetworkPlan)), {
      name: "StateError",
    });
    await pool.close();
  });
});

test("ANN, controls and SNN of one format are struck by the same masks, float32 by others", async () => {
  const shared = design({ weightBits: 6 });
  const flipped = async (plan: NetworkPlan): Promise<string> => {
    const { evaluation } = await evaluator.evaluate(task(plan));
    const [{ format, seeds }] = evaluation.faults;
    return `${format} ${seeds.map(({ flippedBits }) => flippedBits)}`;
  };
  const spiking = await flipped({ kind: "snn", ann, design: shared, bits: 6 });
  assert.match(spiking, /^int6 \d+,\d+,\d+$/);
  for (const activation of [{ kind: "relu" }, { kind: "clip" }, { kind: "levels", levels: 8 }] as const) {
    assert.equal(await flipped({ kind: "ann", ann, bits: 6, activation, design: shared }), spiking);
  }
  assert.match(
    await flipped({ kind: "ann", ann, bits: "float32", activation: { kind: "relu" }, design: null }),
    /^float32/,
  );
});

test("search, confirmation and final masks differ, and so do trials", async () => {
  const results = new Set<string>();
  for (const change of [
    {},
    { purpose: "fault-confirm" },
    { purpose: "fault-final" },
    { trial: 5 },
  ] as const) {
    const { evaluation } = await evaluator.evaluate(task(snn({}), { faults: [{ ...fault, ...change }] }));
    results.add(
      JSON.stringify(evaluation.faults[0].seeds.map(({ flippedBits, correct }) => [flippedBits, correct])),
    );
  }
  assert.equal(results.size, 4);
});

test("the SNN's stored weights are the quantised ANN's, bit for bit", async () => {
  const read = async (plan: NetworkPlan) =>
    readNetworkFile((await evaluator.evaluate(task(plan))).file, "file").tensors;
  const spiking = await read(snn({ weightBits: 3, coding: "latency" }));
  const plain = await read({ kind: "ann", ann, bits: 3, activation: { kind: "relu" }, design: null });
  for (const name of ["dense1.weight", "dense1.scale", "dense2.weight", "dense2.scale"]) {
    assert.deepEqual(spiking[name], plain[name]);
  }
});

test("a part of the split is the part asked for", async () => {
  const whole = (await evaluator.evaluate(task(snn({}), { images: 100, faults: [] }))).evaluation;
  const parts = [
    await evaluator.evaluate(task(snn({}), { images: 40, faults: [] })),
    await evaluator.evaluate(task(snn({}), { firstImage: 40, images: 60, faults: [] })),
  ].map(({ evaluation }) => evaluation);
  for (const [step, correct] of whole.correctPerStep.entries()) {
    assert.equal(parts[0].correctPerStep[step] + parts[1].correctPerStep[step], correct);
  }
});

test("SNNs are explained on the first of their images, and decide on them as they are evaluated", async () => {
  const plan = snn({ coding: "constant", steps: 6, weightBits: 8 });
  const asked = { firstImage: 40, images: 60, explainImages: 60, faults: [] };
  const some = await evaluator.evaluate(task(plan, asked));
  const all = await evaluator.evaluate(task(plan, { ...asked, images: 120 }));
  const { explanation, correctPerStep } = some.evaluation;
  assert.equal(explanation?.images, 60);
  assert.deepEqual(explanation?.correctPerStep, correctPerStep);
  assert.deepEqual(
    explanation?.layers.map(({ layer, neurons }) => [layer, neurons]),
    [["relu1", 20]],
  );
  assert.deepEqual(all.evaluation.explanation, explanation);
  assert.deepEqual(structuredClone(explanation), JSON.parse(JSON.stringify(explanation)));
  const floats: NetworkPlan = {
    kind: "ann",
    ann,
    bits: "float32",
    activation: { kind: "relu" },
    design: null,
  };
  const plain = (await evaluator.evaluate(task(floats, { ...asked, explainImages: 0 }))).evaluation;
  assert.equal(explanation?.annCorrect, plain.correctPerStep[0]);
});

test("nothing is explained unasked, and ANNs never", async () => {
  const explained = { faults: [], explainImages: 20 };
  const { evaluation } = await evaluator.evaluate(task(plans["a levelled ANN"], explained));
  assert.ok(!("explanation" in evaluation));
  assert.ok(!("explanation" in (await evaluator.evaluate(task(snn({}), { faults: [] }))).evaluation));
});

test("an explanation on test images is refused", async () => {
  await assert.rejects(evaluator.evaluate(task(snn({}), { split: "test", explainImages: 1 })), {
    name: "InvalidValueError",
    message: /^task\.explainImages must be 0 on test images, but got 1\./,
  });
});

test("objectives are the figures computed by hand from the evaluation", async () => {
  const context = { profile: profiles["horowitz-45nm-compute"], accounting: "mac-once" } as const;
  const { evaluation } = await evaluator.evaluate(task(snn({ coding: "rate", steps: 3 })));
  const { correctPerStep, faults, counts } = evaluation;
  assert.equal(accuracyObjective.score(evaluation, context).value, correctPerStep[2] / 120);
  const drops = faults[0].seeds.map(({ correct }) => (faults[0].cleanCorrect - correct) / 60);
  const drop = dropObjective.score(evaluation, context);
  assert.ok(Math.abs(drop.value - (drops[0] + drops[1] + drops[2]) / 3) < 1e-12);
  assert.ok(drop.low <= drop.value && drop.value <= drop.high);
  const { energyPj } = energyOf(counts, context.profile, "mac-once");
  assert.equal(energyObjective.score(evaluation, context).value, energyPj);
  const held = (await evaluator.evaluate(task(snn({ coding: "constant" })))).evaluation;
  assert.throws(() => energyObjective.score(held, { ...context, profile: profiles["loihi-keras-spiking"] }), {
    name: "InvalidValueError",
    message: /coding: \[rate, poisson, latency\]/,
  });
});

test("an ANN whose relus were trained with levels is evaluated with them", async () => {
  const levelled = sequential(
    "net",
    [1, 28, 28],
    [flatten(), dense(20), { kind: "relu", bounded: true, levels: 1 }, dense(10)],
  );
  const trained = writeNetworkFile({ ...model, network: levelled, tensors: initialise(levelled, 2, 0.5) });
  const hash = await sha256(trained);
  const own = new Evaluator({
    kernels,
    dataset,
    anns: new Map([...anns, [hash, trained]]),
    isCancelled: () => false,
  });
  const plan = { kind: "ann", bits: "float32", design: null } as const;
  const correct = async (of: string, activation: AnnActivation): Promise<readonly number[]> => {
    const outcome = await own.evaluate(task({ ...plan, ann: of, activation }, { images: 600, faults: [] }));
    return outcome.evaluation.correctPerStep;
  };
  const asTrained = await correct(hash, { kind: "relu" });
  assert.deepEqual(asTrained, await correct(hash, { kind: "levels", levels: 1 }));
  assert.notDeepEqual(asTrained, await correct(ann, { kind: "relu" }));
});
