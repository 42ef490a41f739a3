// The engine beyond its gradients: regression, penalties on activity, random draws, refusals.

import assert from "node:assert/strict";
import { test } from "node:test";
import { spikingEvents } from "../../test/spiking-models.ts";
import { adamUpdates, spikingModelOf } from "../../test/trained-networks.ts";
import { Random } from "../base/random.ts";
import type { InputSpikes } from "../coding/input-spikes.ts";
import { loadKernels } from "../kernels/load.ts";
import {
  batchNorm,
  conv2d,
  dense,
  flatten,
  type LayerSpec,
  maxPool,
  neuron,
  relu,
  sequential,
} from "../model/build.ts";
import type { Inference, Model } from "../model/model.ts";
import type { Shape } from "../model/network.ts";
import { meanSquaredSeries, rSquared, seriesLosses } from "./series-losses.ts";
import { drawShift, shiftedSpikes } from "./shifted-spikes.ts";
import { initialiseSpiking } from "./spiking-network.ts";
import { SurrogateEngine, type SurrogateEngineOptions } from "./surrogate-engine.ts";

const kernels = await loadKernels({ memoryBytes: 2 ** 23 });

function spikingModel(
  inputShape: Shape,
  layers: readonly LayerSpec[],
  inference: Partial<Inference>,
  seed = 0,
): Model {
  const network = sequential("test", inputShape, layers);
  const tensors = initialiseSpiking(network, seed, { threshold: 0.5, leak: 0.9, minimumPotential: -1 });
  return spikingModelOf(network, tensors, inference);
}

/** Without floors of potentials, which training refuses. */
function bare(model: Model): Model {
  const tensors = Object.entries(model.tensors).filter(([name]) => !name.endsWith("minimumPotential"));
  return { ...model, tensors: Object.fromEntries(tensors) };
}

const common = { surrogate: "atan", slope: 2, isDetached: true, maximumShard: 20 } as const;
const places = Uint32Array.from({ length: 20 }, (_, i) => i);

test("a regression on spikes learns what another network gives, at every step", () => {
  const mark = kernels.mark();
  const layers = [
    dense(30),
    neuron({ model: "lif" }),
    dense(2),
    neuron({ model: "lif", reset: "none", emits: "potential" }),
  ];
  const [steps, inputs, samples] = [10, 12, 20];
  const random = new Random({ seed: 0, trial: -1, purpose: "regression", index: 0 });
  const events: number[] = [];
  const ends = Int32Array.from({ length: samples * steps }, () => {
    for (let i = 0; i < inputs; i++) if (random.uniform() < 0.3) events.push(i);
    return events.length;
  });
  const spikes: InputSpikes = { samples, steps, inputs, events: Int32Array.from(events), ends };
  const of = (seed: number): SurrogateEngine => {
    const model = bare(
      spikingModel([inputs], layers, { coding: "events", readout: "membrane", steps }, seed),
    );
    return new SurrogateEngine(kernels, { ...common, model, loss: meanSquaredSeries, spikes });
  };
  const [teacher, student] = [of(1), of(2)];
  teacher.targets = new Float32Array(steps * samples * 2);
  const draws = { seed: 0, trial: 0, images: places };
  teacher.compute(samples, 1 / samples, draws);
  student.targets = teacher.outputs;
  const update = adamUpdates(kernels, student, 0.02);
  const fit = (): number => rSquared(student.outputs, teacher.outputs, 2).reduce((a, b) => Math.min(a, b));
  student.compute(samples, 1 / samples, draws);
  const before = fit();
  for (let k = 0; k < 400; k++) {
    update();
    student.compute(samples, 1 / samples, draws);
  }
  assert.ok(before < 0 && fit() > 0.7, `R² went from ${before} to ${fit()}`);
  kernels.release(mark);
});

test("a penalty on activity quiets layers above their target and leaves the others' gradients to the last bit", () => {
  const mark = kernels.mark();
  const model = bare(spikingModel([8], [dense(40), neuron({ model: "lif" }), dense(3), neuron()], {}));
  const made = (activity?: SurrogateEngineOptions["activity"]): SurrogateEngine => {
    const loss = seriesLosses.countCrossEntropy;
    const engine = new SurrogateEngine(kernels, { ...common, model, loss, ...(activity && { activity }) });
    engine.pixels.forEach((_, i) => {
      engine.pixels[i] = (i * 37) % 256;
    });
    engine.compute(20, 1 / 20, { seed: 0, trial: 0, images: places });
    return engine;
  };
  const plain = made();
  const { neuron1: rate } = plain.rates;
  assert.ok(rate > 0.05, `rate ${rate}`);
  assert.deepEqual(made({ weight: 5, target: rate + 0.01 }).gradient, plain.gradient);
  const quiet = made({ weight: 50, target: 0.01 });
  const update = adamUpdates(kernels, quiet, 0.01);
  for (let k = 0; k < 30; k++) {
    update();
    quiet.compute(20, 1 / 20, { seed: 0, trial: 0, images: places });
  }
  assert.ok(quiet.rates["neuron1"] < 0.6 * rate, `${quiet.rates["neuron1"]} of ${rate}`);
  kernels.release(mark);
});

test("random codes draw anew for another trial, and the same for the same", () => {
  const mark = kernels.mark();
  const model = bare(
    spikingModel([8], [dense(20), neuron(), dense(3)], { coding: "poisson", readout: "membrane" }),
  );
  const engine = new SurrogateEngine(kernels, { ...common, model, loss: seriesLosses.lastPotential });
  engine.pixels.fill(100);
  const outputsOf = (trial: number): Float32Array => {
    engine.compute(20, 1, { seed: 0, trial, images: places });
    return engine.outputs;
  };
  assert.deepEqual(outputsOf(1), outputsOf(1));
  assert.notDeepEqual(outputsOf(1), outputsOf(2));
  kernels.release(mark);
});

test("shifted samples have the derivatives of samples that were shifted by hand, others in every trial", () => {
  const mark = kernels.mark();
  const layers = [flatten(), dense(12), neuron({ model: "lif" }), dense(3)];
  const shape = [2, 4, 5];
  const model = bare(spikingModel(shape, layers, { coding: "events", readout: "membrane", steps: 6 }));
  const set = spikingEvents(model, 5);
  const loss = seriesLosses.lastPotential;
  const images = Uint32Array.of(4, 1, 3);
  const gradientOf = (spikes: InputSpikes, trial: number, shiftInputs: number): Float32Array => {
    const engine = new SurrogateEngine(kernels, { ...common, model, loss, spikes, shiftInputs });
    engine.compute(3, 1, { seed: 7, trial, images });
    return engine.gradient;
  };
  const events: number[] = [];
  const ends: number[] = [];
  for (let sample = 0; sample < 5; sample++) {
    const start = sample === 0 ? 0 : set.ends[6 * sample - 1];
    const own = {
      events: set.events.subarray(start),
      ends: set.ends.slice(6 * sample, 6 * sample + 6).map((end) => end - start),
    };
    const moved = shiftedSpikes(own, shape, drawShift({ seed: 7, trial: -2 }, sample, shape, 2));
    for (const end of moved.ends) ends.push(events.length + end);
    events.push(...moved.events.subarray(0, moved.ends[5]));
  }
  const byHand = { ...set, events: Int32Array.from(events), ends: Int32Array.from(ends) };
  assert.deepEqual(gradientOf(set, -2, 2), gradientOf(byHand, 0, 0));
  assert.notDeepEqual(gradientOf(set, -3, 2), gradientOf(set, -2, 2));
  kernels.release(mark);
});

const refused: Readonly<Record<string, readonly [layers: readonly LayerSpec[], message: RegExp]>> = {
  "refractory steps": [[dense(3), neuron({ refractorySteps: 1 }), dense(2)], /neuron1.*refractory steps/],
  "several spikes a step": [[dense(3), neuron({ maximumSpikes: 2 }), dense(2)], /neuron1.*several spikes/],
  "floors of potentials": [[dense(3), neuron(), dense(2)], /neuron1.*a minimum potential/],
  relus: [[dense(3), relu(), dense(2)], /relu1.*must be no relu/],
  "sums as a layer's input": [[dense(3), dense(2)], /dense2.*must be fed with spikes/],
};
for (const [name, [layers, message]] of Object.entries(refused)) {
  test(`${name} are refused, by the layer's name`, () => {
    const given = spikingModel([4], layers, { coding: "rate", readout: "membrane" });
    const model = name.startsWith("floors") ? given : bare(given);
    const loss = seriesLosses.lastPotential;
    assert.throws(() => new SurrogateEngine(kernels, { ...common, model, loss }), {
      name: "InvalidValueError",
      message,
    });
  });
}

test("max pools of spikes, losses of another kind of output and batch norm over some of the steps are refused", () => {
  const image = [1, 6, 6];
  const pooled = [conv2d({ channels: 2, kernel: 3 }), neuron(), maxPool(2), flatten(), dense(2)];
  const made = (layers: readonly LayerSpec[], more: Partial<SurrogateEngineOptions>): SurrogateEngine => {
    const model = bare(spikingModel(image, layers, { readout: "membrane" }));
    return new SurrogateEngine(kernels, { ...common, model, loss: seriesLosses.lastPotential, ...more });
  };
  assert.throws(() => made(pooled, {}), /maxPool1.*must pool sums before their neurons/);
  const plain = [flatten(), dense(3), neuron(), dense(2)];
  assert.throws(() => made(plain, { loss: seriesLosses.firstSpike }), /must be one of potentials/);
  const normed = [flatten(), dense(3), batchNorm(), neuron(), dense(2)];
  assert.throws(() => made(normed, { stepsInMemory: 2 }), /must have all steps in memory/);
});
