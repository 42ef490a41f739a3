// Signed neurons and warm-ups: twins, closed forms, and what must be refused.

import assert from "node:assert/strict";
import { test } from "node:test";
import { spikingEvents, spikingImages, spikingModel } from "../../test/spiking-models.ts";
import { spikingNetworks } from "../../test/spiking-networks.ts";
import { InvalidValueError } from "../base/errors.ts";
import { loadKernels } from "../kernels/load.ts";
import { dense, neuron, sequential } from "../model/build.ts";
import type { Inference, Model } from "../model/model.ts";
import type { Layer, Network } from "../model/network.ts";
import { spikingDepth } from "../model/spiking-depth.ts";
import { validateModel } from "../model/validate-model.ts";
import type { NeuronForm } from "../neuron/neuron-form.ts";
import { simulateScalar } from "./scalar-simulator.ts";
import type { SimulationRequest } from "./simulation-request.ts";
import { noClass, type SimulationResult } from "./simulation-result.ts";
import { createSimulator } from "./simulator.ts";

const kernels = await loadKernels({ memoryBytes: 64 * 1024 * 1024 });

/** The same network of other neurons; integrators stay integrators. */
function withNeurons(network: Network, formOf: (place: number) => Partial<NeuronForm>): Network {
  const layers = network.layers.map((layer, place): Layer => {
    if (layer.kind !== "neuron") return layer;
    const { id, inputs, kind, emits } = layer;
    if (emits === "potential") return { id, inputs, kind, model: "lif", reset: "none", emits };
    return { id, inputs, kind, model: "if", reset: "subtract", ...formOf(place) };
  });
  return { ...network, layers };
}

function request(model: Model, count: number, seed: number): SimulationRequest {
  const set = { ...spikingImages(model, count, seed), spikes: spikingEvents(model, count, seed) };
  return { ...set, firstImage: 1, count: count - 1, seed, trial: 0, isCancelled: () => false };
}

/** Run both simulators with everything observed and compare; undefined where both refuse. */
function twins(model: Model, seed: number): SimulationResult | undefined {
  validateModel(model);
  const asked = request(model, 5, seed);
  const observed = (run: (request: SimulationRequest) => SimulationResult) => {
    const seen: unknown[] = [];
    const result = run({
      ...asked,
      observe: ({ layer, firstImage, images, neurons, counts, potentials }) => {
        for (let i = 0; i < images; i++) {
          const range = [i * neurons, (i + 1) * neurons] as const;
          seen.push([`${layer} ${firstImage + i}`, counts.slice(...range), potentials.slice(...range)]);
        }
      },
    });
    return { result, seen };
  };
  let expected: ReturnType<typeof observed>;
  try {
    expected = observed((asked) => simulateScalar(model, asked));
  } catch (error) {
    assert.ok(error instanceof InvalidValueError);
    assert.throws(() => createSimulator(kernels, model), { message: error.message });
    return undefined;
  }
  const got = observed((asked) => createSimulator(kernels, model, { maximumBatch: 2 }).run(asked));
  assert.deepEqual(got.result, expected.result);
  const hasLoops = got.seen.length < expected.seen.length;
  if (!hasLoops) assert.deepEqual(new Set(got.seen), new Set(expected.seen));
  return expected.result;
}

const mixed = (seed: number) => (place: number) => ({
  model: (place + seed) % 3 === 0 ? ("lif" as const) : ("if" as const),
  ...((place + seed) % 2 === 0 && { isSigned: true as const }),
});

test("signed neurons do what their twin does in every kind of network, and take spikes back", () => {
  let networks = 0;
  let withNegative = 0;
  for (const [name, network] of Object.entries(spikingNetworks)) {
    for (const coding of ["poisson", "events", "constant"] as const) {
      const seed = networks + 1;
      const options = { seed, weights: networks % 2 === 0 ? "int" : "float32" } as const;
      const signed = spikingModel(withNeurons(network, mixed(seed)), {
        ...options,
        inference: { coding, steps: 9 },
      });
      const plain = { ...signed, network: withNeurons(network, () => ({})) };
      const result = twins(signed, seed);
      if (result === undefined) continue;
      networks++;
      const spikes = (of: SimulationResult): number =>
        of.layers.reduce((sum, layer) => sum + layer.spikes, 0);
      if (spikes(result) !== spikes(simulateScalar(plain, request(plain, 5, seed)))) withNegative++;
      assert.ok(result.images === 4, name);
    }
  }
  assert.ok(networks > 30 && withNegative > 15, `${networks} networks, ${withNegative} with negative spikes`);
});

for (const rule of ["residual", "offset"] as const) {
  test(`a warm-up by ${rule} does what its twin does in every network that may have one`, () => {
    let networks = 0;
    let spikes = 0;
    for (const network of Object.values(spikingNetworks)) {
      for (const seed of [1, 2]) {
        const isSigned = rule === "residual" && seed === 2;
        const form = (place: number): Partial<NeuronForm> =>
          isSigned ? mixed(seed)(place) : { model: place % 3 === 1 ? "lif" : "if" };
        const changed = withNeurons(network, form);
        const steps = 3 * Math.max(1, spikingDepth(network));
        const inference: Partial<Inference> = {
          coding: rule === "offset" || seed === 1 ? "constant" : "poisson",
          steps: steps + 4,
          warmUp: { rule, steps },
        };
        const result = twins(spikingModel(changed, { seed, inference }), seed);
        if (result === undefined) continue;
        networks++;
        for (const layer of result.layers) spikes += layer.spikes;
        assert.deepEqual(result.correctPerStep.slice(0, steps), new Array(steps).fill(0));
      }
    }
    assert.ok(networks > 10 && spikes > 1000, `${networks} networks, ${spikes} spikes`);
  });
}

/** One neuron a class, each behind one input that is held at 1. */
function bench(
  drives: readonly (readonly number[])[],
  form: Partial<NeuronForm>,
  inference: Partial<Inference>,
  start = 0.5,
): Model {
  const units = drives.length;
  const network = sequential("bench", [units], [dense(units, false), neuron(form)]);
  const model = spikingModel(network, { seed: 1, weights: "float32", inference });
  const weight = new Float32Array(units * units);
  drives.forEach((row, o) => {
    weight.set(row, o * units);
  });
  const single = (value: number) => ({ shape: [1], data: Float32Array.of(value) });
  return {
    ...model,
    tensors: {
      "dense1.weight": { shape: [units, units], data: weight },
      "neuron1.threshold": single(1),
      "neuron1.initialPotential": single(start),
    },
  };
}

/** Inputs as they come, one list of spiking inputs a step. */
function counts(model: Model, lists: readonly (readonly number[])[]): number[] {
  const ends: number[] = [];
  let end = 0;
  for (const list of lists) {
    end += list.length;
    ends.push(end);
  }
  const inputs = model.network.inputShape[0];
  const spikes = {
    samples: 1,
    steps: lists.length,
    inputs,
    events: Int32Array.from(lists.flat()),
    ends: Int32Array.from(ends),
  };
  let found: number[] = [];
  createSimulator(kernels, model).run({
    pixels: new Uint8Array(0),
    spikes,
    labels: Uint8Array.of(0),
    firstImage: 0,
    count: 1,
    seed: 0,
    trial: 0,
    isCancelled: () => false,
    observe: ({ counts }) => {
      found = Array.from(counts);
    },
  });
  return found;
}

test("a signed neuron ends at its clipped sum in whatever order its input comes", () => {
  // +1 of input 0, −1 of input 1: one neuron may fire too early and take it back, the other never sends below 0.
  const drives = [
    [1, -1],
    [-1, 1],
  ];
  const ups = [[0], [0], [0], [1], [1], [], []];
  const downs = [[1], [1], [0], [0], [0], [], []];
  for (const [lists, sum] of [
    [ups, 1],
    [downs, 1],
    [[...ups].reverse(), 1],
  ] as const) {
    const signed = bench(drives, { isSigned: true }, { coding: "events", steps: 7, readout: "count" }, 0);
    assert.deepEqual(counts(signed, lists), [sum, 0]);
  }
  const plain = bench(drives, {}, { coding: "events", steps: 7, readout: "count" }, 0);
  assert.deepEqual(counts(plain, ups), [3, 0], "without a sign nothing is taken back");
});

test("neurons without a residual are mute after the warm-up, and nothing is decided in it", () => {
  // In the warm-up the first neuron fires twice and ends at −3.5, the second is owed half a spike.
  const drives = [
    [1, -4],
    [0.3, 0.1],
  ];
  const lists = [[0], [0], [1], [0], [0], [0], [0]];
  const inference = { coding: "events", readout: "count", warmUp: { rule: "residual", steps: 3 } } as const;
  const model = bench(drives, {}, { ...inference, steps: 7 });
  // Behind the warm-up: 0.5 + 4 · 0.3 = 1.7 is one spike of the second, the first keeps silent at + 4.
  assert.deepEqual(counts(model, lists), [0, 1]);
  const without = bench(drives, {}, { coding: "events", readout: "count", steps: 7 });
  assert.deepEqual(counts(without, lists.slice(3).concat([[], [], []])), [4, 1]);
});

test("a warm-up by offset brings a held input's spikes to the quantised sum", () => {
  // The first layer sends at once or late; the neuron of the second must end at its clipped, rounded sum.
  const network = sequential("offset", [2], [dense(2, false), neuron(), dense(1, false), neuron()]);
  const steps = 4;
  const single = (value: number) => ({ shape: [1], data: Float32Array.of(value) });
  let corrected = 0;
  for (let a = 0; a <= 8; a++) {
    for (let b = 0; b <= 8; b++) {
      const ran = (inference: Partial<Inference>): number => {
        const model = spikingModel(network, {
          seed: 1,
          weights: "float32",
          inference: { coding: "constant", readout: "count", ...inference },
        });
        const tensors = {
          "dense1.weight": { shape: [2, 2], data: Float32Array.of(a / 8, 0, 0, b / 8) },
          "dense2.weight": { shape: [1, 2], data: Float32Array.of(1, -1) },
          "neuron1.threshold": single(1),
          "neuron2.threshold": single(1),
          "neuron1.initialPotential": single(0.5),
          "neuron2.initialPotential": single(0.5),
        };
        let count = 0;
        createSimulator(kernels, { ...model, tensors }).run({
          pixels: Uint8Array.of(255, 255),
          labels: Uint8Array.of(0),
          firstImage: 0,
          count: 1,
          seed: 0,
          trial: 0,
          isCancelled: () => false,
          observe: ({ layer, counts }) => {
            if (layer === "neuron2") [count] = counts;
          },
        });
        return count;
      };
      const rounded = (eighths: number): number => Math.floor((eighths / 8) * steps + 0.5);
      const wanted = Math.max(0, rounded(a) - rounded(b));
      const plain = ran({ steps });
      const offset = ran({ steps: 3 * steps, warmUp: { rule: "offset", steps: 2 * steps } });
      assert.ok(Math.abs(offset - wanted) <= Math.abs(plain - wanted), `${a}, ${b}: ${plain}, ${offset}`);
      if (plain !== wanted && offset === wanted) corrected++;
    }
  }
  assert.ok(corrected > 0, "some case must need the correction");
});

test("in a warm-up by offset only corrected layers send, and a run's rest steps are not charged", () => {
  const network = sequential("n", [6], [dense(5), neuron(), dense(4), neuron()]);
  const inference = { coding: "constant", steps: 14, warmUp: { rule: "offset", steps: 8 } } as const;
  const model = spikingModel(network, { seed: 3, inference });
  const pixels = Uint8Array.of(255, 90, 200, 0, 160, 30);
  const asked = { pixels, labels: Uint8Array.of(0), firstImage: 0, count: 1, seed: 0, trial: 0 };
  const { layers, operationsPerStep } = createSimulator(kernels, model).run({
    ...asked,
    isCancelled: () => false,
  });
  const [, first, , second] = layers;
  // The first layer is corrected in 4 steps and runs in 4 and 6, the second rests, is corrected and runs.
  assert.equal(first.neuronUpdates, 5 * 14);
  assert.equal(second.neuronUpdates, 4 * 10);
  assert.ok(operationsPerStep[0] > 0, "held input is charged once");
  assert.deepEqual(operationsPerStep.slice(1, 4), [0, 0, 0]);
  // The first layer's second run is its first once more.
  assert.ok(operationsPerStep.slice(4, 8).some((additions) => additions > 0));
  assert.deepEqual(operationsPerStep.slice(4, 8), operationsPerStep.slice(8, 12));
});

test("what cannot have a warm-up is refused by name", () => {
  const network = sequential("n", [6], [dense(5), neuron(), dense(4), neuron()]);
  const refused = (changed: Network, inference: Partial<Inference>, where: RegExp): void => {
    const model = spikingModel(changed, {
      seed: 3,
      isWhole: true,
      inference: { coding: "constant", steps: 9, ...inference },
    });
    assert.throws(() => {
      validateModel(model);
      createSimulator(kernels, model);
    }, where);
  };
  const offset = (steps: number) => ({ rule: "offset", steps }) as const;
  const residual = (steps: number) => ({ rule: "residual", steps }) as const;
  refused(network, { warmUp: residual(9) }, /inference\.warmUp\.steps must be a whole number from 1 to 8/);
  refused(network, { warmUp: residual(0) }, /inference\.warmUp\.steps/);
  refused(network, { warmUp: { rule: "other" as "offset", steps: 2 } }, /inference\.warmUp\.rule/);
  refused(network, { warmUp: offset(5) }, /must be a multiple of the spiking layers in a row \(2\)/);
  refused(network, { warmUp: offset(4), coding: "poisson" }, /inference\.coding must be constant/);
  refused(
    withNeurons(network, () => ({ reset: "zero" })),
    { warmUp: residual(4) },
    /layer "neuron1"/,
  );
  refused(
    withNeurons(network, () => ({ isSigned: true })),
    { warmUp: offset(4) },
    /layer "neuron1" must be unsigned/,
  );
  const looped = Object.entries(spikingNetworks).find(([name]) => /loop/.test(name));
  assert.ok(looped !== undefined);
  refused(
    withNeurons(looped[1], () => ({})),
    { warmUp: residual(4) },
    /must be in no loop/,
  );
  const arithmetic = { kind: "integer", potentialBits: 32, overflow: "saturate" } as const;
  refused(
    network,
    { warmUp: residual(4), arithmetic, coding: "rate" },
    /inference\.arithmetic must be float32/,
  );
  assert.throws(
    () => sequential("n", [3], [dense(2), neuron({ isSigned: true, reset: "zero" })]),
    /isSigned/,
  );
});

test("no class is decided in a warm-up that takes all but one step", () => {
  const network = sequential("n", [6], [dense(5), neuron(), dense(4)]);
  const inference = { coding: "constant", steps: 5, warmUp: { rule: "residual", steps: 4 } } as const;
  const model = spikingModel(network, { seed: 3, inference });
  const result = createSimulator(kernels, model).run(request(model, 20, 4));
  assert.deepEqual(result.correctPerStep.slice(0, 4), [0, 0, 0, 0]);
  assert.ok(result.correctPerStep[4] > 0);
  assert.ok(!result.predictions.includes(noClass));
});
