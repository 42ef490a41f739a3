// Small spiking networks of every kind of layer and odd sizes, for tests of simulators.

import {
  averagePool,
  connect,
  conv2d,
  dense,
  flatten,
  type LayerSpec,
  maxPool,
  sequential,
} from "../src/model/build.ts";
import type { Layer, Network } from "../src/model/network.ts";

export const ifSubtract: LayerSpec = { kind: "neuron", model: "if", reset: "subtract" };
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
  return network;
}

export const spikingNetworks: Readonly<Record<string, Network>> = {
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
  "max pool on the input": sequential("n", [1, 7, 5], [maxPool(2), flatten(), dense(4), lifZero]),
  "add and concat": joined(),
};
