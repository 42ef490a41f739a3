import assert from "node:assert/strict";
import { test } from "node:test";
import { madeEvaluation } from "../../test/made-trials.ts";
import { profiles } from "../energy/profiles.ts";
import type { Evaluation, LayerActivity } from "./evaluation.ts";
import type { ObjectiveContext } from "./objective.ts";
import { objectives } from "./objectives.ts";

const context: ObjectiveContext = { profile: Object.values(profiles)[0], accounting: "mac-once" };
const made = madeEvaluation(70, 100, 1000);
const layer = (name: string, neurons: number, spikes: number): LayerActivity => ({
  layer: name,
  neurons,
  spikes,
  silentNeurons: 0,
  saturatedNeurons: 0,
  potentialLow: 0,
  potentialHigh: 0,
});
const spiking: Evaluation = {
  ...made,
  kind: "snn",
  counts: { ...made.counts, steps: 5 },
  activity: [layer("a", 4, 300), layer("b", 6, 200), layer("out", 10, 900)],
  output: "out",
};

test("spikes are of all neurons and an image, the firing rate of hidden ones, a neuron and step", () => {
  assert.equal(objectives.spikes.score(spiking, context).value, 14);
  assert.equal(objectives.firingRate.score(spiking, context).value, 500 / (10 * 5 * 100));
  const ann: Evaluation = { ...spiking, kind: "ann" };
  assert.throws(
    () => objectives.spikes.score(ann, context),
    /objective spikes must be asked of a spiking network/,
  );
});

test("what is lost against the ANN is its accuracy less the network's, and its interval that of the network", () => {
  const { value, low, high } = objectives.annDrop.score({ ...spiking, ann: { correct: 90 } }, context);
  const own = objectives.accuracy.score(spiking, context);
  assert.ok(Math.abs(value - 0.2) < 1e-12);
  assert.deepEqual([low, high], [0.9 - own.high, 0.9 - own.low]);
  assert.throws(() => objectives.annDrop.score(spiking, context), /network with skips/);
});

test("latency is the mean time of first output spikes, with the error of that mean", () => {
  const events = {
    correct: 70,
    undecided: 0,
    spikes: 1,
    synapticOperations: 1,
    silentNeurons: 0,
    // Half of the images at 0.1 s, half at 0.3 s: mean 0.2, standard deviation 0.1.
    firstOutputS: 20,
    firstOutputSquaredS2: 50 * 0.01 + 50 * 0.09,
  };
  const { value, low, high } = objectives.latency.score({ ...spiking, events }, context);
  assert.ok(Math.abs(value - 0.2) < 1e-12);
  assert.ok(Math.abs((high - low) / 2 - (1.959964 * 0.1) / 10) < 1e-7);
  assert.throws(() => objectives.latency.score(spiking, context), /event network/);
});
