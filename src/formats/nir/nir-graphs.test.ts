// What every kind of node does, by laws: graphs that say the same in other words fire the same.

import assert from "node:assert/strict";
import { test } from "node:test";
import { nirInput } from "../../../test/nir-networks.ts";
import { outputSpikes } from "../../../test/output-spikes.ts";
import { Random } from "../../base/random.ts";
import { loadKernels } from "../../kernels/load.ts";
import type { Model } from "../../model/model.ts";
import { createSimulator } from "../../simulate/simulator.ts";
import { readNir } from "../read-nir.ts";
import { nextDown, nextUp } from "./float32-neighbours.ts";
import { hdf5FromGraph } from "./hdf5-from-graph.ts";
import type { NirGraph, NirNode, NirValue } from "./nir-graph.ts";
import { float32Array, wholeNumber, wholeNumbers } from "./nir-values.ts";

const kernels = await loadKernels();

const node = (type: string, parameters: Readonly<Record<string, NirValue>>): NirNode =>
  ({ type, parameters }) as NirNode;
const floats = (shape: readonly number[], value: number): NirValue =>
  float32Array(shape, new Float64Array(shape.reduce((product, size) => product * size, 1)).fill(value));
/** Whole numbers, so that sums are the same in any order. */
const drawn = (shape: readonly number[], index: number): NirValue => {
  const random = new Random({ seed: 1, trial: -1, purpose: "test-nir-graphs", index });
  const count = shape.reduce((product, size) => product * size, 1);
  return float32Array(
    shape,
    Float64Array.from({ length: count }, () => random.integer(9) - 3),
  );
};
const input = (...shape: readonly number[]): NirNode => node("Input", { shape: wholeNumbers(...shape) });
const output = (...shape: readonly number[]): NirNode => node("Output", { shape: wholeNumbers(...shape) });
const ifs = (shape: readonly number[], threshold = 6): NirNode =>
  node("IF", { r: floats(shape, 1), v_threshold: floats(shape, threshold), v_reset: floats(shape, 0) });

type Nodes = Readonly<Record<string, NirNode | NirGraph>>;

function graph(nodes: Nodes, ...edges: readonly (readonly [string, string])[]): NirGraph {
  return { type: "NIRGraph", nodes: new Map(Object.entries(nodes)), edges };
}

/** A graph of nodes one behind the other, in the order they are named. */
function inRow(nodes: Nodes): NirGraph {
  const names = Object.keys(nodes);
  return graph(nodes, ...names.slice(1).map((name, i) => [names[i], name] as const));
}

async function read(nodes: NirGraph): Promise<Model> {
  return readNir(await hdf5FromGraph(nodes), "a.nir", { steps: 30 });
}

async function fires(nodes: NirGraph): Promise<readonly (readonly number[])[]> {
  const model = await read(nodes);
  const rows = outputSpikes(kernels, model, nirInput(model, 7).spikes);
  assert.ok(
    rows.flat().some((count) => count > 0),
    "something fires",
  );
  return rows;
}

const chain = {
  input: input(4),
  fc: node("Linear", { weight: drawn([5, 4], 1) }),
  if: ifs([5]),
  output: output(5),
};

test("Affine without a bias is Linear; a bias is charged at every step", async () => {
  const affine = (bias: number): NirNode =>
    node("Affine", { weight: drawn([5, 4], 1), bias: floats([5], bias) });
  const plain = await fires(inRow(chain));
  assert.deepEqual(await fires(inRow({ ...chain, fc: affine(0) })), plain);
  assert.notDeepEqual(await fires(inRow({ ...chain, fc: affine(1) })), plain);
});

test("a Scale is a factor of the weights before it, or of weights of its own", async () => {
  const factors = float32Array([5], [1, 2, 3, 4, 5]);
  const weight = drawn([5, 4], 1);
  assert.ok(typeof weight === "object");
  const scaled = { ...weight, data: weight.data.map((w, i) => w * factors.data[Math.floor(i / 4)]) };
  const expected = await fires(inRow({ ...chain, fc: node("Linear", { weight: scaled }) }));
  const { input: first, fc, if: last, output: end } = chain;
  const behind = { input: first, fc, scale: node("Scale", { scale: factors }), if: last, output: end };
  assert.deepEqual(await fires(inRow(behind)), expected);
  assert.deepEqual(
    (await read(inRow(behind))).network.layers.map(({ id }) => id),
    ["fc", "if"],
  );
  // Where the weights have another reader, too, the scale is on its own; it must scale spikes or input, then.
  const alone = inRow({
    input: first,
    scale: node("Scale", { scale: floats([4], 7) }),
    if: ifs([4]),
    output: output(4),
  });
  assert.deepEqual(
    (await read(alone)).network.layers.map(({ kind }) => kind),
    ["dense", "neuron"],
  );
  // Seven is above the threshold of six: every spike that comes in goes out.
  assert.deepEqual(await fires(alone), nirInput(await read(alone), 7).rows);
});

test("a Scale of an image's channels is weights of one by one", async () => {
  const factors = float32Array(
    [2, 3, 3],
    Float64Array.from({ length: 18 }, (_, i) => (i < 9 ? 7 : 3)),
  );
  const model = await read(
    inRow({
      input: input(2, 3, 3),
      scale: node("Scale", { scale: factors }),
      if: ifs([2, 3, 3]),
      output: output(2, 3, 3),
    }),
  );
  assert.deepEqual([...model.tensors["scale.weight"].data], [7, 3]);
  const uneven = float32Array(
    [2, 3, 3],
    Float64Array.from({ length: 18 }, (_, i) => i),
  );
  const refused = inRow({
    input: input(2, 3, 3),
    scale: node("Scale", { scale: uneven }),
    if: ifs([2, 3, 3]),
    output: output(2, 3, 3),
  });
  await assert.rejects(
    read(refused),
    /a\.nir: scale must follow weights, or scale a vector or whole channels/,
  );
});

test("a Threshold fires where its input is above it, and keeps nothing", async () => {
  const model = await read(inRow({ ...chain, if: node("Threshold", { threshold: floats([5], 4) }) }));
  const { spikes, rows } = nirInput(model, 7);
  const weight = model.tensors["fc.weight"].data;
  const expected = rows.map((row) =>
    Array.from({ length: 5 }, (_, o) =>
      Number(row.reduce((sum, x, i) => sum + x * weight[o * 4 + i], 0) > 4),
    ),
  );
  assert.deepEqual(outputSpikes(kernels, model, spikes), expected);
});

test("a Delay holds its values back by so many steps", async () => {
  const delayed = { ...chain, output: output(5) };
  const { input: first, fc, if: last, output: end } = delayed;
  const late = await fires(
    inRow({ input: first, wait: node("Delay", { delay: floats([4], 3e-4) }), fc, if: last, output: end }),
  );
  const soon = await fires(inRow(chain));
  assert.deepEqual(late.slice(3), soon.slice(0, -3));
  assert.deepEqual(late.slice(0, 3).flat(), new Array(15).fill(0));
});

test("a graph in a graph is the graph laid out flat", async () => {
  const inner = inRow({ input: input(4), fc: chain.fc, if: chain.if, output: output(5) });
  const second = node("Linear", { weight: drawn([3, 5], 2) });
  const nested = inRow({ input: input(4), part: inner, out: second, last: ifs([3]), output: output(3) });
  const flat = inRow({
    input: input(4),
    fc: chain.fc,
    if: chain.if,
    out: second,
    last: ifs([3]),
    output: output(3),
  });
  assert.deepEqual(await fires(nested), await fires(flat));
});

test("edges into one node add up, and the same edge twice is one", async () => {
  const nodes = { ...chain, other: node("Linear", { weight: drawn([5, 4], 3) }) };
  const edges = [
    ["input", "fc"],
    ["fc", "if"],
    ["if", "output"],
  ] as const;
  const both = graph(nodes, ...edges, ["input", "other"], ["other", "if"]);
  const [one, two] = [drawn([5, 4], 1), drawn([5, 4], 3)];
  assert.ok(typeof one === "object" && typeof two === "object");
  const sum = { ...one, data: one.data.map((w, i) => w + two.data[i]) };
  assert.deepEqual(await fires(both), await fires(inRow({ ...chain, fc: node("Linear", { weight: sum }) })));
  assert.deepEqual(await fires(graph(chain, ...edges, ["fc", "if"])), await fires(inRow(chain)));
});

test("padding same is the zeros that keep the size, valid is none", async () => {
  const convolved = (padding: NirValue): NirGraph =>
    inRow({
      input: input(1, 5, 5),
      conv: node("Conv2d", {
        weight: drawn([2, 1, 3, 3], 4),
        bias: floats([2], 0),
        stride: wholeNumber(1),
        padding,
        dilation: wholeNumber(1),
        groups: wholeNumber(1),
      }),
      if: node("IF", { r: floats([1], 1), v_threshold: floats([1], 6) }),
      output: output(2, 5, 5),
    });
  assert.deepEqual(await fires(convolved("same")), await fires(convolved(wholeNumbers(1, 1))));
  assert.deepEqual(await fires(convolved("valid")), await fires(convolved(wholeNumber(0))));
});

test("Conv1d is Conv2d of one column", async () => {
  const common = { bias: floats([2], 0), groups: wholeNumber(1) };
  const weight = drawn([2, 2, 3], 5);
  assert.ok(typeof weight === "object");
  const one = {
    ...common,
    weight,
    stride: wholeNumber(2),
    padding: wholeNumber(1),
    dilation: wholeNumber(1),
  };
  const two = {
    ...common,
    weight: { ...weight, shape: [2, 2, 3, 1] },
    stride: wholeNumbers(2, 1),
    padding: wholeNumbers(1, 0),
    dilation: wholeNumbers(1, 1),
  };
  const along = inRow({
    input: input(2, 7),
    conv: node("Conv1d", one),
    if: ifs([2, 4]),
    output: output(2, 4),
  });
  const over = inRow({
    input: input(2, 7, 1),
    conv: node("Conv2d", two),
    if: ifs([2, 4, 1]),
    output: output(2, 4, 1),
  });
  assert.deepEqual(await fires(along), await fires(over));
});

test("r is a factor of the current, and v_leak where potentials rest and begin", async () => {
  const lif = (change: Readonly<Record<string, NirValue>>): NirGraph =>
    inRow({
      ...chain,
      if: node("LIF", {
        tau: floats([5], 4e-4),
        r: floats([5], 1),
        v_leak: floats([5], 0),
        v_threshold: floats([5], 2),
        v_reset: floats([5], 0),
        ...change,
      }),
    });
  const plain = await fires(lif({}));
  assert.deepEqual(
    await fires(lif({ r: floats([5], 2), v_threshold: floats([5], 4) })),
    plain,
    "twice of both",
  );
  const moved = { v_leak: floats([5], 8), v_threshold: floats([5], 10), v_reset: floats([5], 8) };
  assert.deepEqual(await fires(lif(moved)), plain, "everything 8 higher");
  const model = await read(lif(moved));
  assert.equal(model.tensors["if.initialPotential"].data[0], 8);
});

test("an IF's r counts by the step, and one over the step is 1", async () => {
  const plain = await fires(inRow(chain));
  const withR = (r: number, threshold: number): NirGraph =>
    inRow({ ...chain, if: node("IF", { r: floats([5], r), v_threshold: floats([5], threshold) }) });
  assert.deepEqual(await fires(withR(2, 12)), plain);
  assert.deepEqual(await fires(withR(1e4, 6)), plain);
});

test("integrators at the end hand on potentials: I all that came, LI what has not leaked", async () => {
  const end = (last: NirNode): NirGraph => inRow({ ...chain, if: last });
  const cases = [
    [node("I", { r: floats([5], 2) }), 1, 2],
    [node("LI", { tau: floats([5], 4e-4), r: floats([5], 2), v_leak: floats([5], 0) }), 0.75, 0.5],
  ] as const;
  for (const [last, keep, gain] of cases) {
    const model = await read(end(last));
    assert.equal(model.inference?.readout, "membrane");
    const { spikes, rows } = nirInput(model, 7);
    const weight = model.tensors["fc.weight"].data;
    const potential = rows.reduce(
      (v, row) =>
        v.map(
          (p, o) => Math.fround(keep * p) + gain * row.reduce((sum, x, i) => sum + x * weight[o * 4 + i], 0),
        ),
      new Array<number>(5).fill(0),
    );
    let seen: number[] = [];
    createSimulator(kernels, model).run({
      pixels: new Uint8Array(0),
      spikes,
      labels: new Uint8Array(1),
      firstImage: 0,
      count: 1,
      seed: 0,
      trial: 0,
      isCancelled: () => false,
      observe: ({ potentials }) => {
        seen = [...potentials];
      },
    });
    potential.forEach((value, i) => {
      assert.ok(Math.abs(seen[i] - value) < 1e-4, `${seen[i]}, ${value}`);
    });
  }
});

test("nothing lies between a float32 and its neighbours", () => {
  for (const x of [1, -1, 0.1, 1e-38, 20, -7.25, 3.4e38, 0].map(Math.fround)) {
    const [down, up] = [nextDown(x), nextUp(x)];
    assert.ok(down < x && x < up);
    assert.ok(Math.fround((x + up) / 2) === x || Math.fround((x + up) / 2) === up);
    assert.ok(nextUp(down) === x);
  }
});
