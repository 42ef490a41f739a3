// Claims about event networks: what their file must hold, how figures become verdicts, and a whole small study on made
// data. Nothing here is about accuracy.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import path from "node:path";
import { test } from "node:test";
import { FormatError, InvalidValueError } from "../../../base/errors.ts";
import { Random } from "../../../base/random.ts";
import { BatchEngine } from "../../../event-gradient/batch-engine.ts";
import { eventExperiments } from "../../../event-gradient/event-experiments.ts";
import { eventNetwork } from "../../../event-gradient/event-network.ts";
import { eventTrainingFields } from "../../../event-gradient/event-training-fields.ts";
import { initialiseEventWeights } from "../../../event-gradient/initialise-event-weights.ts";
import {
  eventCodingFields,
  type LabelledTrains,
  labelledTrains,
} from "../../../event-gradient/labelled-trains.ts";
import { loadKernels } from "../../../kernels/load.ts";
import { loadValues } from "../../../node/event-data.ts";
import { codedSplit } from "../../../node/train-event-network.ts";
import { resolve } from "../../../space/resolve.ts";
import { openClaims } from "../claims-document.ts";
import { readConversionClaims } from "../claims-file.ts";
import { type EventArm, experimentOf } from "./event-arm.ts";
import { readEventClaims } from "./event-claims-file.ts";
import type { EventClaimsPorts, EventTrainingRequest, TrainedEvents } from "./event-claims-ports.ts";
import type { MeasuredEventNetwork, MeasuredPair, SweptNetwork } from "./event-claims-result.ts";
import { type EventClaimsSettings, quickEventSettings } from "./event-claims-settings.ts";
import { sweptArm } from "./event-sweep.ts";
import { judgeEventClaims } from "./judge-event-claims.ts";
import { measureEventNetwork } from "./measure-event-network.ts";
import { runEventClaims } from "./run-event-claims.ts";

const file = `schema: spikefront.claims/1
kind: events
name: small
trained: 2
pairs:
  - name: pair
    one: { experiment: mnist-ttfs, thresholds: [0.7, 2], maxSpikes: [1, 1], epochs: 3 }
    many: { experiment: mnist-count, thresholds: [0.2, 1.3], maxSpikes: [30, 30], epochs: 3 }
measure:
  images: 12
  noiseImages: 8
  noiseSeeds: 2
  stepImages: 6
  calibrationImages: 8
  times: 5
  jitterMs: [5, 20]
  deletions: [0.5]
  thresholdNoise: [0.2]
  weightNoise: [0.2]
  weightBits: [8, 2]
  bitErrorRates: [0.01]
  dtMs: [10, 5]
toys:
  - { name: toy, means: [0, 1], deviations: [0.5], repeats: 2, epochs: 3, training: { leastSlope: 0 } }
sweeps:
  - { name: sweep, pair: pair, arm: many, vary: thresholds, values: [1, 2], trained: 2, jitterMs: 5 }
claims:
  - { id: a, pair: pair, measure: accuracy, kind: smaller, estimand: accuracies }
  - { id: p, pair: pair, measure: progress, kind: smaller, estimand: ways }
  - { id: s, pair: pair, measure: spikes, kind: comparable, margin: 0.2, estimand: spikes }
  - { id: l, pair: pair, measure: latency, kind: comparable, margin: 0.1, estimand: times, stated: { rule: first } }
  - { id: r, pair: pair, measure: robustness, kind: smaller, estimand: losses, stated: { noise: jitterMs, level: 20 } }
  - { id: t, pair: toy, measure: starts, kind: smaller, estimand: starts }
  - { id: c, pair: sweep, measure: price, kind: smaller, estimand: ranks, stated: { gain: underJitter } }
`;

const read = (text: string): EventClaimsSettings => readEventClaims(openClaims(text, "s.yaml"));
const settings = read(file);

for (const name of ["bacho", "bacho-exact", "bacho-fashion"]) {
  test(`the study ${name} that comes along states the five claims whole of every pair`, () => {
    const file = path.resolve(import.meta.dirname, `../../../../studies/${name}.yaml`);
    const { claims, pairs, trained } = read(readFileSync(file, "utf8"));
    assert.ok(trained >= 3 && pairs.length >= 1);
    for (const pair of pairs) {
      const own = claims.filter((claim) => claim.pair === pair.name);
      const measures = own.map(({ measure }) => measure);
      assert.deepEqual(measures, ["accuracy", "progress", "spikes", "latency", "robustness"]);
      const margins = own.filter(({ claim }) => claim.kind === "comparable").map(({ claim }) => claim.margin);
      assert.deepEqual(margins, [0.2, 0.1]);
    }
    for (const { paper, claim } of claims) assert.ok(paper !== "" && claim.estimand !== "");
  });
}

test("a quick study keeps the level a claim is decided at", () => {
  const quick = quickEventSettings(settings);
  assert.ok(quick.measure.jitterMs.includes(20));
  assert.ok(quick.pairs[0].one.epochs <= 2 && quick.trained === 2);
});

for (const [before, after] of [
  ["kind: events", "kind: event"],
  ["maxSpikes: [1, 1]", "maxSpikes: [1, 2]"],
  ["thresholds: [0.7, 2]", "thresholds: [0.7]"],
  ["thresholds: [0.2, 1.3]", "thresholds: [0.2, 0]"],
  ["experiment: mnist-count", "experiment: mnist-counts"],
  ["experiment: mnist-count", "experiment: yin-yang"],
  ["maxSpikes: [30, 30], epochs: 3", "maxSpikes: [30, 30], epochs: 4"],
  ["level: 20", "level: 21"],
  ["weightBits: [8, 2]", "weightBits: [9]"],
  ["pair: pair, measure: spikes", "pair: other, measure: spikes"],
  ["kind: comparable, margin: 0.2", "kind: smaller"],
  ["rule: first", "rule: second"],
  ["times: 5", "time: 5"],
  ["name: toy, means", "name: pair, means"],
  ["training: { leastSlope: 0 }", "training: { slope: 0 }"],
  ["deviations: [0.5]", "deviations: [-0.5]"],
  ["arm: many, vary: thresholds", "arm: one, vary: maxSpikes"],
  ["name: sweep, pair: pair", "name: sweep, pair: toy"],
  ["pair: toy, measure: starts", "pair: pair, measure: starts"],
  ["pair: sweep, measure: price", "pair: toy, measure: price"],
  ["gain: underJitter", "gain: jitter"],
] as const) {
  test(`a file with "${after}" in place of "${before}" is refused by its place`, () => {
    assert.ok(file.includes(before));
    assert.throws(
      () => read(file.replace(before, after)),
      (error) =>
        (error instanceof InvalidValueError || error instanceof FormatError) &&
        /s\.yaml:\d+:\d+/.test(error.message),
    );
  });
}

test("a file of one kind is refused as the other", () => {
  assert.throws(() => readConversionClaims(openClaims(file, "s.yaml")), InvalidValueError);
  const other = "schema: spikefront.claims/1\nname: other\n";
  assert.throws(() => readEventClaims(openClaims(other, "s.yaml")), InvalidValueError);
});

/** A network whose figures are given. */
function network(figures: {
  readonly correct?: number;
  readonly spikes?: number;
  readonly firstS?: number;
  readonly noisy?: number;
  readonly validation?: readonly number[];
}): MeasuredEventNetwork {
  const { correct = 90, spikes = 100, firstS = 0.05, noisy = 80, validation = [0.5, 0.9] } = figures;
  const rule = { marginSpikes: 1, meanS: firstS, correct, energyPj: {} };
  return {
    seed: 0,
    sha256: "",
    commit: "",
    measuredBy: "",
    bestEpoch: 1,
    cpuSeconds: 0,
    validationAccuracy: validation,
    measures: {
      samples: 100,
      correct,
      inputSpikesPerSample: 10,
      spikesPerSample: spikes,
      layers: [],
      timesS: [],
      correctByTime: [],
      rules: { margin: rule, first: rule, settled: rule },
      energyPj: {},
      noiseSamples: 100,
      noiseClean: correct,
      noise: [5, 20].map((level) => ({ noise: "jitterMs" as const, level, correct: [noisy, noisy] })),
      clockSamples: 0,
      clockClean: 0,
      clock: [],
    },
  };
}

type Figures = Parameters<typeof network>[0];

function judged(one: readonly Figures[], many: readonly Figures[]): Readonly<Record<string, string>> {
  const interval = { value: 0, low: 0, high: 1, confidence: 0.95, method: "" };
  const pair: MeasuredPair = {
    name: "pair",
    data: "made",
    arms: { one: one.map(network), many: many.map(network) },
    accuracy: { one: interval, many: interval },
  };
  const lists = { deletions: [], thresholdNoise: [], weightNoise: [], weightBits: [], bitErrorRates: [] };
  const asked = { ...settings, measure: { ...settings.measure, ...lists } };
  const ofPairs = { ...asked, claims: asked.claims.filter((claim) => claim.pair === "pair") };
  const answers = judgeEventClaims(ofPairs, { pairs: [pair], toys: [], sweeps: [] });
  return Object.fromEntries(answers.map(({ claim, stated }) => [claim.id, stated.verdict]));
}

test("better in every pair of networks supports what is claimed to be better", () => {
  const one = [
    { correct: 90, noisy: 60 },
    { correct: 91, noisy: 61 },
    { correct: 90, noisy: 60 },
  ];
  const many = [
    { correct: 95, noisy: 90, validation: [0.85, 0.9] },
    { correct: 96, noisy: 90, validation: [0.84, 0.9] },
    { correct: 95, noisy: 89, validation: [0.85, 0.9] },
  ];
  assert.deepEqual(judged(one, many), {
    a: "supported",
    p: "supported",
    s: "supported",
    l: "supported",
    r: "supported",
  });
  // The other way round what is like stays like, and what was better is worse.
  assert.deepEqual(judged(many, one), {
    a: "contradicted",
    p: "contradicted",
    s: "supported",
    l: "supported",
    r: "contradicted",
  });
});

test("half as many spikes are not like as many, and figures that scatter settle nothing", () => {
  const one = [{ spikes: 100 }, { spikes: 102 }, { spikes: 101 }];
  const half = [
    { spikes: 50, firstS: 0.02 },
    { spikes: 51, firstS: 0.09 },
    { spikes: 50, firstS: 0.05 },
  ];
  const { s, l } = judged(one, half);
  assert.equal(s, "contradicted");
  assert.equal(l, "inconclusive");
  assert.equal(judged([{ spikes: 0 }, {}], [{}, {}])["s"], "inconclusive");
});

test("more starting weights that arrive, and more that is had for more, are told from the other way round", () => {
  const toyOf = (best: readonly number[]) => ({ best, byEpoch: [], grid: [] });
  const networkOf = (accuracy: number, spikes: number): SweptNetwork => {
    const names = { seed: 0, sha256: "", commit: "", measuredBy: "", cpuSeconds: 0 };
    return { ...names, accuracy, underJitter: accuracy, spikes, latencyS: -spikes };
  };
  const verdicts = (few: readonly number[], lots: readonly number[], spikes: readonly number[]) => {
    const arms = { one: toyOf(few), many: toyOf(lots) };
    const points = spikes.map((count, i) => ({
      value: i + 1,
      networks: [0, 1, 2].map((n) => networkOf(0.8 + 0.05 * i + 0.01 * n, count)),
    }));
    const toy = { name: "toy", data: "", commits: [], cpuSeconds: 0, arms };
    const measured = { pairs: [], toys: [toy], sweeps: [{ name: "sweep", points }] };
    const asked = { ...settings, claims: settings.claims.filter((claim) => claim.pair !== "pair") };
    const [starts, price] = judgeEventClaims(asked, measured);
    return [starts.stated, ...price.all].map(({ verdict }) => verdict);
  };
  // Accuracy rises with spikes and falls with time.
  const upwards = ["supported", "supported", "contradicted", "supported", "contradicted"];
  assert.deepEqual(verdicts([0.5, 0.51, 0.5], [0.7, 0.72, 0.7], [10, 20, 30]), upwards);
  const downwards = ["contradicted", "contradicted", "supported", "contradicted", "supported"];
  assert.deepEqual(verdicts([0.7, 0.72, 0.7], [0.5, 0.51, 0.5], [30, 20, 10]), downwards);
  // Where nothing differs there is no order.
  assert.equal(verdicts([0.5, 0.5], [0.5, 0.5], [10, 10])[1], "inconclusive");
});

test("an arm trains its experiment but for what it says, and a sweep varies one thing of it", () => {
  const [{ many }] = settings.pairs;
  const known = eventExperiments["mnist-count"];
  const layersOf = (arm: EventArm) => experimentOf(arm, known).network.layers;
  const plain = experimentOf(many, known);
  assert.deepEqual({ ...plain, training: known.training }, known);
  const told = experimentOf({ ...many, windowMs: 400, training: { trueSpikes: 9 } }, known);
  assert.equal(told.network.windowS, 0.4);
  assert.deepEqual(told.training, { ...plain.training, trueSpikes: 9 });
  const thresholds = layersOf(sweptArm(many, "thresholds", 2)).map(
    (layer) => "threshold" in layer && layer.threshold,
  );
  assert.deepEqual(thresholds, [0.4, 2.6]);
  const slow = layersOf(sweptArm(many, "timeConstants", 2));
  for (const layer of slow) assert.ok("tauSynapseS" in layer && layer.tauSynapseS === 0.26);
  for (const layer of slow) assert.ok("tauMembraneS" in layer && layer.tauMembraneS === 0.52);
  assert.deepEqual(sweptArm(many, "maxSpikes", 4), { ...many, maxSpikes: [4, 4] });
});

const kernels = await loadKernels({ memoryBytes: 2 ** 28 });
const data = (samples: number, purpose: string): LabelledTrains => {
  const random = new Random({ seed: 1, trial: -1, purpose, index: 0 });
  const values = Uint8Array.from({ length: samples * 784 }, () => Math.max(0, random.integer(1000) - 744));
  const labels = Uint8Array.from({ length: samples }, () => random.integer(10));
  const coding = resolve("coding", eventCodingFields, {});
  return labelledTrains({ values, inputs: 784 }, labels, { coding, windowS: 1 });
};
const splits = { validation: data(8, "validation"), test: data(12, "test") };

/** Networks as they are before training. */
async function untrained({ experiment, seed }: EventTrainingRequest): Promise<TrainedEvents> {
  const described = eventNetwork(experiment.network);
  const weights = initialiseEventWeights(described, seed, experiment.starts);
  const epoch = { epoch: 1, learningRate: 0, trainingLoss: 0, trainingAccuracy: 0, validationLoss: 0 };
  const validated = {
    validationCorrect: 1 + seed,
    validationSamples: 8,
    validationSpikes: [],
    bumps: 0,
    isCollapsed: false,
  };
  const model = {
    network: described,
    weights,
    coding: resolve("coding", eventCodingFields, {}),
    decoding: experiment.training.loss === "count" ? "count" : "first",
    classes: Array.from({ length: 10 }, (_, i) => String(i)),
    training: resolve("training", eventTrainingFields, experiment.training),
    provenance: { data: "", seed, commit: "", kernels: "simd", epochs: 1, bestEpoch: 1, history: [] },
  } as const;
  return { model, log: [{ ...epoch, ...validated }], sha256: `${described.windowS} ${seed}`, cpuSeconds: 18 };
}

test("a study trains and measures every arm and seed once, and answers every claim under every condition", async () => {
  const kept = new Map<string, unknown>();
  const asked: string[] = [];
  const ports: EventClaimsPorts = {
    kernels,
    train: (request) => {
      asked.push(`${request.name} ${request.seed}`);
      return untrained(request);
    },
    split: async (model, name, split) => {
      if (name === "mnist") return splits[split as keyof typeof splits];
      return codedSplit({ ...model, dataset: await loadValues(name) }, split);
    },
    kept: async <R>(what: unknown, measure: () => Promise<R>) => {
      const key = JSON.stringify(what);
      if (!kept.has(key)) kept.set(key, await measure());
      return { commit: "abc", result: kept.get(key) as R };
    },
    onProgress: ({ share }) => assert.ok(share >= 0 && share <= 1),
    cpuSeconds: () => 0,
  };
  const result = await runEventClaims(ports, settings, false);
  const sweep = ["sweep-1 0", "sweep-1 1", "sweep-2 0", "sweep-2 1"];
  assert.deepEqual(asked, ["pair-one 0", "pair-many 0", "pair-one 1", "pair-many 1", ...sweep]);
  // Networks of the pair, repeats of the toy; the sweep's are the same untrained networks measured less.
  assert.equal(kept.size, 4 + 2 + 2);
  // Networks of one content are one.
  assert.equal(result.cpuHours, (4 * 18) / 3600);
  assert.deepEqual(
    result.claims.map(({ all }) => all.length),
    [1, 1, 1, 3, 8, 1, 4],
  );
  for (const { networks } of result.sweeps[0].points)
    assert.deepEqual(
      networks.map(({ seed }) => seed),
      [0, 1],
    );
  const [toy] = result.toys;
  assert.deepEqual(toy.commits, ["abc"]);
  for (const arm of [toy.arms.one, toy.arms.many]) {
    assert.equal(arm.byEpoch.length, 3);
    for (const [i, best] of arm.best.entries()) assert.ok(best >= 0 && best <= 1, String(i));
  }
  const [{ arms }] = result.pairs;
  const [{ measures }] = arms.many;
  assert.equal(measures.samples, 12);
  assert.equal(measures.correctByTime.at(-1), measures.correct);
  assert.deepEqual(
    measures.clock.map(({ dtMs, bits }) => `${dtMs} ${bits}`),
    ["10 8", "5 8", "5 2", "5 float32"],
  );
  const again = await runEventClaims(ports, settings, false);
  assert.deepEqual(again, result);
});

test("measuring is the same for the same network and seed, and takes no kernel memory for good", async () => {
  const { model } = await untrained({
    name: "",
    experiment: eventExperiments["mnist-count"],
    seed: 3,
    onProgress: () => {},
  });
  const of = { model, splits, settings: settings.measure, seed: 4, network: 1 };
  const mark = kernels.mark();
  const first = measureEventNetwork(kernels, of);
  assert.deepEqual(kernels.mark(), mark);
  assert.deepEqual(measureEventNetwork(kernels, of), first);
  const engine = new BatchEngine(kernels, { network: model.network });
  engine.setWeights(model.weights);
  engine.forward(splits.test.trains);
  const spikes = [0, 1].reduce((sum, l) => sum + engine.spikeCounts(l).reduce((s, n) => s + n, 0), 0);
  assert.equal(first.spikesPerSample, spikes / 12);
  kernels.release(mark);
});
