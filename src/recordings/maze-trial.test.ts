// Regression on real spikes: a spiking network learns to tell a hand's velocity from the motor cortex.

import assert from "node:assert/strict";
import { existsSync, readFileSync } from "node:fs";
import { test } from "node:test";
import { gunzipSync } from "node:zlib";
import { adamUpdates, spikingModelOf } from "../../test/trained-networks.ts";
import { loadKernels } from "../kernels/load.ts";
import { dense, neuron, sequential } from "../model/build.ts";
import { meanSquaredSeries, rSquared } from "../surrogate/series-losses.ts";
import { initialiseSpiking } from "../surrogate/spiking-network.ts";
import { SurrogateEngine } from "../surrogate/surrogate-engine.ts";
import { type MazeTrial, readMazeTrial } from "./maze-trial.ts";
import { recordedSpikes } from "./recorded-spikes.ts";

const trialAt = (number: number): URL =>
  new URL(`../../../shared/data/mc-maze-trials/trial_${number}_data.csv.gz`, import.meta.url);
const skip = !existsSync(trialAt(748)) && "no ../shared/data/mc-maze-trials";

test("a table becomes spikes by unit and velocities by millisecond, and torn ones are refused by row", () => {
  const head = "timestamp,hand_vel_x,hand_vel_y,unit_7,unit_9";
  const { spikes, velocities, milliseconds } = readMazeTrial(`${head}\n1,2,3,0,1\n2,-4,5.5,1,1\n`, "t");
  assert.deepEqual(
    [[...spikes.timeUs], [...spikes.x]],
    [
      [0, 1000, 1000],
      [1, 0, 1],
    ],
  );
  assert.deepEqual([[...velocities], milliseconds, spikes.width], [[2, 3, -4, 5.5], 2, 2]);
  assert.throws(() => readMazeTrial(`${head}\n1,2,3,0\n`, "t"), /t row 0 must be 5 numbers/);
  assert.throws(() => readMazeTrial("a,b\n1,2\n", "t"), /t must have columns hand_vel_x/);
});

test("a spiking network learns a reach: more than half of the velocity's variance is told", {
  skip,
}, async (context) => {
  const trial = readMazeTrial(gunzipSync(readFileSync(trialAt(748))).toString(), "trial 748");
  assert.deepEqual([trial.milliseconds, trial.spikes.width], [3236, 182]);
  const r2 = await learntR2(trial, 150);
  context.diagnostic(`R² of x and y velocity on the trial trained on: ${[...r2].map((r) => r.toFixed(3))}`);
  assert.ok(Math.min(...r2) > 0.5, `R² ${r2}`);
});

/** R² on the trial itself after so many updates of a network of 48 neurons, steps of 20 ms. */
async function learntR2(trial: MazeTrial, updates: number): Promise<Float64Array> {
  const stepMs = 20;
  const steps = Math.floor(trial.milliseconds / stepMs);
  const kernels = await loadKernels({ memoryBytes: 2 ** 24 });
  const spikes = recordedSpikes([trial.spikes], { steps, stepUs: 1000 * stepMs });
  const neurons = { model: "lif", reset: "subtract" } as const;
  const network = sequential(
    "decoder",
    [182],
    [dense(48), neuron(neurons), dense(2), neuron({ ...neurons, reset: "none", emits: "potential" })],
  );
  const tensors = initialiseSpiking(network, 0, { threshold: 0.3, leak: 0.9 });
  const inference = { steps, coding: "events", readout: "membrane", dtMs: stepMs } as const;
  const model = spikingModelOf(network, tensors, inference, ["x", "y"]);
  const engine = new SurrogateEngine(kernels, {
    model,
    loss: meanSquaredSeries,
    surrogate: "fastSigmoid",
    slope: 10,
    isDetached: true,
    maximumShard: 1,
    spikes,
  });
  engine.targets = velocitySteps(trial, steps, stepMs);
  const update = adamUpdates(kernels, engine, 5e-3);
  for (let step = 0; step < updates; step++) {
    engine.compute(1, 1, { seed: 0, trial: 0, images: Uint32Array.of(0) });
    update();
  }
  return rSquared(engine.outputs, engine.targets, 2);
}

/** Means over steps, in units of 100 mm/s. */
function velocitySteps({ velocities }: MazeTrial, steps: number, stepMs: number): Float32Array {
  const means = new Float32Array(2 * steps);
  for (let i = 0; i < 2 * steps * stepMs; i++)
    means[2 * Math.floor(i / (2 * stepMs)) + (i % 2)] += velocities[i] / (100 * stepMs);
  return means;
}
