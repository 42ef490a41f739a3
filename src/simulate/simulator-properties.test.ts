// What a change of a network that means nothing must not change.

import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { spikingEvents, spikingImages, spikingModel } from "../../test/spiking-models.ts";
import { ifSubtract, spikingNetworks } from "../../test/spiking-networks.ts";
import { loadKernels } from "../kernels/load.ts";
import { averagePool, connect, dense, flatten, neuron, sequential } from "../model/build.ts";
import type { Inference, Model, Tensor } from "../model/model.ts";
import { validateModel } from "../model/validate-model.ts";
import { simulateScalar } from "./scalar-simulator.ts";
import type { SimulationRequest } from "./simulation-request.ts";
import type { SimulationResult } from "./simulation-result.ts";
import { createSimulator } from "./simulator.ts";

const kernels = await loadKernels({ memoryBytes: 64 * 1024 * 1024 });
const arithmetics = (["saturate", "wrap"] as const).flatMap((overflow) =>
  ([16, 32] as const).map((potentialBits) => ({ kind: "integer", potentialBits, overflow }) as const),
);

function request(model: Model, count: number): SimulationRequest {
  const set = { ...spikingImages(model, count), spikes: spikingEvents(model, count) };
  return { ...set, firstImage: 0, count, seed: 3, trial: 1, isCancelled: () => false };
}

function run(model: Model, asked: SimulationRequest): SimulationResult {
  return createSimulator(kernels, model, { maximumBatch: 3 }).run(asked);
}

function whole(network: Model["network"], inference: Partial<Inference>, seed = 1): Model {
  return spikingModel(network, { seed, isWhole: true, inference });
}

/** Hidden neurons in another order, or joined by silent ones: `source` names what stands at each place, −1 nobody. */
function rearranged(model: Model, source: readonly number[]): Model {
  const units = source.length;
  const pick = ({ data, shape }: Tensor, width: number): Tensor => {
    const Kind = data.constructor as new (length: number) => typeof data;
    const moved = new Kind(units * width);
    source.forEach((from, to) => {
      for (let k = 0; k < width && from >= 0; k++) moved[to * width + k] = data[from * width + k];
    });
    return { data: moved, shape: [units, ...shape.slice(1)] };
  };
  const { tensors } = model;
  const inputs = tensors["dense1.weight"].shape[1];
  const last = tensors["dense2.weight"];
  const Kind = last.data.constructor as new (length: number) => typeof last.data;
  const columns = new Kind(last.shape[0] * units);
  for (let o = 0; o < last.shape[0]; o++) {
    source.forEach((from, to) => {
      if (from >= 0) columns[o * units + to] = last.data[o * last.shape[1] + from];
    });
  }
  const [first, ...rest] = model.network.layers;
  return {
    ...model,
    network: { ...model.network, layers: [{ ...first, units } as typeof first, ...rest] },
    tensors: {
      ...tensors,
      "dense1.weight": pick(tensors["dense1.weight"], inputs),
      "dense1.bias": pick(tensors["dense1.bias"], 1),
      "dense2.weight": { data: columns, shape: [last.shape[0], units] },
    },
  };
}

const hidden = 21;
const shuffled = Array.from({ length: hidden }, (_, i) => (i * 8) % hidden);
const padded = [-1, ...Array.from({ length: hidden }, (_, i) => i), -1, -1];
const twoLayers = sequential("n", [12], [dense(hidden), ifSubtract, dense(5), neuron()]);

/** One threshold for all, so that neurons can be moved. */
function uniform(model: Model, threshold: number): Model {
  const tensors = Object.entries(model.tensors).filter(([name]) => !name.startsWith("neuron"));
  const single = { shape: [1], data: Float32Array.of(threshold) };
  return {
    ...model,
    tensors: { ...Object.fromEntries(tensors), "neuron1.threshold": single, "neuron2.threshold": single },
  };
}

describe("what means nothing changes nothing", () => {
  for (const [name, source] of Object.entries({ "in another order": shuffled, "with silent ones": padded })) {
    test(`hidden neurons ${name}: nothing changes in integers`, () => {
      for (const arithmetic of arithmetics) {
        for (const coding of ["rate", "events"] as const) {
          const model = uniform(whole(twoLayers, { coding, steps: 9, arithmetic }), 90);
          const asked = request(model, 12);
          const before = run(model, asked);
          const after = run(rearranged(model, source), asked);
          assert.ok(before.layers[3].spikes > 20, "the case must spike");
          assert.deepEqual(after.predictions, before.predictions);
          assert.deepEqual(after.correctPerStep, before.correctPerStep);
          assert.deepEqual(after.layers[3], before.layers[3]);
          assert.equal(after.layers[1].spikes, before.layers[1].spikes);
        }
      }
    });

    test(`hidden neurons ${name}: sums in float32 change by no more than their roundings`, () => {
      const drawn = spikingModel(twoLayers, { seed: 2, weights: "float32", inference: { steps: 4 } });
      // The last layer never fires, so its highest potential is a sum of at most 4 · 21 weights and 4 biases.
      const model = uniform(drawn, 50);
      const quiet = {
        ...model,
        tensors: { ...model.tensors, "neuron2.threshold": { shape: [1], data: Float32Array.of(1e9) } },
      };
      const asked = request(quiet, 12);
      const before = run(quiet, asked);
      const after = run(rearranged(quiet, source), asked);
      const bound = 2 ** -23 * 4 * (hidden + 1) * 128 * (4 * (hidden + 1));
      for (const end of ["potentialLow", "potentialHigh"] as const) {
        const difference = Math.abs(after.layers[3][end] - before.layers[3][end]);
        assert.ok(difference <= bound, `${difference} beyond ${bound}`);
      }
    });
  }
});

describe("integer arithmetic", () => {
  const names = [
    "one dense layer",
    "dense 37-50-33-10",
    "dense with spiking output",
    "strided groups, max pool",
  ];
  for (const arithmetic of arithmetics) {
    test(`simulator and twin agree: ${arithmetic.potentialBits} bits, ${arithmetic.overflow}`, () => {
      let spikes = 0;
      for (const name of [...names, "add and concat"]) {
        for (const coding of ["rate", "latency", "events"] as const) {
          const model = whole(spikingNetworks[name], { coding, steps: 6, arithmetic }, 4);
          validateModel(model);
          const asked = request(model, 5);
          const expected = simulateScalar(model, asked);
          assert.deepEqual(run(model, asked), expected, `${name}, ${coding}`);
          for (const layer of expected.layers) spikes += layer.spikes;
        }
      }
      assert.ok(spikes > 100, "the cases must spike");
    });
  }

  test("16 bits saturate or wrap where 32 do not", () => {
    const network = sequential("n", [1], [dense(1), neuron({ reset: "none" })]);
    const potentialAfter = (potentialBits: 16 | 32, overflow: "saturate" | "wrap"): number => {
      const arithmetic = { kind: "integer", potentialBits, overflow } as const;
      const base = whole(network, { coding: "constant", steps: 400, arithmetic });
      const tensors = {
        "dense1.weight": { shape: [1, 1], data: Int8Array.of(100) },
        "dense1.scale": { shape: [1], data: Float32Array.of(1) },
        "dense1.bias": { shape: [1], data: Float32Array.of(0) },
        "neuron1.threshold": { shape: [1], data: Float32Array.of(2 ** 30) },
      };
      const model: Model = { ...base, tensors, preprocessing: { scale: 1, offset: 0 } };
      const asked = { ...request(model, 1), pixels: Uint8Array.of(1) };
      assert.deepEqual(run(model, asked), simulateScalar(model, asked));
      return run(model, asked).layers[1].potentialHigh;
    };
    assert.equal(potentialAfter(32, "wrap"), 40_000);
    assert.equal(potentialAfter(16, "saturate"), 32_767);
    assert.equal(potentialAfter(16, "wrap"), 32_700);
  });

  test("an IF neuron under constant current z fires clip(floor((V0 + z T) / threshold), 0, T) times", () => {
    const network = sequential("n", [1], [dense(1), ifSubtract]);
    for (const steps of [1, 7, 30]) {
      for (const threshold of [1, 5, 300]) {
        for (const [weight, pixel, bias] of [
          [-3, 2, 1],
          [0, 9, 4],
          [1, 1, 0],
          [7, 3, -2],
          [127, 255, 0],
        ]) {
          for (const start of [0, threshold - 1]) {
            const arithmetic = { kind: "integer", potentialBits: 32, overflow: "saturate" } as const;
            const base = whole(network, { coding: "constant", steps, arithmetic });
            const tensors = {
              "dense1.weight": { shape: [1, 1], data: Int8Array.of(weight) },
              "dense1.scale": { shape: [1], data: Float32Array.of(1) },
              "dense1.bias": { shape: [1], data: Float32Array.of(bias) },
              "neuron1.threshold": { shape: [1], data: Float32Array.of(threshold) },
              "neuron1.initialPotential": { shape: [1], data: Float32Array.of(start) },
            };
            const model: Model = { ...base, tensors, preprocessing: { scale: 1, offset: 0 } };
            const z = weight * pixel + bias;
            const expected = Math.min(Math.max(Math.floor((start + z * steps) / threshold), 0), steps);
            const result = run(model, { ...request(model, 1), pixels: Uint8Array.of(pixel) });
            assert.equal(result.layers[1].spikes, expected, `z ${z}, threshold ${threshold}, T ${steps}`);
          }
        }
      }
    }
  });

  test("what has no integer form is refused by name", () => {
    const arithmetic = { kind: "integer", potentialBits: 16, overflow: "wrap" } as const;
    const refuse = (name: string, rule: RegExp): void => {
      const model = whole(spikingNetworks[name], { arithmetic });
      assert.throws(() => createSimulator(kernels, model), rule);
    };
    refuse("snnTorch to the letter", /layer "neuron1" must be if or lif neurons/);
    refuse("convolution, average pool", /"averagePool1" .*must hand on whole numbers .*sum pool/);
    const heavy = sequential("n", [900], [dense(1), ifSubtract]);
    const large: Model = {
      ...whole(heavy, { coding: "constant", arithmetic }),
      preprocessing: { scale: 1, offset: 0 },
    };
    large.tensors["dense1.weight"].data.fill(-128);
    assert.throws(() => run(large, request(large, 1)), /layer "dense1" must have sums of at most 16777216/);
    // Two such sums come to the bound together, neither alone.
    const sums: Model["network"] = {
      name: "n",
      inputShape: [600],
      layers: [
        { id: "a", inputs: [connect("input")], kind: "dense", units: 1, bias: false },
        { id: "b", inputs: [connect("input")], kind: "dense", units: 1, bias: false },
        { id: "sum", inputs: [connect("a"), connect("b")], kind: "add" },
        { id: "neurons", inputs: [connect("sum")], kind: "neuron", model: "if", reset: "subtract" },
      ],
      output: "neurons",
    };
    const together: Model = {
      ...whole(sums, { coding: "constant", readout: "count", arithmetic }),
      preprocessing: { scale: 1, offset: 0 },
    };
    for (const id of ["a", "b"]) together.tensors[`${id}.weight`].data.fill(-64);
    assert.throws(
      () => run(together, request(together, 1)),
      /layer "sum" must have sums of at most 16777216/,
    );
    const phased = whole(twoLayers, { coding: "phase", arithmetic });
    assert.throws(() => createSimulator(kernels, phased), /inference.coding must give spikes worth a whole/);
    const means = whole(sequential("n", [1, 4, 4], [averagePool(2), flatten(), dense(2), ifSubtract]), {
      coding: "constant",
      arithmetic,
    });
    assert.throws(() => createSimulator(kernels, means), /"averagePool1" .*but got "means"/);
    const gained = whole(twoLayers, { arithmetic });
    const gain = { data: new Float32Array(5).fill(2), shape: [5] };
    const doubled = { ...gained, tensors: { ...gained.tensors, "neuron1.currentGain": gain } };
    assert.throws(
      () => createSimulator(kernels, doubled),
      /"neuron1" must take its input as it is .*gain of 2/,
    );
    const constant = whole(twoLayers, { coding: "constant", arithmetic });
    assert.throws(() => createSimulator(kernels, constant), /preprocessing must be whole numbers/);
    const fraction = spikingModel(twoLayers, { seed: 1, inference: { arithmetic } });
    assert.throws(() => validateModel(fraction), /must be a whole int32 number in integer arithmetic/);
    const floats = spikingModel(twoLayers, {
      seed: 1,
      isWhole: true,
      weights: "float32",
      inference: { arithmetic },
    });
    assert.throws(() => validateModel(floats), /Quantise the weights first/);
  });
});
