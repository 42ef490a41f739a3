// Small spiking networks of every kind of layer and odd sizes, for tests of simulators.

import {
  averagePool,
  connect,
  conv1d,
  conv2d,
  dense,
  flatten,
  type LayerSpec,
  maxPool,
  neuron,
  sequential,
  sumPool,
} from "../src/model/build.ts";
import type { Layer, Network, Shape } from "../src/model/network.ts";

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

const plain = { model: "if", reset: "subtract" } as const;

function node(id: string, from: readonly (string | readonly [string, number])[], spec: LayerSpec): Layer {
  const inputs = from.map((source) => (typeof source === "string" ? connect(source) : connect(...source)));
  return { ...spec, id, inputs } as Layer;
}

function graph(inputShape: Shape, layers: readonly Layer[]): Network {
  return { name: "graph", inputShape, layers, output: layers.at(-1)?.id ?? "" };
}

/** A residual block before its neurons: sums, spikes and pooled spikes are added, and pooled. */
function residual(): Network {
  return graph(
    [2, 6, 5],
    [
      node("a", ["input"], conv2d({ channels: 3, kernel: 3, padding: 1 })),
      node("an", ["a"], neuron()),
      node("b", ["an"], conv2d({ channels: 3, kernel: 3, padding: 1 })),
      node("sum", ["b", "an", "a"], { kind: "add" }),
      node("top", ["sum"], maxPool(2, 1)),
      node("bn", ["top"], neuron({ model: "lif", semantics: "snntorch", reset: "zero" })),
      node("mean", ["bn"], averagePool(2, 1)),
      node("all", ["bn"], sumPool(2, 1)),
      node("joined", ["mean", "all", "mean"], { kind: "concat" }),
      node("mixed", ["mean", "all"], { kind: "add" }),
      node("mixedTop", ["mixed"], maxPool(2)),
      node("joinedTop", ["joined"], averagePool(2)),
      node("twice", ["mixedTop", "joinedTop"], { kind: "concat" }),
      node("flat", ["twice"], { kind: "flatten" }),
      node("out", ["flat"], dense(3)),
    ],
  );
}

/** Two loops, one through a pool, with delays of 1 and 2; the second layer feeds back to the first. */
function recurrent(): Network {
  return graph(
    [6],
    [
      node("in", ["input"], dense(9)),
      node("back", [["an", 1]], dense(9, false)),
      node("far", [["bn", 2]], dense(9, false)),
      node("sum", ["in", "back", "far"], { kind: "add" }),
      node("an", ["sum"], neuron({ model: "cubaLif", maximumSpikes: 2 })),
      node("b", ["an"], dense(7)),
      node("bn", ["b"], neuron({ refractorySteps: 1, reset: "value" })),
      node("self", ["bn", ["self2", 1]], { kind: "concat" }),
      node("c", ["self"], dense(5)),
      node("self2", ["c"], neuron({ model: "adaptiveLif", reset: "subtract" })),
      node("late", [["self2", 3]], dense(4)),
      node("out", ["late"], neuron({ model: "lif", reset: "none", emits: "potential" })),
    ],
  );
}

/** Max gating and sums inside a loop, and delays outside any. */
function recurrentPool(): Network {
  return graph(
    [1, 4, 4],
    [
      node("a", ["input"], conv2d({ channels: 2, kernel: 3, padding: 1 })),
      node("loop", [["n", 1]], conv2d({ channels: 2, kernel: 3, padding: 1, bias: false })),
      node("sum", ["loop", "a", ["n", 2]], { kind: "add" }),
      node("n", ["sum"], neuron({ semantics: "norse", reset: "value", model: "lif" })),
      node("top", ["n"], maxPool(2)),
      node("backTop", [["top", 1]], sumPool(2)),
      node("late", [["n", 2]], maxPool(2)),
      node("lateSum", [["loop", 1]], averagePool(2)),
      node("lateN", ["lateSum"], neuron(plain)),
      node("joined", ["top", "late", "lateN"], { kind: "concat" }),
      node("flat", ["joined"], { kind: "flatten" }),
      node("flatTop", ["backTop"], { kind: "flatten" }),
      node("both", ["flat", "flatTop"], { kind: "concat" }),
      node("out", ["both"], dense(3)),
      node("spikes", ["out"], neuron({ semantics: "spikingjelly", model: "lif", reset: "zero" })),
    ],
  );
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
  "residual sums": residual(),
  "loops and delays": recurrent(),
  "pools in loops": recurrentPool(),
  "one dimension": sequential(
    "n",
    [3, 17],
    [
      conv1d({ channels: 4, kernel: 3, stride: 2, padding: 2 }),
      neuron({ model: "cubaLif", semantics: "sinabs", maximumSpikes: 3 }),
      sumPool([2, 1]),
      conv1d({ channels: 6, kernel: 2, groups: 2, dilation: 2 }),
      neuron({ model: "lif", semantics: "spikingjelly", decayInput: false, reset: "value" }),
      maxPool([2, 1], [1, 1]),
      flatten(),
      dense(3),
    ],
  ),
  "dilated convolution": sequential(
    "n",
    [2, 9, 8],
    [
      conv2d({ channels: 6, kernel: 3, dilation: [2, 3], padding: 3 }),
      neuron({ model: "lif", semantics: "norse", reset: "subtract" }),
      conv2d({ channels: 4, kernel: [2, 1], dilation: 2, stride: [2, 1], padding: [1, 0], groups: 2 }),
      neuron({ model: "adaptiveLif" }),
      flatten(),
      dense(3),
    ],
  ),
  "snnTorch to the letter": sequential(
    "n",
    [20],
    [
      dense(18),
      neuron({ model: "lif", semantics: "snntorch" }),
      dense(17),
      neuron({ model: "cubaLif", semantics: "snntorch", reset: "zero", resetDelay: false }),
      dense(4),
      neuron({ model: "cubaLif", reset: "none", emits: "potential" }),
    ],
  ),
  "neurons on the input": sequential("n", [11], [neuron({ model: "lif" }), neuron(), dense(3)]),
};
