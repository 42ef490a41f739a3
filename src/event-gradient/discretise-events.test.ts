// Event networks on a clock: the step simulator runs them, and with the step their errors go away.

import assert from "node:assert/strict";
import { test } from "node:test";
import { drawnWeights, drawOf } from "../../test/event-networks.ts";
import { InvalidValueError } from "../base/errors.ts";
import { loadKernels } from "../kernels/load.ts";
import type { FlowTrace } from "../simulate/simulation-request.ts";
import { createSimulator } from "../simulate/simulator.ts";
import { resolve } from "../space/resolve.ts";
import { type DiscretiseOptions, discretiseEvents, stepSpikes } from "./discretise-events.ts";
import { type EventNetwork, eventNetwork } from "./event-network.ts";
import { eventCodingFields } from "./labelled-trains.ts";
import { latencyFields, latencyTrains } from "./latency-trains.ts";
import { type EventWeights, spikeTimes } from "./spike-times.ts";
import { type SpikeTrains, sampleOf } from "./spike-trains.ts";

const kernels = await loadKernels();
const samples = 12;

const tau = { tauSynapseS: 0.05, tauMembraneS: 0.1 };
const equal = { tauSynapseS: 0.08, tauMembraneS: 0.08 };

function networkOf(neuron: typeof tau, maxSpikes: number): EventNetwork {
  return eventNetwork({
    inputShape: [12],
    windowS: 0.2,
    layers: [
      { id: "hidden", kind: "dense", units: 16, threshold: 0.02, maxSpikes, ...neuron },
      { id: "output", kind: "dense", units: 3, threshold: 0.03, maxSpikes, ...neuron },
    ],
  });
}

const convolution = eventNetwork({
  inputShape: [1, 6, 6],
  windowS: 0.2,
  layers: [
    { id: "conv", kind: "conv2d", channels: 3, kernel: [3, 3], threshold: 0.02, maxSpikes: 4096, ...tau },
    { id: "pool", kind: "pool", kernel: [2, 2] },
    { id: "output", kind: "dense", units: 3, threshold: 0.03, maxSpikes: 4096, ...tau },
  ],
});

function drawnInputs(inputs: number): SpikeTrains {
  const draw = drawOf(41);
  const values = Float64Array.from({ length: samples * inputs }, () => draw.uniform());
  return latencyTrains({ values, inputs }, resolve("coding", latencyFields, {}));
}

const options: Omit<DiscretiseOptions, "weights" | "dtS"> = {
  bits: "float32",
  decoding: "count",
  classes: ["a", "b", "c"],
};

/** Times of the output's spikes by sample and neuron, at the beginnings of their steps. */
function steppedTimes(network: EventNetwork, weights: EventWeights, inputs: SpikeTrains, dtS: number) {
  const model = discretiseEvents(network, { ...options, weights, dtS });
  const found: number[][][] = [];
  const trace = ({ firstImage, images, flows }: FlowTrace): void => {
    const flow = flows.get("output");
    assert.ok(flow?.kind === "spikes");
    const steps = model.inference?.steps ?? 0;
    for (let i = 0; i < images; i++) {
      const byNeuron: number[][] = [[], [], []];
      for (let t = 0; t < steps; t++) {
        const segment = i * steps + t;
        for (let e = segment === 0 ? 0 : flow.ends[segment - 1]; e < flow.ends[segment]; e++)
          byNeuron[flow.events[e]].push(t * dtS);
      }
      found[firstImage + i] = byNeuron;
    }
  };
  createSimulator(kernels, model).run({
    pixels: new Uint8Array(0),
    spikes: stepSpikes(network, inputs, dtS),
    labels: new Uint8Array(samples),
    firstImage: 0,
    count: samples,
    seed: 0,
    trial: 0,
    isCancelled: () => false,
    trace,
  });
  return found;
}

/** Mean distance of spikes that both have, s, and the share of trains of another length. */
function errorOf(network: EventNetwork, weights: EventWeights, inputs: SpikeTrains, dtS: number) {
  const found = steppedTimes(network, weights, inputs, dtS);
  let [distance, spikes, otherTrains] = [0, 0, 0];
  for (let s = 0; s < samples; s++) {
    const exact: number[][] = [[], [], []];
    const output = spikeTimes(network, weights, sampleOf(inputs, s)).at(-1);
    output?.neuron.forEach((n, k) => {
      exact[n].push(output.timeS[k]);
    });
    for (const [n, times] of exact.entries()) {
      if (times.length !== found[s][n].length) otherTrains++;
      for (let k = 0; k < Math.min(times.length, found[s][n].length); k++) {
        distance += Math.abs(times[k] - found[s][n][k]);
        spikes++;
      }
    }
  }
  assert.ok(spikes > 20, `${spikes} spikes are too few to compare`);
  return { distanceS: distance / spikes, otherTrains };
}

for (const [name, network] of [
  ["many spikes, τ = 2 τₛ", networkOf(tau, 4096)],
  ["many spikes, τ = τₛ", networkOf(equal, 4096)],
  ["one spike", networkOf(tau, 1)],
  ["caps that cut trains short", networkOf(tau, 3)],
  ["convolution and pool", convolution],
] as const) {
  test(`spike times on a clock come closer as the step shrinks: ${name}`, () => {
    const inputs = drawnInputs(network.inputShape.reduce((product, size) => product * size, 1));
    const weights = drawnWeights(network, drawOf(3), -0.5, 1.5);
    const errors = [0.004, 0.001, 0.00025].map((dtS) => errorOf(network, weights, inputs, dtS));
    for (const [coarse, fine] of [
      [errors[0], errors[1]],
      [errors[1], errors[2]],
    ]) {
      assert.ok(fine.distanceS < 0.5 * coarse.distanceS, JSON.stringify(errors));
      assert.ok(fine.otherTrains <= coarse.otherTrains, JSON.stringify(errors));
    }
    // Of first order: a quarter of a millisecond may cost some steps, not some milliseconds.
    assert.ok(errors[2].distanceS < 0.001, JSON.stringify(errors));
    // Where hidden neurons fired on, so would the output.
    assert.ok(errors[2].otherTrains <= 2, JSON.stringify(errors));
  });
}

test("stored codes are what the thresholds are scaled for: 8 bits fire nearly as float32 does", () => {
  const network = networkOf(tau, 4096);
  const weights = drawnWeights(network, drawOf(3), -0.5, 1.5);
  const inputs = drawnInputs(12);
  const counts = (bits: 8 | "float32"): number => {
    const model = discretiseEvents(network, { ...options, weights, bits, dtS: 0.001 });
    const result = createSimulator(kernels, model).run({
      pixels: new Uint8Array(0),
      spikes: stepSpikes(network, inputs, 0.001),
      labels: new Uint8Array(samples),
      firstImage: 0,
      count: samples,
      seed: 0,
      trial: 0,
      isCancelled: () => false,
    });
    return result.layers.reduce((sum, { spikes }) => sum + spikes, 0);
  };
  assert.ok(Math.abs(counts(8) / counts("float32") - 1) < 0.03);
});

test("images with a latency code give the discrete network the spikes their times stand for", () => {
  const network = networkOf(tau, 1);
  const weights = drawnWeights(network, drawOf(3), -0.5, 1.5);
  const draw = drawOf(8);
  const pixels = Uint8Array.from({ length: samples * 12 }, () => draw.integer(256));
  const coding = resolve("coding", eventCodingFields, {});
  const dtS = 0.001;
  const request = {
    labels: new Uint8Array(samples),
    firstImage: 0,
    count: samples,
    seed: 0,
    trial: 0,
    isCancelled: () => false,
  };
  const fromPixels = discretiseEvents(network, {
    ...options,
    weights,
    dtS,
    pixels: { coding, imageShape: [1, 3, 4] },
  });
  const fromSpikes = discretiseEvents(network, { ...options, weights, dtS });
  const trains = latencyTrains({ values: pixels, inputs: 12 }, coding);
  // Pixels are rounded to the nearest step, times are cut: half a step later they are the same.
  const later = { ...trains, timeS: trains.timeS.map((t) => t + dtS / 2) };
  const one = createSimulator(kernels, fromPixels).run({ ...request, pixels });
  const other = createSimulator(kernels, fromSpikes).run({
    ...request,
    pixels: new Uint8Array(0),
    spikes: stepSpikes(network, later, dtS),
  });
  assert.deepEqual(one.predictions, other.predictions);
  assert.deepEqual(
    one.layers.map(({ spikes }) => spikes),
    other.layers.map(({ spikes }) => spikes),
  );
});

test("steps, widths and codes that have no clock are refused", () => {
  const network = networkOf(tau, 1);
  const weights = drawnWeights(network, drawOf(3), 0, 1);
  const coding = resolve("coding", eventCodingFields, {});
  const refused: readonly Partial<DiscretiseOptions>[] = [
    { dtS: 0 },
    { dtS: 1e-6 },
    { bits: 9 },
    { pixels: { coding: { ...coding, biasS: 0.1 }, imageShape: [12] } },
    { pixels: { coding, imageShape: [13] } },
    { pixels: { coding, imageShape: [12] }, dtS: 0.0007 },
  ];
  for (const wrong of refused) {
    assert.throws(
      () => discretiseEvents(network, { ...options, weights, dtS: 0.001, ...wrong }),
      InvalidValueError,
      JSON.stringify(wrong),
    );
  }
});
