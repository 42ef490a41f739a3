import assert from "node:assert/strict";
import { test } from "node:test";
import { patternDataset as dataset } from "../../../test/study/patterns.ts";
import { readNetworkFile } from "../../formats/network-file.ts";
import { loadKernels } from "../../kernels/load.ts";
import type { Model } from "../../model/model.ts";
import { createSimulator } from "../../simulate/simulator.ts";
import { canonical } from "../../space/space.ts";
import { kindOf } from "../../study/kinds/kind-of.ts";
import { readStudyFile } from "../../study/study-file.ts";
import { skipModel } from "../../topology/train-skips.ts";
import type { EvaluationTask, NetworkPlan, TrainedPlan, TtfsPlan } from "../evaluation-task.ts";
import { Evaluator } from "../evaluator.ts";
import { quantiseSpiking } from "./quantise-spiking.ts";
import { readSharedWeights, writeSharedWeights } from "./shared-weights-file.ts";

const kernels = await loadKernels({ build: "simd", memoryBytes: 2 ** 28 });

const network = {
  name: "skips",
  imageShape: [1, 4, 4],
  classes: 3,
  stem: { kind: "dense", width: 5 },
  blocks: [{ kind: "dense", widths: [5, 5, 5] }],
  neuron: { model: "lif", reset: "subtract" },
  isOutputSpiking: false,
} as const;

function begun(matrix: string): Model {
  return skipModel({
    spec: network,
    matrices: [matrix],
    inference: { steps: 5, coding: "constant", readout: "average", dtMs: 1 },
    neurons: { threshold: 1, leak: 0.5 },
    classes: dataset.classes,
    seed: 4,
  });
}

/** Every weight a whole number of 2⁻⁶, and the largest of each layer 127 of them: 8 bits hold it to the last bit. */
function onGrid(model: Model): Model {
  const tensors = Object.entries(model.tensors).map(([name, tensor]) => {
    if (!name.endsWith(".weight")) return [name, tensor] as const;
    const data = Float32Array.from(
      tensor.data,
      (value) => Math.max(-127, Math.min(127, Math.round(64 * value))) / 64,
    );
    data[0] = 127 / 64;
    return [name, { ...tensor, data }] as const;
  });
  return { ...model, tensors: Object.fromEntries(tensors) };
}

test("a spiking network with skips fires alike before and after its weights are stored as codes that hold them", () => {
  const run = (model: Model) => {
    const mark = kernels.mark();
    const { pixels, labels, count } = dataset.test;
    const given = { pixels, labels, firstImage: 0, count, seed: 1, trial: -1 };
    const result = createSimulator(kernels, model).run({
      ...given,
      isCancelled: () => false,
      boundsPotentials: false,
    });
    kernels.release(mark);
    return { spikes: result.layers.map(({ spikes }) => spikes), predictions: [...result.predictions] };
  };
  for (const matrix of ["00|0", "12|1", "21|2"]) {
    const exact = onGrid(begun(matrix));
    const stored = quantiseSpiking(exact, 8);
    assert.deepEqual(stored.weightFormat, { kind: "int", bits: 8 });
    assert.deepEqual(run(stored), run(exact));
    assert.ok(run(exact).spikes.some((spikes) => spikes > 0));
  }
});

test("shared weights come back from their file, and other files are refused", () => {
  const { tensors } = begun("22|2");
  const file = writeSharedWeights({ matrices: ["22|2"], tensors });
  const back = readSharedWeights(file, "shared.safetensors");
  assert.deepEqual(back, { matrices: ["22|2"], tensors });
  assert.throws(() => readSharedWeights(new Uint8Array(40), "other.safetensors"), /other\.safetensors/);
});

const texts = {
  skips: `skips:
  stem: { width: 5 }
  blocks: [{ widths: [5, 5, 5] }]
  trainingImages: 100
  judgingImages: 40
  rounds: 1
  roundImages: 60
  tuningEpochs: 1
training: { epochs: 1, batch: 20, shards: 1 }`,
  ttfs: `ttfs: { trainingImages: 100, judgingImages: 40, epochs: 1, startLow: 0, training: { learningRate: 0.02 } }
space: { units1: 16, threshold1: 0.1, outputThreshold: 0.1 }`,
};

async function place(kind: keyof typeof texts): Promise<{ evaluator: Evaluator; plan: TrainedPlan }> {
  const studied = kindOf(readStudyFile(`schema: spikefront.study/1\n${texts[kind]}`, "study.yaml"));
  const isCancelled = (): boolean => false;
  const trainer = new Evaluator({ kernels, dataset, anns: new Map(), isCancelled });
  const anns = new Map<string, Uint8Array<ArrayBuffer>>();
  for (const part of studied.parts) {
    assert.ok("task" in part);
    anns.set(part.name, await trainer.prepare(part.task));
  }
  const space = studied.space();
  const defaults = Object.fromEntries(
    Object.entries(space.fields).map(([name, field]) => [name, field.default]),
  );
  const hashes = new Map([...anns.keys()].map((name) => [name, name]));
  const plan = studied.plan(hashes, canonical(space, defaults), "search");
  assert.ok(plan.kind === "skips" || plan.kind === "ttfs");
  return { evaluator: new Evaluator({ kernels, dataset, anns, isCancelled }), plan };
}

const task = (plan: NetworkPlan, more: Partial<EvaluationTask> = {}): EvaluationTask => ({
  network: plan,
  split: "validation",
  images: 50,
  faults: [{ bitErrorRate: 0.05, seeds: 2, images: 20, trial: 0, purpose: "fault-search" }],
  seed: 3,
  trial: 0,
  ...more,
});

for (const kind of ["skips", "ttfs"] as const) {
  test(`a network of ${kind} follows from its plan, and from the file of what was trained`, async () => {
    const { evaluator, plan } = await place(kind);
    const first = await evaluator.evaluate(task(plan));
    assert.deepEqual(await evaluator.evaluate(task(plan)), first);
    assert.deepEqual(
      await evaluator.evaluate(task(plan, { made: first.trained as Uint8Array<ArrayBuffer> })),
      first,
    );
    const longer = await evaluator.evaluate(task({ ...plan, epochs: 12 }));
    assert.notEqual(longer.evaluation.network, first.evaluation.network);
    const coarse = await evaluator.evaluate(task({ ...plan, bits: 4 }));
    assert.deepEqual(coarse.trained, first.trained);
    assert.equal(coarse.evaluation.faults[0].format, "int4");
    assert.notEqual(coarse.evaluation.network, first.evaluation.network);
  });
}

test("a network with skips is measured beside its ANN, an event network beside itself in continuous time", async () => {
  const skips = await place("skips");
  const { evaluation } = await skips.evaluator.evaluate(task(skips.plan));
  const ann: NetworkPlan = {
    kind: "ann",
    ann: "ann",
    bits: "float32",
    activation: { kind: "relu" },
    design: null,
  };
  const beside = await skips.evaluator.evaluate(task(ann));
  assert.equal(evaluation.ann?.correct, beside.evaluation.correctPerStep[0]);
  assert.ok(evaluation.activity.some(({ layer }) => layer === evaluation.output));
  const ttfs = await place("ttfs");
  const { events, images } = (await ttfs.evaluator.evaluate(task(ttfs.plan))).evaluation;
  assert.ok(events !== undefined && events.correct <= images - events.undecided);
  const mean = events.firstOutputS / images;
  assert.ok(mean > 0 && mean <= 0.4 && events.firstOutputSquaredS2 / images >= mean * mean);
});

test("an event network that decides by counts is trained to fire, and read by its most spikes on the clock too", async () => {
  const { evaluator, plan } = await place("ttfs");
  const counted = (outputCap: number): NetworkPlan => ({
    ...(plan as TtfsPlan),
    design: { ...plan.design, threshold1: 0.05, outputThreshold: 0.2, decoding: "count", cap: 4, outputCap },
    recipe: { ...(plan as TtfsPlan).recipe, startLow: -0.5 },
    epochs: 12,
  });
  for (const cap of [4, 8]) {
    const { evaluation, file } = await evaluator.evaluate(task(counted(cap), { faults: [] }));
    const { network, inference } = readNetworkFile(file, "the network");
    assert.equal(inference?.readout, "count");
    const caps = network.layers.flatMap((layer) => (layer.kind === "neuron" ? [layer.spikeBudget] : []));
    assert.deepEqual(caps, [4, cap]);
    // The labelled output aims at its cap, the two others at a tenth: so many an image, if training came anywhere near.
    const spikes = evaluation.activity.find(({ layer }) => layer === evaluation.output)?.spikes ?? 0;
    const aim = 1.2 * cap;
    const mean = spikes / evaluation.images;
    assert.ok(mean > aim / 2 && mean < 1.5 * aim, `${mean} spikes an image, ${aim} aimed at`);
    const right = evaluation.correctPerStep.at(-1) ?? 0;
    assert.ok(right > 0.6 * evaluation.images, `${right}`);
    assert.ok(Math.abs(right - (evaluation.events?.correct ?? 0)) <= 5);
  }
});
