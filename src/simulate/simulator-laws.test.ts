import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { spikingImages, spikingModel } from "../../test/spiking-models.ts";
import { ifSubtract, spikingNetworks } from "../../test/spiking-networks.ts";
import { neverCancelled } from "../base/cancel.ts";
import { CancelledError, InvalidValueError, ResourceError } from "../base/errors.ts";
import { loadKernels } from "../kernels/load.ts";
import { averagePool, connect, conv2d, dense, relu, sequential } from "../model/build.ts";
import type { Model, Tensor, TensorData } from "../model/model.ts";
import type { Network } from "../model/network.ts";
import { simulateScalar } from "./scalar-simulator.ts";
import type { SimulationRequest } from "./simulation-request.ts";
import { mergeResults, noClass, type SimulationResult } from "./simulation-result.ts";
import { createSimulator } from "./simulator.ts";

const kernels = await loadKernels({ memoryBytes: 64 * 1024 * 1024 });
const mlp = spikingNetworks["dense 37-50-33-10"];
const cnn = spikingNetworks["strided groups, max pool"];

function request(model: Model, count: number, change: Partial<SimulationRequest> = {}): SimulationRequest {
  const images = spikingImages(model, count);
  return { ...images, firstImage: 0, count, seed: 3, trial: 1, isCancelled: neverCancelled, ...change };
}

function run(model: Model, asked: SimulationRequest, maximumBatch = 64): SimulationResult {
  return createSimulator(kernels, model, { maximumBatch }).run(asked);
}

/** The model with tensors whose name ends so replaced. */
function withTensors(model: Model, ending: string, change: (value: number, i: number) => number): Model {
  const tensors: Record<string, Tensor> = {};
  for (const [name, tensor] of Object.entries(model.tensors)) {
    const data = tensor.data.slice() as TensorData;
    if (name.endsWith(ending)) for (let i = 0; i < data.length; i++) data[i] = change(data[i], i);
    tensors[name] = { ...tensor, data };
  }
  return { ...model, tensors };
}

function spikesOf(result: SimulationResult): number {
  return result.layers.reduce((sum, { spikes }) => sum + spikes, 0);
}

describe("laws of simulation", () => {
  test("how images are cut into pieces and runs changes nothing", () => {
    for (const network of [mlp, cnn]) {
      const model = spikingModel(network, { seed: 1, inference: { coding: "poisson" } });
      const asked = request(model, 11);
      const whole = run(model, asked);
      for (const batch of [1, 4, 7]) assert.deepEqual(run(model, asked, batch), whole);
      const first = run(model, { ...asked, count: 4 });
      const second = run(model, { ...asked, firstImage: 4, count: 7 });
      assert.deepEqual(mergeResults(first, second), whole);
    }
  });

  test("results of other steps or other layers are not merged", () => {
    const result = run(
      spikingModel(mlp, { seed: 1, inference: { steps: 3 } }),
      request(spikingModel(mlp, { seed: 1, inference: {} }), 1),
    );
    assert.throws(() => mergeResults(result, { ...result, steps: 4 }), /second result must have 3 steps/);
    assert.throws(
      () => mergeResults(result, { ...result, layers: result.layers.slice(1) }),
      InvalidValueError,
    );
  });

  test("images in another order give the same decisions and counts in that order", () => {
    const model = spikingModel(mlp, { seed: 2, inference: { coding: "rate" } });
    const asked = request(model, 9);
    const size = asked.pixels.length / 9;
    const order = [4, 0, 8, 2, 1, 7, 3, 6, 5];
    const pixels = Uint8Array.from(
      order.flatMap((i) => Array.from(asked.pixels.subarray(i * size, (i + 1) * size))),
    );
    const plain = run(model, asked);
    const shuffled = run(model, { ...asked, pixels, labels: Uint8Array.from(order, (i) => asked.labels[i]) });
    assert.deepEqual(
      Array.from(shuffled.predictions),
      order.map((i) => plain.predictions[i]),
    );
    assert.deepEqual(
      Array.from(shuffled.operationsPerImage),
      order.map((i) => plain.operationsPerImage[i]),
    );
    assert.deepEqual(shuffled.layers, plain.layers);
    assert.deepEqual(shuffled.correctPerStep, plain.correctPerStep);
  });

  test("black images without bias and initial potential cause no spike and no operation", () => {
    for (const network of [mlp, cnn]) {
      for (const coding of ["constant", "rate", "poisson", "latency"] as const) {
        let model = spikingModel(network, { seed: 3, inference: { coding } });
        for (const ending of [".bias", ".initialPotential"]) model = withTensors(model, ending, () => 0);
        const asked = request(model, 3);
        asked.pixels.fill(0);
        const result = run(model, asked);
        assert.equal(spikesOf(result), 0);
        assert.deepEqual(Array.from(result.operationsPerImage), [0, 0, 0]);
      }
    }
  });

  test("doubling weights, biases, thresholds and initial potentials changes no spike", () => {
    const network = spikingNetworks["convolution, average pool"];
    const model = spikingModel(network, { seed: 4, weights: "float32", inference: { coding: "rate" } });
    let doubled = model;
    for (const ending of [".weight", ".bias", ".threshold", ".initialPotential"]) {
      doubled = withTensors(doubled, ending, (value) => 2 * value);
    }
    const asked = request(model, 6);
    const once = run(model, asked);
    const twice = run(doubled, asked);
    assert.ok(spikesOf(once) > 100);
    assert.deepEqual(twice.operationsPerImage, once.operationsPerImage);
    assert.deepEqual(twice.predictions, once.predictions);
    assert.equal(
      twice.layers.find(({ kind }) => kind === "neuron")?.potentialHigh,
      2 * (once.layers.find(({ kind }) => kind === "neuron")?.potentialHigh ?? Number.NaN),
    );
  });

  test("T and 2T steps agree on the decisions of the first T", () => {
    for (const coding of ["constant", "rate", "poisson"] as const) {
      const short = spikingModel(cnn, { seed: 5, inference: { coding, steps: 6 } });
      const long = spikingModel(cnn, { seed: 5, inference: { coding, steps: 12 } });
      const asked = request(short, 40);
      // Labels that are met at step 6, so that disagreement shows.
      asked.labels.set(run(short, asked).predictions);
      const expected = run(short, asked).correctPerStep;
      assert.equal(expected[5], 40);
      assert.deepEqual(run(long, asked).correctPerStep.slice(0, 6), expected, coding);
    }
  });

  test("an IF neuron under constant current z fires clip(floor((v0 + z T) / threshold), 0, T) times", () => {
    const network = sequential("one", [1], [dense(1), ifSubtract]);
    const steps = 12;
    for (const threshold of [2, 5, 64]) {
      for (const weight of [-3, 0, 1, 2, 7, 100]) {
        for (const pixel of [0, 1, 3]) {
          for (const initial of [0, 1]) {
            const tensors = {
              "dense1.weight": { shape: [1, 1], data: Int8Array.of(weight) },
              "dense1.scale": { shape: [1], data: Float32Array.of(1) },
              "dense1.bias": { shape: [1], data: Float32Array.of(1) },
              "neuron1.threshold": { shape: [1], data: Float32Array.of(threshold) },
              "neuron1.initialPotential": { shape: [1], data: Float32Array.of(initial) },
            };
            const base = spikingModel(network, { seed: 0, inference: { coding: "constant", steps } });
            const model: Model = { ...base, tensors, preprocessing: { scale: 1, offset: 0 } };
            const result = run(model, { ...request(model, 1), pixels: Uint8Array.of(pixel) });
            const z = weight * pixel + 1;
            const expected = Math.min(Math.max(Math.floor((initial + z * steps) / threshold), 0), steps);
            assert.equal(spikesOf(result), expected, `z ${z}, threshold ${threshold}, v0 ${initial}`);
          }
        }
      }
    }
  });
});

describe("injected faults", () => {
  test("NaN and infinite weights do what the scalar twin does", () => {
    for (const network of [mlp, cnn, spikingNetworks["dense with spiking output"]]) {
      for (const coding of ["constant", "rate"] as const) {
        const odd = [Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, 1e38];
        const sound = spikingModel(network, { seed: 6, weights: "float32", inference: { coding } });
        const faulty = withTensors(sound, ".weight", (value, i) =>
          i % 29 === 3 ? odd[(i % 31) % 4] : value,
        );
        const asked = request(faulty, 5);
        assert.deepEqual(run(faulty, asked), simulateScalar(faulty, asked));
      }
    }
  });

  test("scores that are all NaN are no class and never correct", () => {
    const sound = spikingModel(mlp, { seed: 7, weights: "float32", inference: {} });
    const faulty = withTensors(sound, "dense3.bias", () => Number.NaN);
    const asked = request(faulty, 4);
    const result = run(faulty, asked);
    assert.deepEqual(Array.from(result.predictions), [noClass, noClass, noClass, noClass]);
    assert.deepEqual(result.correctPerStep, [0, 0, 0, 0, 0]);
  });

  test("exchanged weights run as if the model had held them, and can be put back", () => {
    const model = spikingModel(cnn, { seed: 8, inference: {} });
    const other = withTensors(model, "conv2d1.weight", (value) => value ^ 64);
    const asked = request(model, 4);
    const simulator = createSimulator(kernels, model);
    const before = simulator.run(asked);
    simulator.setWeights("conv2d1", other.tensors["conv2d1.weight"].data as Int8Array);
    const struck = simulator.run(asked);
    assert.deepEqual(struck, run(other, asked));
    assert.notDeepEqual(struck, before);
    simulator.setWeights("conv2d1", model.tensors["conv2d1.weight"].data as Int8Array);
    assert.deepEqual(simulator.run(asked), before);
    assert.throws(() => simulator.setWeights("conv2d1", new Int8Array(3)), InvalidValueError);
    assert.throws(() => simulator.setWeights("neuron1", new Int8Array(3)), InvalidValueError);
  });
});

describe("resources", () => {
  test("a cancelled run throws, gives its memory back, and can be run again", () => {
    const model = spikingModel(mlp, { seed: 9, inference: {} });
    const simulator = createSimulator(kernels, model, { maximumBatch: 2 });
    const mark = kernels.mark();
    let questions = 0;
    const asked = request(model, 20, { isCancelled: () => ++questions > 5 });
    assert.throws(() => simulator.run(asked), CancelledError);
    assert.equal(questions, 6);
    assert.equal(kernels.mark(), mark);
    assert.equal(simulator.run({ ...asked, isCancelled: neverCancelled }).images, 20);
  });

  test("little memory means smaller pieces and the same result; too little is said", async () => {
    const small = await loadKernels({ memoryBytes: 1024 * 1024 });
    const model = spikingModel(spikingNetworks["convolution, average pool"], {
      seed: 1,
      inference: { steps: 40 },
    });
    const asked = request(model, 30);
    assert.deepEqual(createSimulator(small, model).run(asked), run(model, asked));
    const large = spikingModel(sequential("large", [2000], [dense(1000)]), { seed: 1, inference: {} });
    assert.throws(() => createSimulator(small, large).run(request(large, 1)), ResourceError);
    assert.deepEqual(createSimulator(small, model).run(asked), run(model, asked));
  });

  test("images outside the set are refused, no images are fine", () => {
    const model = spikingModel(mlp, { seed: 9, inference: {} });
    const asked = request(model, 3);
    assert.throws(() => run(model, { ...asked, firstImage: 1 }), /images must lie in the set of 3, but got/);
    assert.equal(run(model, { ...asked, count: 0 }).images, 0);
  });
});

test("what cannot be simulated is refused by name", () => {
  const refused = (network: Network, rule: RegExp): void => {
    const model = spikingModel(network, { seed: 0, inference: {} });
    assert.throws(() => createSimulator(kernels, model), rule);
    assert.throws(() => simulateScalar(model, request(model, 0)), rule);
  };
  refused(sequential("n", [3], [dense(2), relu()]), /"relu1" \(relu\) must be converted to neurons/);
  refused(sequential("n", [3], [dense(2), dense(2)]), /"dense2" \(dense\) must be fed with spikes/);
  refused(
    sequential(
      "n",
      [1, 4, 4],
      [conv2d({ channels: 1, kernel: 1 }), averagePool(2), conv2d({ channels: 1, kernel: 1 })],
    ),
    /"conv2d2" .*must be fed with spikes/,
  );
  const late = (id: string, network: Network): Network => ({
    ...network,
    layers: network.layers.map((layer) =>
      layer.id === id ? { ...layer, inputs: layer.inputs.map(({ from }) => connect(from, 1)) } : layer,
    ),
  });
  const held = late("dense1", sequential("n", [3], [dense(2), ifSubtract]));
  const constant = spikingModel(held, { seed: 0, inference: { coding: "constant" } });
  assert.throws(() => createSimulator(kernels, constant), /"dense1" .*must not delay constant input/);
  const unscaled = {
    ...spikingModel(mlp, { seed: 0, inference: {} }),
    preprocessing: { scale: 1, offset: 0 },
  };
  assert.throws(() => createSimulator(kernels, unscaled), /preprocessing must map pixels into \[0, 1\]/);
  assert.throws(() => createSimulator(kernels, { ...unscaled, kind: "ann" }), /model.kind must be snn/);
});
