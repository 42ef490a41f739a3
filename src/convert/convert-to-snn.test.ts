import assert from "node:assert/strict";
import { test } from "node:test";
import { randomAnn, randomInput, runAnn, runSnn } from "../../test/scalar-networks.ts";
import { drawFlips, flippedWeights } from "../fault/weight-bit-flip.ts";
import {
  averagePool,
  batchNorm,
  connect,
  conv2d,
  dense,
  flatten,
  type LayerSpec,
  relu,
  sequential,
} from "../model/build.ts";
import type { Inference, Model } from "../model/model.ts";
import type { Layer, Network } from "../model/network.ts";
import { inferShapes } from "../model/shapes.ts";
import { type ActivationStatistics, StatisticsCollector } from "./activation-statistics.ts";
import type { ConversionSettings } from "./conversion-fields.ts";
import { convertToSnn } from "./convert-to-snn.ts";
import { quantiseWeights } from "./quantise-weights.ts";

const settings: ConversionSettings = {
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
};
const inference: Inference = { steps: 8, coding: "constant", readout: "membrane", dtMs: 1 };

/** Statistics over seeded random inputs, and the inputs; maxima by channel from scalar runs. */
function calibrate(model: Model, images = 20): ActivationStatistics {
  const collector = new StatisticsCollector(model.network);
  const shapes = inferShapes(model.network);
  const maxima = new Map<string, Float64Array>();
  for (let image = 0; image < images; image++) {
    for (const [id, values] of runAnn(model, randomInput(model.network, image))) {
      collector.observe(id, Float32Array.from(values));
      const channels = shapes.get(id)?.[0] ?? 1;
      const own = maxima.get(id) ?? new Float64Array(channels);
      maxima.set(id, own);
      for (const [i, value] of values.entries()) {
        const channel = Math.floor((i * channels) / values.length);
        own[channel] = Math.max(own[channel], value);
      }
    }
  }
  return { ...collector.finish(images), watched: () => maxima };
}

const mlp = sequential("mlp", [6], [dense(12), relu(), dense(9), relu(), dense(4)]);
const cnn = sequential(
  "cnn",
  [1, 8, 8],
  [
    conv2d({ channels: 4, kernel: 3, padding: 1 }),
    relu(),
    averagePool(2),
    conv2d({ channels: 4, kernel: 3 }),
    relu(),
    flatten(),
    dense(5),
    relu(),
    dense(3),
  ],
);
/** Two branches that meet in an add and, one layer further, a concat. */
const branches: Network = {
  name: "branches",
  inputShape: [6],
  layers: [
    { id: "a", kind: "dense", units: 5, bias: true, inputs: [connect("input")] },
    { id: "aRelu", kind: "relu", inputs: [connect("a")] },
    { id: "b", kind: "dense", units: 5, bias: true, inputs: [connect("input")] },
    { id: "bRelu", kind: "relu", inputs: [connect("b")] },
    { id: "c", kind: "dense", units: 5, bias: true, inputs: [connect("aRelu")] },
    { id: "cRelu", kind: "relu", inputs: [connect("c")] },
    { id: "sum", kind: "add", inputs: [connect("aRelu"), connect("bRelu")] },
    { id: "joined", kind: "concat", inputs: [connect("sum"), connect("cRelu")] },
    { id: "out", kind: "dense", units: 3, bias: true, inputs: [connect("joined")] },
  ],
  output: "out",
};

const node = (id: string, from: readonly string[], spec: LayerSpec): Layer =>
  ({ ...spec, id, inputs: from.map((source) => connect(source)) }) as Layer;
const relu1 = relu();
/** Residual blocks: an identity shortcut, then a projected one, then a relu that changes nothing. */
const residual: Network = {
  name: "residual",
  inputShape: [2, 6, 6],
  layers: [
    node("stem", ["input"], conv2d({ channels: 4, kernel: 3, padding: 1 })),
    node("stemRelu", ["stem"], relu1),
    node("a", ["stemRelu"], conv2d({ channels: 4, kernel: 3, padding: 1 })),
    node("aRelu", ["a"], relu1),
    node("b", ["aRelu"], conv2d({ channels: 4, kernel: 3, padding: 1 })),
    node("sum", ["b", "stemRelu"], { kind: "add" }),
    node("sumRelu", ["sum"], relu1),
    node("c", ["sumRelu"], conv2d({ channels: 6, kernel: 3, stride: 2, padding: 1 })),
    node("d", ["sumRelu"], conv2d({ channels: 6, kernel: 1, stride: 2, bias: false })),
    node("joined", ["c", "d"], { kind: "add" }),
    node("pooled", ["joined"], averagePool(1)),
    node("pooledRelu", ["pooled"], relu1),
    node("again", ["pooledRelu"], relu1),
    node("flat", ["again"], flatten()),
    node("out", ["flat"], dense(3)),
  ],
  output: "out",
};
/** Concatenations of sums and of activations. */
const concats: Network = {
  name: "concats",
  inputShape: [6],
  layers: [
    node("a", ["input"], dense(4)),
    node("b", ["input"], dense(5)),
    node("sums", ["a", "b"], { kind: "concat" }),
    node("sumsRelu", ["sums"], relu1),
    node("c", ["sumsRelu"], dense(4)),
    node("cRelu", ["c"], relu1),
    node("all", ["sumsRelu", "cRelu"], { kind: "concat" }),
    node("out", ["all"], dense(3)),
  ],
  output: "out",
};
const storages = {
  float32: undefined,
  int8: { bits: 8, scales: "layer" },
  "int8 by channel": { bits: 8, scales: "channel" },
} as const;
const networks = { mlp, cnn, branches, residual, concats };
const cases = Object.entries(networks).flatMap(([name, network]) =>
  Object.entries(storages).flatMap(([stored, storage]) =>
    (["layer", "channel"] as const).map((granularity) => ({ name, network, stored, storage, granularity })),
  ),
);

for (const { name, network, stored, storage, granularity } of cases) {
  test(`the rates of ${name} (${stored}, bounds by ${granularity}) approach the ANN's activations as 1/T`, () => {
    const float = randomAnn(network, 7);
    const ann = storage === undefined ? float : quantiseWeights(float, storage.bits, storage.scales);
    const rule = { ...settings, granularity };
    const snn =
      granularity === "layer"
        ? convertToSnn(ann, calibrate(ann), rule, inference)
        : convertToSnn(float, calibrate(float), rule, inference, storage);
    const input = randomInput(network, 3); // a calibration image: nothing is clipped
    // Weights that were stored anew are not those of the quantised ANN: compare with what they stand for.
    const activations = runAnn(granularity === "layer" ? ann : float, input);
    const slack = granularity === "channel" && storage !== undefined ? 0.02 : 0;
    const worst = (steps: number): number => {
      const rates = runSnn(snn, input, steps);
      let error = 0;
      for (const { id, kind } of snn.network.layers) {
        if (kind !== "neuron") continue;
        const rate = rates.get(id) ?? [];
        const bounds = snn.tensors[`${id}.bound`].data;
        for (const [i, a] of (activations.get(id) ?? []).entries()) {
          const bound = bounds[Math.floor((i * bounds.length) / rate.length)];
          error = Math.max(error, Math.abs(rate[i] * bound - a) / Math.max(...bounds));
        }
      }
      return error - slack;
    };
    // A spike count never strays further than D from T·a/λ: D = 1 for a constant current, and
    // D ≤ 1 + 3 Σ|w| (λ_in/λ) D_in behind it (backlog and overshoot of a reflected sum). The worst case
    // is loose; these seeded networks stay below 40. A wrong scale anywhere costs far more than 40/2000.
    const [coarse, fine] = [worst(50), worst(2000)];
    assert.ok(coarse < 40 / 50, `error ${coarse} at 50 steps`);
    assert.ok(fine < 40 / 2000, `error ${fine} at 2000 steps`);
  });
}

test("first-layer rates are the activations to within 1/T exactly, where nothing is clipped", () => {
  const ann = randomAnn(mlp, 5);
  const snn = convertToSnn(ann, calibrate(ann), settings, inference);
  const input = randomInput(mlp, 2);
  const bound = snn.tensors["relu1.bound"].data[0];
  for (const steps of [1, 3, 10, 100]) {
    const rates = runSnn(snn, input, steps).get("relu1") ?? [];
    for (const [i, a] of (runAnn(ann, input).get("relu1") ?? []).entries()) {
      const shortfall = a / bound - rates[i];
      assert.ok(
        shortfall > -1e-6 && shortfall < 1 / steps + 1e-6,
        `${rates[i]} for ${a / bound} at ${steps} steps`,
      );
    }
  }
});

for (const readout of ["membrane", "count"] as const) {
  test(`with many steps the ${readout} readout ranks the classes as the ANN does`, () => {
    for (let seed = 0; seed < 5; seed++) {
      const ann = quantiseWeights(randomAnn(mlp, seed), 6);
      const snn = convertToSnn(ann, calibrate(ann), settings, { ...inference, readout });
      const input = randomInput(mlp, 1);
      const wanted = runAnn(ann, input).get(ann.network.output) ?? [];
      if (Math.max(...wanted) <= 0.05) continue; // counts cannot rank classes that are all negative
      const got = runSnn(snn, input, 3000).get(snn.network.output) ?? [];
      assert.equal(got.indexOf(Math.max(...got)), wanted.indexOf(Math.max(...wanted)));
    }
  });
}

test("stored weights and scales are the ANN's own, to the bit", () => {
  for (const ann of [randomAnn(cnn, 0), quantiseWeights(randomAnn(cnn, 0), 4)]) {
    const snn = convertToSnn(ann, calibrate(ann), { ...settings, thresholdFactor: 0.7 }, inference);
    for (const name of Object.keys(ann.tensors)) {
      if (name.endsWith(".bias")) continue;
      assert.equal(snn.tensors[name], ann.tensors[name]);
    }
    assert.deepEqual(snn.weightFormat, ann.weightFormat);
  }
});

test("one key draws the same faults for the ANN and its SNN, and they strike the same codes", () => {
  const ann = quantiseWeights(randomAnn(cnn, 0), 6);
  const snn = convertToSnn(ann, calibrate(ann), settings, { ...inference, readout: "count" });
  const dose = { bitErrorRate: 0.01, key: { seed: 1, trial: 0, purpose: "test", index: 0 } };
  const mask = drawFlips(ann, dose);
  assert.ok(mask.flippedBits > 0);
  assert.deepEqual(drawFlips(snn, dose), mask);
  assert.deepEqual(flippedWeights(snn, mask), flippedWeights(ann, mask));
});

test("thresholds and biases carry the scales as hand-computed", () => {
  const ann = quantiseWeights(randomAnn(mlp, 1), 8);
  const statistics = calibrate(ann);
  const half = { ...settings, thresholdFactor: 0.5, initialPotential: 0.25, neuron: "lif" as const };
  const snn = convertToSnn(ann, statistics, half, inference);
  const [first, second] = ["relu1", "relu2"].map((id) => 0.5 * statistics.layers[id].maximum);
  const scale = ann.tensors["dense2.scale"].data[0];
  assert.equal(snn.tensors["relu2.bound"].data[0], Math.fround(second));
  assert.equal(snn.tensors["relu2.threshold"].data[0], Math.fround(second / (scale * first)));
  assert.equal(snn.tensors["relu2.initialPotential"].data[0], Math.fround((0.25 * second) / (scale * first)));
  assert.equal(snn.tensors["relu2.leak"].data[0], Math.fround(0.9));
  assert.equal(
    snn.tensors["dense2.bias"].data[3],
    Math.fround(ann.tensors["dense2.bias"].data[3] / (scale * first)),
  );
});

test("bounds grow in proportion to the threshold factor, and percentiles with their percent", () => {
  const ann = randomAnn(mlp, 2);
  const statistics = calibrate(ann);
  const bound = (change: Partial<ConversionSettings>): number =>
    convertToSnn(ann, statistics, { ...settings, ...change }, inference).tensors["relu1.bound"].data[0];
  assert.equal(bound({ thresholdFactor: 2 }), 2 * bound({}));
  assert.ok(
    bound({ normalisation: "percentile", percentile: 90 }) <
      bound({ normalisation: "percentile", percentile: 99 }),
  );
  assert.equal(bound({ normalisation: "percentile", percentile: 100 }), bound({}));
});

test("layers that meet in an add or concat share the largest of their bounds", () => {
  const ann = randomAnn(branches, 7);
  const statistics = calibrate(ann);
  const { tensors } = convertToSnn(ann, statistics, settings, inference);
  const relus = ["aRelu", "bRelu", "cRelu"];
  const largest = Math.max(...relus.map((id) => statistics.layers[id].maximum));
  for (const id of relus) assert.equal(tensors[`${id}.bound`].data[0], largest);
});

const chain = (...specs: LayerSpec[]): Model => randomAnn(sequential("x", [4], specs), 0);
const joined = (layer: "add" | "concat", from: readonly string[]): Model =>
  randomAnn(
    {
      ...branches,
      layers: [
        ...branches.layers.slice(0, 4),
        { id: "meet", kind: layer, inputs: from.map((id) => connect(id)) },
        { id: "out", kind: "dense", units: 3, bias: true, inputs: [connect("meet")] },
      ],
    },
    0,
  );
const refused: Record<string, [Model, Partial<Inference>, RegExp]> = {
  "batch norm": [
    chain(dense(3), batchNorm(), relu(), dense(2)),
    {},
    /"batchNorm1" \(batchNorm\) must be folded.*foldBatchNorm/,
  ],
  "two linear layers in a row": [
    chain(dense(3), dense(2)),
    {},
    /"dense2" \(dense\) must take activations.*"dense1".*relu/,
  ],
  "a concat of sums and activations": [
    joined("concat", ["a", "bRelu"]),
    {},
    /"meet" \(concat\) must join activations only/,
  ],
  "a concat with the input": [
    joined("concat", ["aRelu", "input"]),
    {},
    /"meet" \(concat\) must not join the network's input/,
  ],
  "several layers": [
    chain(dense(3), dense(3), batchNorm(), dense(2)),
    {},
    /2 that cannot.*"dense2".*"batchNorm1"/s,
  ],
  "a membrane readout of a relu": [
    chain(dense(3), relu()),
    {},
    /output layer "relu1" must be sums for readout "membrane"/,
  ],
  "spikes for an offset input": [
    { ...chain(dense(3), relu(), dense(2)), preprocessing: { scale: 1 / 255, offset: -0.1 } },
    { coding: "rate" },
    /preprocessing.offset must be 0 for coding "rate"/,
  ],
  "spikes for an input above 1": [
    { ...chain(dense(3), relu(), dense(2)), preprocessing: { scale: 1 / 100, offset: 0 } },
    { coding: "poisson" },
    /preprocessing.scale must be above 0 and at most 1\/255/,
  ],
  "zero steps": [chain(dense(3), relu(), dense(2)), { steps: 0 }, /inference.steps must be .* 1, but got 0/],
};
for (const [name, [ann, change, message]] of Object.entries(refused)) {
  test(`${name} is refused by name`, () => {
    const statistics = calibrate(ann);
    assert.throws(() => convertToSnn(ann, statistics, settings, { ...inference, ...change }), {
      name: "InvalidValueError",
      message,
    });
  });
}

test("bounds by channel and moving averages want statistics that can be asked again", () => {
  const ann = randomAnn(mlp, 0);
  const { watched: _, ...plain } = calibrate(ann);
  for (const change of [{ granularity: "channel" }, { average: "moving" }] as const) {
    assert.throws(
      () => convertToSnn(ann, plain, { ...settings, ...change }, inference),
      /"relu1" must be watched for bounds by channel and moving averages/,
    );
  }
});

test("a dead layer and a threshold factor of 0 are refused", () => {
  const ann = randomAnn(mlp, 0);
  const statistics = calibrate(ann);
  const dead = { ...statistics.layers["relu2"], maximum: 0 };
  assert.throws(
    () =>
      convertToSnn(
        ann,
        { ...statistics, layers: { ...statistics.layers, relu2: dead } },
        settings,
        inference,
      ),
    /"relu2" must hold an activation above 0.*dead/,
  );
  assert.throws(
    () => convertToSnn(ann, statistics, { ...settings, thresholdFactor: 0 }, inference),
    /conversion\.thresholdFactor must be a number from 0\.2 to 2, but got 0\./,
  );
});
