import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { spikingImages, spikingModel } from "../../test/spiking-models.ts";
import { neverCancelled } from "../base/cancel.ts";
import { Random } from "../base/random.ts";
import { loadKernels } from "../kernels/load.ts";
import {
  averagePool,
  connect,
  conv2d,
  dense,
  flatten,
  type LayerSpec,
  maxPool,
  sequential,
} from "../model/build.ts";
import type { Inference, Model } from "../model/model.ts";
import type { Layer, Network } from "../model/network.ts";
import { inferShapes } from "../model/shapes.ts";
import { validateModel } from "../model/validate-model.ts";
import { simulateScalar } from "./scalar-simulator.ts";
import type { SimulationRequest } from "./simulation-request.ts";
import { mergeResults, noClass, type SimulationResult } from "./simulation-result.ts";
import { createSimulator, type SimulatorOptions } from "./simulator.ts";

const kernels = await loadKernels({ memoryBytes: 64 * 1024 * 1024 });

const ifSubtract: LayerSpec = { kind: "neuron", model: "if", reset: "subtract" };
const ifZero: LayerSpec = { kind: "neuron", model: "if", reset: "zero" };
const lifSubtract: LayerSpec = { kind: "neuron", model: "lif", reset: "subtract" };
const lifZero: LayerSpec = { kind: "neuron", model: "lif", reset: "zero" };

/** A graph whose neurons meet in add and concat. */
function joined(): Network {
  const neuron = (id: string, from: string): Layer => ({
    id,
    inputs: [connect(from)],
    kind: "neuron",
    model: "if",
    reset: "subtract",
  });
  const layers: Layer[] = [
    { id: "a", inputs: [connect("input")], kind: "dense", units: 9, bias: true },
    neuron("an", "a"),
    { id: "b", inputs: [connect("an")], kind: "dense", units: 9, bias: false },
    neuron("bn", "b"),
    { id: "sum", inputs: [connect("an"), connect("bn"), connect("an")], kind: "add" },
    { id: "both", inputs: [connect("bn"), connect("sum")], kind: "concat" },
    { id: "out", inputs: [connect("both")], kind: "dense", units: 3, bias: true },
  ];
  const network: Network = { name: "joined", inputShape: [7], layers, output: "out" };
  inferShapes(network);
  return network;
}

const networks: Readonly<Record<string, Network>> = {
  "one dense layer": sequential("n", [5], [dense(1), ifSubtract]),
  "dense 37-50-33-10": sequential("n", [37], [dense(50), ifSubtract, dense(33, false), lifZero, dense(10)]),
  "dense with spiking output": sequential("n", [300], [dense(17), lifSubtract, dense(4), ifZero]),
  "convolution, average pool": sequential(
    "n",
    [1, 9, 8],
    [
      conv2d({ channels: 5, kernel: 3, padding: 1 }),
      ifSubtract,
      averagePool(2),
      conv2d({ channels: 6, kernel: [2, 3], bias: false }),
      lifSubtract,
      averagePool(2, 1),
      flatten(),
      dense(3),
    ],
  ),
  "strided groups, max pool": sequential(
    "n",
    [4, 7, 9],
    [
      conv2d({ channels: 6, kernel: 3, stride: [2, 3], padding: [2, 1], groups: 2 }),
      ifZero,
      maxPool(2, 1),
      conv2d({ channels: 12, kernel: 1, groups: 6 }),
      ifSubtract,
      maxPool([1, 2]),
      flatten(),
      dense(5),
      ifSubtract,
    ],
  ),
  "pools behind pools": sequential(
    "n",
    [2, 8, 8],
    [
      averagePool(3, 1),
      conv2d({ channels: 8, kernel: 3, padding: 2 }),
      ifSubtract,
      maxPool(3, 2),
      averagePool(3, 1),
      flatten(),
      dense(3),
    ],
  ),
  "max pool on the input": sequential("n", [1, 6, 6], [maxPool(2), flatten(), dense(4), lifZero]),
  "add and concat": joined(),
};
const codings = ["constant", "rate", "poisson", "latency"] as const;

function request(model: Model, count: number, change: Partial<SimulationRequest> = {}): SimulationRequest {
  return {
    ...spikingImages(model, count),
    firstImage: 0,
    count,
    seed: 3,
    trial: 1,
    isCancelled: neverCancelled,
    ...change,
  };
}

function run(model: Model, asked: SimulationRequest, options?: SimulatorOptions): SimulationResult {
  return createSimulator(kernels, model, options).run(asked);
}

describe("the simulator does what its scalar twin does, bit for bit", () => {
  for (const [name, network] of Object.entries(networks)) {
    for (const weights of ["int", "float32"] as const) {
      test(`${name}, ${weights} weights, every coding`, () => {
        for (const [index, coding] of codings.entries()) {
          for (const steps of [1, 6]) {
            const model = spikingModel(network, { seed: index, weights, inference: { coding, steps } });
            validateModel(model);
            const asked = request(model, 5);
            const expected = simulateScalar(model, asked);
            assert.deepEqual(run(model, asked, { maximumBatch: 3 }), expected, `${coding}, ${steps} steps`);
          }
        }
      });
    }
  }
});
