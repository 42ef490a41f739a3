// Files that are not what they should be: each is refused by one sentence that names the place.

import assert from "node:assert/strict";
import { test } from "node:test";
import { deflateSync } from "node:zlib";
import { File } from "jsfive";
import { nirModel, nirNetworks } from "../../../test/nir-networks.ts";
import { isExpected } from "../../base/errors.ts";
import { Random } from "../../base/random.ts";
import { inflateAtMost } from "../hdf5/inflate-at-most.ts";
import { readNir } from "../read-nir.ts";
import { writeNir } from "../write-nir.ts";
import { hdf5FromGraph } from "./hdf5-from-graph.ts";
import type { NirGraph, NirMetadata, NirNode, NirValue } from "./nir-graph.ts";
import { float32Array, wholeNumber, wholeNumbers } from "./nir-values.ts";

const node = (type: string, parameters: Readonly<Record<string, NirValue>>): NirNode =>
  ({ type, parameters }) as NirNode;
const floats = (shape: readonly number[], value: number): NirValue =>
  float32Array(shape, new Float64Array(shape.reduce((product, size) => product * size, 1)).fill(value));
const neurons = { r: floats([3], 1), v_threshold: floats([3], 1), v_reset: floats([3], 0) };
const sound: Readonly<Record<string, NirNode>> = {
  input: node("Input", { shape: wholeNumbers(2) }),
  fc: node("Affine", { weight: floats([3, 2], 1), bias: floats([3], 0) }),
  if: node("IF", neurons),
  output: node("Output", { shape: wholeNumbers(3) }),
};
const chain = [
  ["input", "fc"],
  ["fc", "if"],
  ["if", "output"],
] as const;

interface Change {
  readonly nodes?: Readonly<Record<string, NirNode>>;
  readonly edges?: NirGraph["edges"];
  readonly metadata?: NirMetadata;
}

function file({ nodes = {}, edges = chain, metadata }: Change): Promise<Uint8Array<ArrayBuffer>> {
  const all = new Map(Object.entries({ ...sound, ...nodes }));
  return hdf5FromGraph({ type: "NIRGraph", nodes: all, edges, ...(metadata && { metadata }) });
}

test("the graph that all others here are broken copies of is read", async () => {
  const { network } = await readNir(await file({}), "a.nir");
  assert.deepEqual(
    network.layers.map(({ kind }) => kind),
    ["dense", "neuron"],
  );
});

const convolution = {
  weight: floats([1, 1, 3, 3], 1),
  bias: floats([1], 0),
  stride: wholeNumbers(1, 1),
  padding: wholeNumbers(0, 0),
  dilation: wholeNumbers(1, 1),
  groups: wholeNumber(1),
};
const image = { input: node("Input", { shape: wholeNumbers(1, 6, 6) }) };
const convolved = (change: Readonly<Record<string, NirValue>>): Change => ({
  nodes: {
    ...image,
    fc: node("Conv2d", { ...convolution, ...change }),
    if: node("IF", { r: floats([1], 1), v_threshold: floats([1], 1) }),
  },
});

const broken: Readonly<Record<string, readonly [Change, RegExp]>> = {
  "an unknown kind": [
    { nodes: { fc: node("Dense", {}) } },
    /^a\.nir: \/node\/nodes\/fc\/type must be one of Input, .*NIRGraph, but got "Dense"\.$/,
  ],
  "a field too few": [
    { nodes: { fc: node("Affine", { weight: floats([3, 2], 1) }) } },
    /^a\.nir: \/node\/nodes\/fc must have bias, as Affine has, but got \["weight"\]\.$/,
  ],
  "a field too many": [
    { nodes: { if: node("IF", { ...neurons, tau: floats([3], 1) }) } },
    /^a\.nir: \/node\/nodes\/if must have the fields of IF only \(r, v_threshold, v_reset\), but got "tau"\.$/,
  ],
  "a word for numbers": [
    { nodes: { fc: node("Linear", { weight: "heavy" }) } },
    /^a\.nir: fc weight must be numbers, but got "heavy"\.$/,
  ],
  "weights of three axes": [
    { nodes: { fc: node("Linear", { weight: floats([3, 2, 1], 1) }) } },
    /^a\.nir: fc weight must have shape \[out, in\], but got \[3, 2, 1\]\.$/,
  ],
  "a bias of another length": [
    { nodes: { fc: node("Affine", { weight: floats([3, 2], 1), bias: floats([4], 0) }) } },
    /^a\.nir: fc bias must have shape \[3\], but got \[4\]\.$/,
  ],
  "weights that are no number": [
    { nodes: { fc: node("Linear", { weight: floats([3, 2], Number.NaN) }) } },
    /^a\.nir: tensor fc\.weight\[0\] must be a finite number, but got NaN/,
  ],
  "weights for another input": [
    { nodes: { fc: node("Linear", { weight: floats([3, 5], 1) }) } },
    /^a\.nir: tensor fc\.weight must have shape \[3,2\], but got \[3, 5\]\.$/,
  ],
  "fields of different lengths": [
    { nodes: { if: node("IF", { ...neurons, r: floats([2], 1) }) } },
    /^a\.nir: if r must have 3 values, as other fields have, but got \[2\]\.$/,
  ],
  "neurons of another shape than what arrives": [
    { nodes: { if: node("IF", { r: floats([4], 1), v_threshold: floats([4], 1) }) } },
    /^a\.nir: if must have fields of the shape that arrives, \[3\], but got "4 values"\.$/,
  ],
  "a threshold of 0": [
    { nodes: { if: node("IF", { ...neurons, v_threshold: floats([3], 0) }) } },
    /^a\.nir: if v_threshold must be above 0, but got 0\.$/,
  ],
  "a time constant below a step": [
    { nodes: { if: node("LIF", { ...neurons, tau: floats([3], 1e-6), v_leak: floats([3], 0) }) } },
    /^a\.nir: if tau must be at least a step \(0\.0001 s\), but got 9\.99.*e-7\. Give a shorter step\.$/,
  ],
  "an edge to nowhere": [
    { edges: [...chain, ["if", "elsewhere"]] },
    /^a\.nir: edge to "elsewhere" must join nodes of its graph, but got \["fc", "if", "input", "output"\]\.$/,
  ],
  "no output": [
    { nodes: { output: node("Linear", { weight: floats([3, 3], 1) }) } },
    /^a\.nir: graph must have one Output, but got \[\]\.$/,
  ],
  "two inputs": [
    { nodes: { second: node("Input", { shape: wholeNumbers(2) }) }, edges: [...chain, ["second", "fc"]] },
    /^a\.nir: graph must have one Input, but got \["input", "second"\]\.$/,
  ],
  "a node that nothing reaches": [
    { edges: chain.slice(1) },
    /^a\.nir: fc must be reached by an edge, but got "none"\.$/,
  ],
  "a node that nothing reads": [
    { nodes: { idle: node("IF", neurons) }, edges: [...chain, ["fc", "idle"]] },
    /^a\.nir: idle must lead to the output, but got "a node that nothing reads"\.$/,
  ],
  "a loop without neurons": [
    {
      nodes: { back: node("Linear", { weight: floats([2, 3], 1) }) },
      edges: [...chain, ["fc", "back"], ["back", "fc"]],
    },
    /^a\.nir: fc must be in no loop without neurons, but got "such a loop"\.$/,
  ],
  "a loop of delays": [
    {
      nodes: {
        d: node("Delay", { delay: floats([3], 1e-4) }),
        e: node("Delay", { delay: floats([3], 1e-4) }),
      },
      edges: [...chain, ["d", "e"], ["e", "d"], ["e", "if"]],
    },
    /^a\.nir: [de] must be in no loop without neurons, but got "Delay"\.$/,
  ],
  "half a step of delay": [
    {
      nodes: { d: node("Delay", { delay: floats([3], 1.5e-4) }) },
      edges: [...chain.slice(0, 1), ["fc", "d"], ["d", "if"], ["if", "output"]],
    },
    /^a\.nir: delay from fc to if must be a whole number of steps of 0\.0001 s/,
  ],
  "delays that differ": [
    {
      nodes: { d: node("Delay", { delay: float32Array([3], [0, 1, 2]) }) },
      edges: [...chain.slice(0, 1), ["fc", "d"], ["d", "if"], ["if", "output"]],
    },
    /^a\.nir: d delay must be the same for all, as connections here have it, but got \[0, 1\]\.$/,
  ],
  "an input of absurd size": [
    { nodes: { input: node("Input", { shape: wholeNumbers(2 ** 20, 2 ** 20) }) } },
    /^a\.nir: layer "fc" must have a vector as input/,
  ],
  "an input of no size": [
    { nodes: { input: node("Input", { shape: wholeNumbers(-2) }) } },
    /^a\.nir: network\.inputShape must be whole numbers of at least 1, but got \[-2\]\.$/,
  ],
  "padding without end": [
    convolved({ padding: wholeNumbers(2 ** 30, 2 ** 30) }),
    /^a\.nir: fc must give at most 67108864 values, but got \[1, \d+, \d+\]\.$/,
  ],
  "padding of another word": [
    convolved({ padding: "full" }),
    /^a\.nir: fc padding must be numbers, same or valid, but got "full"\.$/,
  ],
  "a same padding that is not the same on both sides": [
    convolved({ padding: "same", weight: floats([1, 1, 2, 2], 1) }),
    /^a\.nir: fc padding must add as many zeros on both sides, by a stride of 1, but got "same, for a kernel of 2 × 2/,
  ],
  "half a stride": [
    convolved({ stride: float32Array([2], [0.5, 0.5]) }),
    /^a\.nir: fc stride must be whole numbers, but got 0\.5\.$/,
  ],
  "groups that divide nothing": [
    convolved({ groups: wholeNumber(7) }),
    /^a\.nir: layer "fc" groups must divide 1 input and 1 output channels, but got 7\.$/,
  ],
};

for (const [name, [change, message]] of Object.entries(broken)) {
  test(`${name} is refused`, async () => {
    await assert.rejects(readNir(await file(change), "a.nir"), (error: Error) => {
      assert.match(error.message, message);
      return isExpected(error);
    });
  });
}

test("bytes of other kinds are refused", async () => {
  const other = new TextEncoder().encode("<!doctype html><title>404</title>");
  await assert.rejects(
    readNir(other, "a.nir"),
    /^FormatError: a\.nir must begin as an HDF5 file does, but got "33 other bytes"\.$/,
  );
});

test("a group that contains itself is found out", async () => {
  const bytes = await file({ metadata: { outer: { inner: "word" } } });
  const parsed = new File(bytes.slice().buffer, "");
  const [outer, around] = ["node/metadata/outer", "node/metadata"].map(
    (path) => parsed.get(path)._dataobjects.offset,
  );
  const view = new DataView(bytes.buffer);
  for (let at = 0; at + 8 <= bytes.length; at += 8)
    if (view.getBigUint64(at, true) === BigInt(outer)) view.setBigUint64(at, BigInt(around), true);
  await assert.rejects(
    readNir(bytes, "a.nir"),
    /metadata\/outer must not contain itself, but got "a cycle of groups"/,
  );
});

test("a shape that the file is too short for is refused before anything is read", async () => {
  const bytes = await file({});
  const view = new DataView(bytes.buffer);
  // The dataspace of the only matrix: version 1, two axes, then 3 and 2.
  let changed = 0;
  for (let at = 0; at + 24 <= bytes.length; at += 8) {
    if (bytes[at] !== 1 || bytes[at + 1] !== 2 || view.getBigUint64(at + 8, true) !== 3n) continue;
    if (view.getBigUint64(at + 16, true) !== 2n) continue;
    view.setBigUint64(at + 8, 2n ** 31n, true);
    changed++;
  }
  assert.ok(changed > 0);
  await assert.rejects(
    readNir(bytes, "a.nir"),
    /must hold at most \d+ elements, as the file is no longer, but got \[2147483648, 2\]/,
  );
});

test("a packed chunk that unpacks to more than it should hold is stopped", () => {
  const bomb = deflateSync(new Uint8Array(50_000_000));
  assert.ok(bomb.length < 60_000);
  assert.throws(() => inflateAtMost(bomb, 4096), /more than 4096 bytes in a chunk/);
  assert.deepEqual(inflateAtMost(deflateSync(Uint8Array.of(1, 2, 3)), 3), Uint8Array.of(1, 2, 3));
  assert.throws(() => inflateAtMost(bomb.subarray(0, 40), 2 ** 26), /damaged|chunk/);
});

test("a file cut anywhere is refused", async () => {
  const bytes = await file({});
  for (let length = 0; length < bytes.length - 1; length += 499) {
    await assert.rejects(
      readNir(bytes.slice(0, length), "a.nir"),
      (error) => isExpected(error),
      `at ${length}`,
    );
  }
});

test("no mutation of a file of ours crashes the reader, whatever it does to graph or remarks", async () => {
  const { bytes } = await writeNir(nirModel(nirNetworks.recurrent, { seed: 1, isWhole: false }));
  let [read, refused] = [0, 0];
  for (let index = 0; index < 250; index++) {
    const random = new Random({ seed: 3, trial: -1, purpose: "test-mutations", index });
    const mutated = bytes.slice();
    for (let changes = 0; changes <= index % 4; changes++) {
      let at = random.integer(bytes.length);
      // Most of a file is room for more; what is used is what mutations shall meet.
      while (bytes[at] === 0) at = (at + 1) % bytes.length;
      mutated[at] = random.integer(256);
    }
    await readNir(mutated, "mutated.nir").then(
      () => read++,
      (error: unknown) => {
        assert.ok(isExpected(error), error instanceof Error ? `${index}: ${error.stack}` : String(error));
        refused++;
      },
    );
  }
  assert.ok(read > 5 && refused > 100, `${read} read, ${refused} refused`);
});
