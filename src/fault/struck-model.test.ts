import assert from "node:assert/strict";
import { test } from "node:test";
import { randomAnn, randomInput, runAnn } from "../../test/scalar-networks.ts";
import { spikingModel } from "../../test/spiking-models.ts";
import { Random } from "../base/random.ts";
import { StatisticsCollector } from "../convert/activation-statistics.ts";
import { convertToSnn } from "../convert/convert-to-snn.ts";
import { foldBatchNorm } from "../convert/fold-batch-norm.ts";
import { quantiseWeights } from "../convert/quantise-weights.ts";
import { batchNorm, conv2d, dense, flatten, neuron, relu, sequential } from "../model/build.ts";
import type { Model } from "../model/model.ts";
import type { Fault } from "./fault.ts";
import { faultSites } from "./fault-sites.ts";
import { changeValue } from "./number-format.ts";
import { storedModel } from "./stored-model.ts";
import { struckModel } from "./struck-model.ts";
import { drawFlips, flippedWeights } from "./weight-bit-flip.ts";

const network = sequential(
  "cnn",
  [1, 8, 8],
  [conv2d({ channels: 3, kernel: 3, bias: false }), batchNorm(), relu(), flatten(), dense(10)],
);
const float = foldBatchNorm(randomAnn(network, 1));
const codes = quantiseWeights(float, 8);

function flipsOf(
  model: Model,
  bitErrorRate: number,
): { readonly mask: ReturnType<typeof drawFlips>; readonly faults: Fault[] } {
  const mask = drawFlips(model, {
    bitErrorRate,
    key: { seed: 1, trial: 0, purpose: "struck-model", index: 0 },
  });
  const faults = mask.layers.flatMap(({ layer, elements, bits }) =>
    Array.from(elements, (element, i): Fault => {
      return { target: "weight", layer, element, change: { kind: "flip", bit: bits[i] }, steps: null };
    }),
  );
  return { mask, faults };
}

test("bit flips of a list leave the weights that the fast masks leave", () => {
  for (const model of [float, codes]) {
    for (const rate of [0.001, 0.4]) {
      const { mask, faults } = flipsOf(model, rate);
      const struck = struckModel(model, faults);
      for (const [layer, data] of Object.entries(flippedWeights(model, mask))) {
        const own = struck.tensors[`${layer}.weight`].data;
        assert.deepEqual(new Uint8Array(own.buffer), new Uint8Array(data.buffer));
      }
      const again = struckModel(struck, faults);
      for (const [name, { data }] of Object.entries(again.tensors))
        assert.deepEqual(
          new Uint8Array(data.buffer),
          new Uint8Array(model.tensors[name].data.slice().buffer),
          name,
        );
    }
  }
});

test("one list is the same stored codes in an ANN and in the SNN made from it", () => {
  const collector = new StatisticsCollector(codes.network);
  for (let image = 0; image < 5; image++) {
    for (const [id, values] of runAnn(codes, randomInput(codes.network, image)))
      collector.observe(id, Float32Array.from(values));
  }
  const snn = convertToSnn(
    codes,
    collector.finish(5),
    {
      normalisation: "max",
      percentile: 99.9,
      population: "positive",
      average: "global",
      granularity: "layer",
      thresholdFactor: 1,
      neuron: "if",
      leak: 0.9,
      reset: "subtract",
      initialPotential: 0,
      thresholdShift: 0,
      signed: false,
      warmUp: "none",
      warmUpSteps: 4,
      maxPool: "gate",
    },
    { steps: 8, coding: "constant", readout: "membrane", dtMs: 1 },
  );
  assert.deepEqual(faultSites(snn, { targets: ["weight"] }), faultSites(codes, { targets: ["weight"] }));
  const { faults } = flipsOf(codes, 0.05);
  const [ofAnn, ofSnn] = [struckModel(codes, faults), struckModel(snn, faults)];
  for (const { layer } of faultSites(codes, { targets: ["weight"] })) {
    assert.deepEqual(ofAnn.tensors[`${layer}.weight`].data, ofSnn.tensors[`${layer}.weight`].data);
    assert.notDeepEqual(ofAnn.tensors[`${layer}.weight`].data, codes.tensors[`${layer}.weight`].data);
  }
});

test("only tensors with a struck value are copied, and the model stays as it is", () => {
  const before = float.tensors["dense1.bias"].data.slice();
  const struck = struckModel(float, [
    { target: "bias", layer: "dense1", element: 3, change: { kind: "set", value: 7 }, steps: null },
  ]);
  assert.equal(struck.tensors["dense1.bias"].data[3], 7);
  assert.deepEqual(float.tensors["dense1.bias"].data, before);
  for (const [name, tensor] of Object.entries(float.tensors))
    assert.equal(struck.tensors[name] === tensor, name !== "dense1.bias", name);
  assert.equal(struckModel(float, []), float);
});

const spiking = spikingModel(
  sequential(
    "snn",
    [20],
    [dense(12), neuron({ model: "lif" }), dense(5), neuron({ model: "lif", semantics: "norse" })],
  ),
  { seed: 2, inference: {} },
);

test("a threshold or leak held once stays one value, whichever parameter the leak is", () => {
  const one: Model = {
    ...spiking,
    tensors: { ...spiking.tensors, "neuron1.threshold": { shape: [1], data: Float32Array.of(100) } },
  };
  const half = { element: 0, change: { kind: "scale", factor: 0.5 }, steps: null } as const;
  const struck = struckModel(one, [
    { target: "threshold", layer: "neuron1", ...half },
    { target: "leak", layer: "neuron1", ...half },
    { target: "leak", layer: "neuron2", ...half },
  ]);
  assert.deepEqual(struck.tensors["neuron1.threshold"], { shape: [1], data: Float32Array.of(50) });
  for (const name of ["neuron1.leak", "neuron2.rate"])
    assert.equal(struck.tensors[name].data[0], one.tensors[name].data[0] / 2, name);
});

test("whole numbers of 32 bits are exact where a float32 is not, leaks are 4096ths", () => {
  const integer: Model = {
    ...spiking,
    tensors: {
      ...spiking.tensors,
      "dense1.bias": { shape: [12], data: Float32Array.from({ length: 12 }, (_, i) => i - 6) },
    },
    inference: {
      ...(spiking.inference ?? assert.fail()),
      arithmetic: { kind: "integer", potentialBits: 32, overflow: "wrap" },
    },
  };
  const flip = (target: Fault["target"], layer: string, element: number, bit: number): Fault => {
    return { target, layer, element, change: { kind: "flip", bit }, steps: null };
  };
  const struck = struckModel(integer, [
    flip("bias", "dense1", 5, 31),
    flip("bias", "dense1", 7, 30),
    flip("leak", "neuron1", 0, 0),
  ]);
  assert.equal(struck.tensors["dense1.bias"].data[5], 2 ** 31 - 1);
  assert.equal(struck.tensors["dense1.bias"].data[7], 2 ** 30 + 1);
  const [code] = [4096 * 0.9].map(Math.round);
  assert.equal(struck.tensors["neuron1.leak"].data[0], (code ^ 1) / 4096);
});

test("weights stored in 16 bits are read back as such, struck or not", () => {
  for (const storedAs of ["float16", "bfloat16"] as const) {
    const stored = storedModel(float, storedAs);
    assert.equal(storedModel(stored, storedAs), stored);
    assert.notDeepEqual(stored.tensors["dense1.weight"].data, float.tensors["dense1.weight"].data);
    assert.equal(stored.tensors["dense1.bias"], float.tensors["dense1.bias"]);
    const random = new Random({ seed: 5, trial: 0, purpose: "stored", index: 0 });
    const faults = Array.from({ length: 50 }, (_, i): Fault => {
      const bit = random.integer(16);
      return {
        target: "weight",
        layer: "dense1",
        element: 7 * i,
        change: { kind: "stuck1", bit },
        steps: null,
      };
    });
    const struck = struckModel(float, faults, { storedAs });
    const expected = Float32Array.from(stored.tensors["dense1.weight"].data);
    for (const { element, change } of faults)
      expected[element] = changeValue(storedAs, float.tensors["dense1.weight"].data[element], change);
    assert.deepEqual(struck.tensors["dense1.weight"].data, expected);
    assert.deepEqual(struck.tensors["conv2d1.weight"].data, stored.tensors["conv2d1.weight"].data);
    assert.equal(
      struckModel(stored, faults, { storedAs }).tensors["conv2d1.weight"],
      stored.tensors["conv2d1.weight"],
    );
  }
  assert.throws(() => storedModel(codes, "float16"), /must not be given for weights of int8 codes/);
});

test("faults that pass and faults of what only runs have no network of their own", () => {
  const strike = (fault: Partial<Fault>): void => {
    const whole = {
      target: "weight",
      layer: "dense1",
      element: 0,
      change: { kind: "flip", bit: 0 },
      steps: null,
    };
    struckModel(spiking, [{ ...whole, ...fault } as Fault]);
  };
  assert.throws(
    () => strike({ steps: [1] }),
    /faults\[0\] steps must be null to be a network of its own, but got \[1\]/,
  );
  assert.throws(
    () => strike({ target: "potential", layer: "neuron1" }),
    /must be weight, bias, threshold or leak/,
  );
  assert.throws(() => strike({ element: 240 }), /must be from 0 to 239/);
  assert.equal(
    struckModel(spiking, [
      { target: "weight", layer: "dense1", element: 0, change: { kind: "flip", bit: 0 }, steps: [] },
    ]),
    spiking,
  );
});
