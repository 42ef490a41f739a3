import assert from "node:assert/strict";
import { test } from "node:test";
import { randomAnn } from "../../test/scalar-networks.ts";
import { neverCancelled } from "../base/cancel.ts";
import { averagePool, conv2d, dense, flatten, type LayerSpec, maxPool, sequential } from "../model/build.ts";
import type { Inference, Model, Tensor, WeightFormat } from "../model/model.ts";
import { simulateScalar } from "../simulate/scalar-simulator.ts";
import { countSnn, type SnnRunLayer } from "./count-snn.ts";
import { energyOf } from "./energy-of.ts";
import { profiles } from "./profiles.ts";

const neuron = (model: "if" | "lif" = "if", reset: "subtract" | "zero" = "subtract"): LayerSpec => ({
  kind: "neuron",
  model,
  reset,
});

/** An SNN as far as counting looks at it: layers, and tensors by size. */
function snn(
  inputShape: readonly number[],
  specs: readonly LayerSpec[],
  {
    coding = "rate" as Inference["coding"],
    steps = 4,
    weightFormat = { kind: "float32" } as WeightFormat,
  } = {},
): Model {
  const ann = randomAnn(sequential("snn", inputShape, specs), 0);
  const neurons: Record<string, Tensor> = {};
  for (const { id, kind } of ann.network.layers) {
    if (kind !== "neuron") continue;
    for (const parameter of ["threshold", "initialPotential", "bound"]) {
      neurons[`${id}.${parameter}`] = { shape: [1], data: Float32Array.of(1) };
    }
  }
  const inference: Inference = { steps, coding, readout: "membrane", dtMs: 1 };
  return { ...ann, kind: "snn", weightFormat, tensors: { ...ann.tensors, ...neurons }, inference };
}

const request = { labels: new Uint8Array(2), firstImage: 0, seed: 1, trial: 0, isCancelled: neverCancelled };

const did = (layer: string, change: Partial<SnnRunLayer>): SnnRunLayer => ({
  layer,
  inputKind: "none",
  inputEvents: 0,
  synapticAdditions: 0,
  analogProducts: 0,
  denseProducts: 0,
  neuronUpdates: 0,
  spikes: 0,
  ...change,
});

test("SpikingJelly's Linear(4, 3) on [1, 0, 1, 0] does 6 ACs and costs 5.4 pJ", () => {
  const model = snn([4], [dense(3, false)], { steps: 1 });
  const result = simulateScalar(model, { ...request, pixels: Uint8Array.of(255, 0, 255, 0), count: 1 });
  const counts = countSnn(model, result);
  assert.deepEqual(counts.layers[0].additions, { float32: 6 });
  assert.deepEqual([counts.layers[0].synapticOperations, counts.layers[0].denseProducts], [6, 12]);
  const { energyPj } = energyOf(counts, profiles["spikingjelly-int8"], "mac-once");
  assert.ok(Math.abs((energyPj ?? 0) - 5.4) < 1e-9);
});

test("counted operations of a simulated network are those of its images, and events those of its spikes", () => {
  for (const coding of ["constant", "rate"] as const) {
    const model = snn([6], [dense(20), neuron(), dense(2)], { coding, steps: 5 });
    const pixels = Uint8Array.from({ length: 12 }, (_, i) => (i * 37) % 256);
    const result = simulateScalar(model, { ...request, pixels, count: 2 });
    const { layers } = countSnn(model, result);
    assert.deepEqual(
      layers.map(({ layer }) => layer),
      ["dense1", "neuron1", "dense2"],
    );
    const operations = layers.reduce((sum, { synapticOperations }) => sum + synapticOperations, 0);
    assert.equal(
      operations,
      result.operationsPerImage.reduce((a, b) => a + b),
    );
    assert.ok(layers[1].spikes > 0);
    assert.equal(layers[2].synapticOperations, 2 * layers[1].spikes);
    assert.equal(layers[1].neuronUpdates, 20 * 5 * 2);
    assert.equal(layers[0].analogInput !== null, coding === "constant");
  }
});

test("neurons are charged an addition and a comparison an update, leaks a multiplication, soft resets an addition", () => {
  const run = { images: 2, steps: 4, layers: [did("neuron1", { neuronUpdates: 40, spikes: 7 })] };
  const count = (model: "if" | "lif", reset: "subtract" | "zero", weightFormat: WeightFormat) =>
    countSnn(snn([5], [dense(5), neuron(model, reset), dense(2)], { weightFormat }), run).layers.find(
      ({ layer }) => layer === "neuron1",
    );
  const soft = count("if", "subtract", { kind: "float32" });
  assert.deepEqual(
    [soft?.multiplications, soft?.additions, soft?.comparisons],
    [{}, { float32: 47 }, { float32: 40 }],
  );
  const hard = count("lif", "zero", { kind: "int", bits: 8 });
  assert.deepEqual(
    [hard?.multiplications, hard?.additions, hard?.comparisons],
    [{ int32x32: 40 }, { int32: 40 }, { int32: 40 }],
  );
  assert.deepEqual([soft?.neuronUpdates, soft?.spikes], [40, 7]);
  assert.deepEqual(
    [soft?.traffic.potentialsRead, soft?.traffic.potentialsWritten, soft?.traffic.activationsWritten],
    [160, 160, 14],
  );
});

test("signed neurons, ttfs neurons and warm-ups are charged what their equations take", () => {
  const run = { images: 2, steps: 9, layers: [did("neuron1", { neuronUpdates: 90, spikes: 7 })] };
  const base = snn([5], [dense(5), neuron(), dense(2)]);
  const counted = (form: object, inference: Partial<Inference>): readonly unknown[] => {
    const layers = base.network.layers.map((layer) =>
      layer.kind === "neuron" ? { ...layer, ...form } : layer,
    );
    const model = {
      ...base,
      network: { ...base.network, layers },
      inference: { ...(base.inference as Inference), ...inference },
    };
    const { multiplications, additions, comparisons } =
      countSnn(model, run).layers.find(({ layer }) => layer === "neuron1") ?? {};
    return [multiplications?.["float32"] ?? 0, additions?.["float32"], comparisons?.["float32"]];
  };
  assert.deepEqual(counted({}, {}), [0, 90 + 7, 90]);
  assert.deepEqual(counted({ isSigned: true }, {}), [0, 90 + 14, 180]);
  const window = { model: "ttfs", reset: "none", startStep: 0, windowSteps: 4 };
  assert.deepEqual(counted(window, {}), [0, 180, 90]);
  const warmUp = (rule: "residual" | "offset") => ({ warmUp: { rule, steps: 4 } });
  assert.deepEqual(counted({}, warmUp("residual")), [0, 97, 90 + 10]);
  assert.deepEqual(counted({}, warmUp("offset")), [0, 97 + 20, 90 + 10 * (4 + 3)]);
});

test("held input is kept apart: its products once, and an addition a neuron and step", () => {
  const model = snn([6], [dense(5), neuron(), dense(2)], {
    coding: "constant",
    weightFormat: { kind: "int", bits: 4 },
  });
  const layers = [did("dense1", { inputKind: "analog", analogProducts: 50, denseProducts: 90 })];
  const [first] = countSnn(model, { images: 3, steps: 4, layers }).layers;
  assert.deepEqual(first.analogInput, { products: { int4x8: 50 }, heldAdditions: 5 * 4 * 3, steps: 4 });
  assert.deepEqual([first.additions, first.synapticOperations, first.denseProducts], [{}, 50, 90]);
  // Half a byte a weight; a 4-byte bias a neuron and step; a byte a pixel.
  assert.equal(first.traffic.weightsRead, 25 + 5 * 4 * 3 * 4);
  assert.equal(first.traffic.activationsRead, 18);
});

test("a membrane readout integrates: a bias addition an output and step, and its sums are updates", () => {
  const model = snn([6], [dense(5), neuron(), dense(2)]);
  const layers = [did("dense2", { inputKind: "events", inputEvents: 10, synapticAdditions: 20 })];
  const output = countSnn(model, { images: 3, steps: 4, layers }).layers[0];
  assert.deepEqual(
    [output.additions, output.neuronUpdates, output.comparisons],
    [{ float32: 20 + 24 }, 24, {}],
  );
  assert.deepEqual([output.traffic.weightsRead, output.traffic.activationsRead], [4 * 20 + 4 * 24, 20]);
  assert.equal(output.analogInput, null);
});

test("max pools compare at every step, average pools of spikes cost nothing, pools of held input work once", () => {
  const shape = [1, 4, 4];
  const spiking = snn(shape, [
    conv2d({ channels: 2, kernel: 1 }),
    neuron(),
    maxPool(2),
    averagePool(2),
    flatten(),
    dense(2),
  ]);
  const run = { images: 3, steps: 4, layers: [did("neuron1", { neuronUpdates: 32 * 12, spikes: 9 })] };
  const byId = Object.fromEntries(countSnn(spiking, run).layers.map((layer) => [layer.layer, layer]));
  assert.deepEqual(byId["maxPool1"].additions, { int32: 9 });
  assert.deepEqual(byId["maxPool1"].comparisons, { int32: 8 * 3 * 4 * 3 });
  assert.equal(byId["averagePool1"], undefined);
  const held = snn(shape, [averagePool(2), flatten(), dense(2)], { coding: "constant" });
  assert.deepEqual(countSnn(held, { images: 3, steps: 4, layers: [] }).layers[0].additions, {
    float32: 4 * 3 * 3,
  });
});

test("a larger network addresses its spikes with 4 bytes", () => {
  const sizes = [65536, 65537].map((size) => {
    const model = snn([1, 1, size], [conv2d({ channels: 1, kernel: 1 }), neuron(), flatten(), dense(1)]);
    const run = { images: 1, steps: 1, layers: [did("neuron1", { neuronUpdates: size, spikes: 10 })] };
    return countSnn(model, run).layers[0].traffic.activationsWritten;
  });
  assert.deepEqual(sizes, [20, 40]);
});

test("memory sizes are counted by hand", () => {
  const weightFormat = { kind: "int", bits: 4 } as const;
  const of = (coding: Inference["coding"]) =>
    countSnn(snn([6], [dense(5), neuron(), dense(2)], { coding, weightFormat }), {
      images: 1,
      steps: 4,
      layers: [did("dense1", { inputKind: coding === "constant" ? "analog" : "events" })],
    }).memories;
  // 40 half-byte weights; 7 biases, a threshold and an initial potential of 4 bytes.
  assert.equal(of("rate").weightsBytes, 20 + 4 * 9);
  assert.equal(of("rate").potentialsBytes, 4 * (5 + 2));
  assert.equal(of("constant").potentialsBytes, 4 * (5 + 2 + 5)); // and the held currents
  // Pixels; a bit a spike of the layer with the most inputs and outputs (6 + 5, or 5 + 2).
  assert.equal(of("rate").activationsBytes, 6 + 2);
  assert.equal(of("constant").activationsBytes, 6 + 1);
});

test("a shortcut costs an addition a spike, and a scaled sum a multiplication a step; spikes that join cost nothing", () => {
  const inputs = (...ids: readonly string[]) => ids.map((from) => ({ from, delay: 0 }));
  const base = snn([6], [dense(5), neuron(), dense(5), dense(5), dense(2)], { steps: 4 });
  const [first, spikes, a, b, output] = base.network.layers;
  const layers = [
    first,
    spikes,
    { ...a, inputs: inputs(spikes.id) },
    { ...b, inputs: inputs(spikes.id) },
    { id: "joined", kind: "add", inputs: inputs(spikes.id, spikes.id) },
    { id: "sum", kind: "add", inputs: inputs(a.id, spikes.id, b.id) },
    { ...spikes, id: "n", inputs: inputs("sum") },
    { ...output, inputs: inputs("n") },
  ] as const;
  const own = Object.entries(base.tensors).filter(([name]) => name.startsWith(`${spikes.id}.`));
  const tensors = Object.fromEntries(own.map(([name, tensor]) => [name.replace(spikes.id, "n"), tensor]));
  const gain = { shape: [3], data: Float32Array.of(1, 0.5, 3) };
  const model: Model = {
    ...base,
    network: { ...base.network, layers },
    tensors: { ...base.tensors, ...tensors, "sum.gain": gain },
  };
  const counts = countSnn(model, { images: 2, steps: 4, layers: [did(spikes.id, { spikes: 7 })] });
  assert.deepEqual(
    counts.layers.map(({ layer }) => layer),
    [spikes.id, "sum"],
  );
  const [, sum] = counts.layers;
  assert.deepEqual(sum.additions, { float32: 7 });
  assert.deepEqual(sum.multiplications, { float32: 5 * 4 * 2 });
  assert.equal(sum.synapticOperations, 7);
});
