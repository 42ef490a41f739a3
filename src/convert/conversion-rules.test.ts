// What each rule of conversion promises, on small seeded networks run by the real simulator.

import assert from "node:assert/strict";
import { test } from "node:test";
import { randomAnn } from "../../test/scalar-networks.ts";
import { Forward } from "../ann/forward.ts";
import { Random } from "../base/random.ts";
import type { ImageSet } from "../data/dataset.ts";
import { loadKernels } from "../kernels/load.ts";
import {
  averagePool,
  connect,
  conv2d,
  dense,
  flatten,
  type LayerSpec,
  maxPool,
  relu,
  sequential,
} from "../model/build.ts";
import type { Inference, Model } from "../model/model.ts";
import type { Layer, Network } from "../model/network.ts";
import { resolve } from "../space/resolve.ts";
import type { ActivationStatistics } from "./activation-statistics.ts";
import { collectStatistics } from "./collect-statistics.ts";
import { type ConversionSettings, ruleFields, startShare } from "./conversion-fields.ts";
import { convertToSnn } from "./convert-to-snn.ts";
import { diagnose } from "./diagnose.ts";
import { leastErrorBound } from "./least-error-bound.ts";
import { type CalibrationImages, watchAnn, watchSnn } from "./mean-activations.ts";
import { poolBeforeRelu } from "./pool-before-relu.ts";

const kernels = await loadKernels();
const random = new Random({ seed: 5, trial: -1, purpose: "test-pixels", index: 0 });
const count = 40;
const set: ImageSet = {
  pixels: Uint8Array.from({ length: count * 64 }, () => random.integer(256)),
  labels: Uint8Array.from({ length: count }, () => random.integer(4)),
  imageShape: [1, 8, 8],
  count,
};
const images: CalibrationImages = { kernels, images: set, count, seed: 0, isCancelled: () => false };

function statisticsOf(ann: Model): ActivationStatistics {
  const forward = new Forward(kernels, ann, { maximumBatch: 20 });
  const calibration = { forward, network: ann.network, ...set, first: 0, isCancelled: () => false };
  return collectStatistics(calibration);
}

function convert(
  ann: Model,
  steps: number,
  change: Partial<ConversionSettings>,
  inference: Partial<Inference> = {},
): Model {
  const settings = resolve("rule", ruleFields, { normalisation: "max", ...change });
  const standard = { steps, coding: "constant", readout: "membrane", dtMs: 1 } as const;
  return convertToSnn(ann, statisticsOf(ann), settings, { ...standard, ...inference });
}

const net = (...specs: LayerSpec[]): Model => randomAnn(sequential("net", [1, 8, 8], specs), 3);
const plain = net(
  conv2d({ channels: 4, kernel: 3 }),
  relu(),
  averagePool(2),
  flatten(),
  dense(12),
  relu(),
  dense(4),
);
const pooled = net(
  conv2d({ channels: 4, kernel: 3 }),
  relu(),
  maxPool(2),
  flatten(),
  dense(12),
  relu(),
  dense(4),
);
const node = (id: string, from: readonly string[], spec: LayerSpec): Layer =>
  ({ ...spec, id, inputs: from.map((source) => connect(source)) }) as Layer;
const residual: Network = {
  name: "residual",
  inputShape: [1, 8, 8],
  layers: [
    node("stem", ["input"], conv2d({ channels: 4, kernel: 3, padding: 1 })),
    node("stemRelu", ["stem"], relu()),
    node("a", ["stemRelu"], conv2d({ channels: 4, kernel: 3, padding: 1 })),
    node("aRelu", ["a"], relu()),
    node("b", ["aRelu"], conv2d({ channels: 4, kernel: 3, padding: 1 })),
    node("sum", ["b", "stemRelu"], { kind: "add" }),
    node("sumRelu", ["sum"], relu()),
    node("flat", ["sumRelu"], flatten()),
    node("out", ["flat"], dense(4)),
  ],
  output: "out",
};

/** Largest error of any neuron's activation, as a share of its layer's bound. */
function worstError(snn: Model, ann: Model, full: number): number {
  const wanted = new Map<string, Float32Array>();
  watchAnn(ann, images, (id, values, first) => {
    if (first === 0) wanted.set(id, values.slice());
  });
  let worst = 0;
  watchSnn(snn, images, ({ layer, counts, potentials, firstImage }) => {
    const own = wanted.get(layer);
    if (own === undefined || firstImage > 0 || potentials.length === 0) return;
    const bound = snn.tensors[`${layer}.bound`].data[0];
    counts.forEach((n, k) => {
      worst = Math.max(worst, Math.abs(own[k] / bound - n / full));
    });
  });
  return worst;
}

test("neurons that fire once tell activations within half a level and what they inherit", () => {
  for (const ann of [plain, pooled, randomAnn(residual, 4)]) {
    for (const coding of ["constant", "latency"] as const) {
      const [coarse, fine] = [8, 256].map((w) =>
        worstError(convert(ann, w, { neuron: "ttfs" }, { coding }), ann, w),
      );
      // Latency also rounds the input.
      assert.ok(fine < 8 / 256 && coarse < 8 / 8, `${ann.network.name} ${coding}: ${coarse}, ${fine}`);
    }
  }
  const first = convert(plain, 16, { neuron: "ttfs" });
  assert.ok(diagnose(first, plain, 0.5, images).layers[0].unevenness < 1e-6, "held input adds up exactly");
});

test("neurons that fire once take a window a layer, all of them steps of the network", () => {
  const steps = (readout: "membrane" | "firstSpike"): number | undefined =>
    convert(plain, 10, { neuron: "ttfs" }, { readout }).inference?.steps;
  assert.equal(steps("membrane"), 30);
  assert.equal(steps("firstSpike"), 40);
});

test("a warm-up comes on top of the steps that count, one by offset for every layer in a row", () => {
  const inference = (change: Partial<ConversionSettings>): unknown =>
    convert(plain, 6, { warmUpSteps: 3, ...change }).inference;
  const standard = { coding: "constant", readout: "membrane", dtMs: 1 };
  assert.deepEqual(inference({}), { ...standard, steps: 6 });
  assert.deepEqual(inference({ warmUp: "residual" }), {
    ...standard,
    steps: 9,
    warmUp: { rule: "residual", steps: 3 },
  });
  assert.deepEqual(inference({ warmUp: "offset" }), {
    ...standard,
    steps: 12,
    warmUp: { rule: "offset", steps: 6 },
  });
});

test("warm-ups and signed neurons leave less unevenness than plain neurons", () => {
  const unevenness = (change: Partial<ConversionSettings>): number => {
    const { layers } = diagnose(convert(plain, 8, change), plain, 0.5, images);
    return layers[1].unevenness + (layers[1].inherited ?? 0);
  };
  const before = unevenness({});
  for (const change of [{ signed: true }, { warmUp: "residual" as const }, { warmUp: "offset" as const }])
    assert.ok(unevenness(change) <= before, `${JSON.stringify(change)}: ${unevenness(change)} for ${before}`);
});

test("half a threshold given over the steps is half a threshold in the end", () => {
  const [shifted, started] = [
    convert(plain, 8, { initialPotential: 0, thresholdShift: 0.5 }),
    convert(plain, 8, { initialPotential: 0.5 }),
  ];
  const ends = (snn: Model): Map<string, Float32Array> => {
    const found = new Map<string, Float32Array>();
    watchSnn(snn, images, ({ layer, counts, potentials }) => {
      const theta = snn.tensors[`${layer}.threshold`].data[0];
      if (layer === "relu1")
        found.set(
          layer,
          potentials.map((v, k) => (v + theta * counts[k]) / theta),
        );
    });
    return found;
  };
  const [a, b] = [shifted, started].map((snn) => ends(snn).get("relu1") ?? new Float32Array(0));
  assert.ok(a.length > 0);
  for (const [k, charge] of a.entries()) assert.ok(Math.abs(charge - b[k]) < 1e-4, `${charge} for ${b[k]}`);
});

test("a max pool before its relu leaves the ANN as it is, and the SNN fewer neurons", () => {
  const moved = poolBeforeRelu(pooled);
  const outputs = (ann: Model): Float32Array[] => {
    const found: Float32Array[] = [];
    watchAnn(ann, images, (id, values) => {
      if (id === ann.network.output) found.push(values.slice());
    });
    return found;
  };
  assert.deepEqual(outputs(moved), outputs(pooled));
  assert.deepEqual(moved.network.layers.map(({ id }) => id).slice(0, 3), ["conv2d1", "maxPool1", "relu1"]);
  assert.equal(poolBeforeRelu(plain), plain);
  const neurons = (maxPoolRule: ConversionSettings["maxPool"]): number => {
    const snn = convert(pooled, 4, { maxPool: maxPoolRule });
    const correct = diagnose(snn, maxPoolRule === "sums" ? moved : pooled, 0.5, images);
    return correct.layers[0].neurons;
  };
  assert.equal(neurons("gate"), 4 * neurons("sums"));
});

test("relus trained with levels keep their bound, those with a bound have none above it", () => {
  const specs = (activation: LayerSpec): LayerSpec[] => [flatten(), dense(6), activation, dense(4)];
  for (const [activation, wanted] of [
    [{ kind: "relu", bounded: true, levels: 4 }, 0.125],
    [{ kind: "relu", bounded: true }, 0.125],
  ] as const) {
    const ann = net(...specs(activation));
    const own: Model = {
      ...ann,
      tensors: { ...ann.tensors, "relu1.bound": { shape: [1], data: Float32Array.of(0.125) } },
    };
    const snn = convert(own, 4, { normalisation: "percentile" });
    assert.equal(snn.tensors["relu1.bound"].data[0], wanted);
  }
});

test("with the levels it was trained with, every first-layer neuron fires as often as the ANN says", () => {
  const ann = net(flatten(), dense(20), { kind: "relu", bounded: true, levels: 4 }, dense(4));
  const own: Model = {
    ...ann,
    tensors: { ...ann.tensors, "relu1.bound": { shape: [1], data: Float32Array.of(0.75) } },
  };
  assert.ok(worstError(convert(own, 4, {}), own, 4) < 1e-6);
  assert.ok(worstError(convert(own, 4, { initialPotential: 0 }), own, 4) > 0.2);
});

test("the least-error bound is the best of its grid, by brute force over the values", () => {
  const ann = net(flatten(), dense(6), relu(), dense(4));
  const statistics = statisticsOf(ann);
  const values: number[] = [];
  watchAnn(ann, images, (id, some) => {
    if (id === "relu1") values.push(...some);
  });
  for (const [steps, head] of [
    [2, 0.5],
    [4, 0],
    [16, 0.5],
  ]) {
    const error = (bound: number): number =>
      values.reduce((sum, a) => {
        const spikes = Math.min(steps, Math.floor((Math.max(0, a) * steps) / bound + head));
        return sum + (Math.max(0, a) - (spikes * bound) / steps) ** 2;
      }, 0);
    const found = leastErrorBound(statistics.layers["relu1"], steps, head);
    const grid = Array.from({ length: 96 }, (_, i) => (Math.max(...values) * (100 - i)) / 100);
    const least = Math.min(...grid.map(error));
    assert.ok(error(found) <= least * 1.01, `${error(found)} for ${least}`);
  }
});

const together: readonly (readonly [Partial<ConversionSettings>, Partial<Inference>, RegExp])[] = [
  [{ signed: true, reset: "zero" }, {}, /conversion\.reset must be subtract for signed neurons/],
  [{ normalisation: "mmse", granularity: "channel" }, {}, /conversion\.granularity must be layer for mmse/],
  [{ warmUp: "residual", reset: "zero" }, {}, /conversion\.reset must be subtract for a warm-up/],
  [{ warmUp: "offset", signed: true }, {}, /conversion\.signed must be off for an offset warm-up/],
  [{ warmUp: "offset" }, { coding: "rate" }, /conversion\.warmUp must not be offset but for constant input/],
  [{ neuron: "ttfs", signed: true }, {}, /conversion\.signed must be off for neurons that fire once/],
  [{ neuron: "ttfs", warmUp: "residual" }, {}, /conversion\.warmUp must be none for neurons that fire once/],
  [
    { neuron: "ttfs", thresholdShift: 0.5 },
    {},
    /conversion\.thresholdShift must be 0 for neurons that fire once/,
  ],
  [{ neuron: "ttfs" }, { coding: "poisson" }, /coding must be constant or latency for neuron ttfs/],
  [{ neuron: "ttfs" }, { readout: "count" }, /readout must be membrane or firstSpike for neuron ttfs/],
];
for (const [change, inference, message] of together) {
  test(`refused: ${JSON.stringify({ ...change, ...inference })}`, () => {
    assert.throws(() => convert(plain, 4, change, inference), { name: "InvalidValueError", message });
  });
}

test("the share neurons start with is what rule and shift give, and half for those that fire once", () => {
  const share = (change: Partial<ConversionSettings>): number =>
    startShare(resolve("rule", ruleFields, change));
  assert.equal(share({ initialPotential: 0.25, thresholdShift: 0.5 }), 0.75);
  assert.equal(share({ neuron: "ttfs", initialPotential: 0 }), 0.5);
});

test("an image whose class scores are all negative still has a first spike", () => {
  const ann = net(flatten(), dense(6), relu(), dense(4));
  const bias = { shape: [4], data: Float32Array.of(-5, -5.5, -6, -5) };
  const low: Model = { ...ann, tensors: { ...ann.tensors, "dense2.bias": bias } };
  assert.ok(statisticsOf(low).lowestTopScore < 0);
  for (const neuron of ["if", "ttfs"] as const) {
    // A score above 0 somewhere, or the layer would have no bound at all.
    const some: Model = {
      ...low,
      tensors: {
        ...low.tensors,
        "dense2.weight": {
          ...ann.tensors["dense2.weight"],
          data: ann.tensors["dense2.weight"].data.map((w) => 40 * w),
        },
      },
    };
    const snn = convert(some, 64, { neuron }, { readout: "firstSpike" });
    let decided = 0;
    watchSnn(snn, images, ({ layer, counts }) => {
      if (layer !== snn.network.output) return;
      for (let n = 0; n < counts.length; n += 4) if (counts.subarray(n, n + 4).some((x) => x > 0)) decided++;
    });
    assert.equal(decided, count, neuron);
  }
});
