// Relus with a bound and with levels: what they give, what they learn, what they never become.

import assert from "node:assert/strict";
import { test } from "node:test";
import { randomAnn, runAnn } from "../../test/scalar-networks.ts";
import { Random } from "../base/random.ts";
import type { ImageSet } from "../data/dataset.ts";
import { loadKernels } from "../kernels/load.ts";
import { conv2d, dense, flatten, sequential } from "../model/build.ts";
import type { Model } from "../model/model.ts";
import type { Network } from "../model/network.ts";
import { resolve } from "../space/resolve.ts";
import { type Checkpoint, type FitOptions, fit } from "./fit.ts";
import { Forward } from "./forward.ts";
import { GradientEngine } from "./gradient-engine.ts";
import { LocalGradientSource } from "./gradient-source.ts";
import { initialise } from "./initialise.ts";
import { pack } from "./parameter-layout.ts";
import { trainingFields } from "./training-fields.ts";

const kernels = await loadKernels({ build: "simd", memoryBytes: 2 ** 24 });
const images = 6;
const preprocessing = { scale: 1 / 255, offset: -0.3 };

function convolutional(levels?: number): Network {
  const bounded = { kind: "relu", bounded: true, ...(levels && { levels }) } as const;
  return sequential(
    "small",
    [2, 6, 5],
    [conv2d({ channels: 4, kernel: 3 }), bounded, flatten(), dense(6), bounded, dense(3)],
  );
}

function modelOf(network: Network, bound: number): Model {
  return { ...randomAnn(network, 5), preprocessing, tensors: initialise(network, 3, bound) };
}

function randomImages(count: number, size: number): Uint8Array {
  const random = new Random({ seed: 2, trial: 0, purpose: "images", index: 0 });
  return Uint8Array.from({ length: count * size }, () => random.integer(256));
}

/** Gradients of all parameters by tensor name, at the model's. */
function gradientsOf(model: Model): { loss: number; gradients: ReadonlyMap<string, Float32Array> } {
  const mark = kernels.mark();
  const { network } = model;
  const engine = new GradientEngine(kernels, {
    network,
    preprocessing,
    maximumShard: images,
    labelSmoothing: 0,
  });
  pack(engine.layout.parameters, model.tensors, engine.parameters);
  engine.pixels.set(randomImages(images, 60));
  for (let i = 0; i < images; i++) engine.labels[i] = i % 3;
  const { loss } = engine.compute(images, 1 / images);
  const gradients = new Map(
    engine.layout.parameters.map(({ name, offset, length }) => [
      name,
      engine.gradient.slice(offset, offset + length),
    ]),
  );
  kernels.release(mark);
  return { loss: loss / images, gradients };
}

for (const levels of [undefined, 1, 4]) {
  test(`forward, ${levels ?? "no"} levels: every value is what scalar loops give, unless another activation is asked for`, () => {
    const mark = kernels.mark();
    const network = convolutional(levels);
    const model = modelOf(network, 0.37);
    const pixels = randomImages(images, 60);
    const seen = new Map<string, Float32Array>();
    const forward = new Forward(kernels, model, { maximumBatch: images });
    forward.run(pixels, 0, images, (id, values) => seen.set(id, values.slice()));
    const plain = new Forward(kernels, model, {
      maximumBatch: images,
      activationOf: () => ({ kind: "relu" }),
    });
    let largest = 0;
    plain.run(pixels, 0, images, (id, values) => {
      if (id === "relu1") largest = Math.max(...values);
    });
    assert.ok(largest > 0.4, `plain relus must pass the bound, but the largest value is ${largest}`);
    for (let n = 0; n < images; n++) {
      const input = Array.from(pixels.subarray(n * 60, (n + 1) * 60), (pixel) => pixel / 255 - 0.3);
      const wanted = runAnn(model, input).get("relu1") ?? [];
      const got = seen.get("relu1")?.subarray(n * wanted.length, (n + 1) * wanted.length) ?? [];
      // Sums next to a step may round to either side of it.
      const off = wanted.filter((value, i) => !(Math.abs(got[i] - value) < 1e-5)).length;
      assert.ok(off <= 1, `${off} values of image ${n}`);
      if (levels === undefined) continue;
      for (const value of got) {
        const level = (value * levels) / Math.fround(0.37);
        assert.ok(Math.abs(level - Math.round(level)) < 1e-5 && level > -1e-9 && level < levels + 1e-5);
      }
    }
    kernels.release(mark);
  });
}

test("with very many levels the gradients are those of the same relus without", () => {
  const clipped = gradientsOf(modelOf(convolutional(), 0.4));
  const levelled = gradientsOf(modelOf(convolutional(65_535), 0.4));
  for (const [name, gradient] of clipped.gradients) {
    const other = levelled.gradients.get(name) ?? [];
    gradient.forEach((value, i) => {
      assert.ok(Math.abs(value - other[i]) < 1e-3, `${name}[${i}]: ${value} and ${other[i]}`);
    });
  }
  assert.ok(Math.abs(clipped.gradients.get("relu1.bound")?.[0] ?? 0) > 1e-3);
});

// The floor's slope is 0 or infinite. Passed straight through, it counts as u + (⌊u₀⌋ − u₀): what it took off
// at the point in question is held fixed. The slopes of that function are the gradients that must come out.
for (const levels of [2, 4, 7]) {
  test(`${levels} levels: gradients are the slopes of the loss with the floor's remainders held`, () => {
    const bounded = { kind: "relu", bounded: true, levels } as const;
    const network = sequential(
      "chain",
      [2, 6, 5],
      [flatten(), dense(7), bounded, dense(5), bounded, dense(3)],
    );
    const model = modelOf(network, 0.4);
    const { gradients, loss } = gradientsOf(model);
    const values = new Map(
      Object.entries(model.tensors).map(([name, { data }]) => [name, Float64Array.from(data)]),
    );
    const remainders: number[] = [];
    let isHeld = false;
    const lossOf = (): number => {
      let [place, total] = [0, 0];
      const activate = (z: number, bound: number): number => {
        const share = Math.min(1, Math.max(0, z / bound));
        if (!isHeld) remainders.push(Math.floor(share * levels + 0.5) / levels - share);
        return bound * (share + remainders[place++]);
      };
      const pixels = randomImages(images, 60);
      for (let n = 0; n < images; n++) {
        let x = Array.from(pixels.subarray(n * 60, (n + 1) * 60), (pixel) => pixel / 255 - 0.3);
        for (const i of [1, 2, 3]) {
          const [weight, bias] = ["weight", "bias"].map((name) => values.get(`dense${i}.${name}`) ?? []);
          const from = x;
          x = Array.from(bias, (start, unit) =>
            from.reduce((sum, value, j) => sum + value * weight[unit * from.length + j], start),
          );
          if (i < 3) x = x.map((z) => activate(z, values.get(`relu${i}.bound`)?.[0] ?? 1));
        }
        total += Math.log(x.reduce((sum, score) => sum + Math.exp(score), 0)) - x[n % 3];
      }
      return total / images;
    };
    assert.ok(Math.abs(lossOf() - loss) < 1e-5, "the twin has the engine's loss");
    isHeld = true;
    let largest = 0;
    for (const [name, data] of values) {
      for (let i = 0; i < data.length; i++) {
        const value = data[i];
        const [up, down] = [1e-6, -1e-6].map((h) => {
          data[i] = value + h;
          return lossOf();
        });
        data[i] = value;
        const [wanted, got] = [(up - down) / 2e-6, gradients.get(name)?.[i] ?? Number.NaN];
        assert.ok(Math.abs(wanted - got) < 2e-5, `${name}[${i}] is ${got}, the slope ${wanted}`);
        if (name.endsWith("bound")) largest = Math.max(largest, Math.abs(got));
      }
    }
    assert.ok(largest > 1e-3, "no bound has a gradient");
  });
}

function fitOptions(given: Readonly<Record<string, unknown>>, more: Partial<FitOptions> = {}): FitOptions {
  const settings = resolve("training", trainingFields, { epochs: 4, batch: 20, warmUpEpochs: 0, ...given });
  const model = modelOf(convolutional(4), settings.initialBound);
  const train: ImageSet = {
    pixels: randomImages(100, 60),
    labels: Uint8Array.from({ length: 100 }, (_, i) => i % 3),
    count: 100,
    imageShape: [2, 6, 5],
  };
  const { shards, shiftPixels, labelSmoothing } = settings;
  const engine = new GradientEngine(kernels, {
    network: model.network,
    preprocessing,
    maximumShard: 20,
    labelSmoothing,
  });
  const source = { images: train, seed: 0, shards, shiftPixels };
  const gradients = new LocalGradientSource(engine, source, () => false);
  return { model, settings, seed: 0, train, validation: train, gradients, isCancelled: () => false, ...more };
}

test("bounds are trained, and a checkpoint holds them", () => {
  const mark = kernels.mark();
  const checkpoints: Checkpoint[] = [];
  const given = { initialBound: 0.5, learningRate: 0.01 };
  const whole = fit(kernels, fitOptions(given, { onCheckpoint: (one) => checkpoints.push(one) }));
  for (const id of ["relu1", "relu2"]) {
    const { shape, data } = whole.model.tensors[`${id}.bound`];
    assert.deepEqual(shape, [1]);
    assert.ok(Math.abs(data[0] - 0.5) > 1e-3, `${id} still has ${data[0]}`);
  }
  const resumed = fit(kernels, fitOptions(given, { resume: structuredClone(checkpoints[1]) }));
  assert.deepEqual(resumed.model.tensors, whole.model.tensors);
  kernels.release(mark);
});

test("a bound stays above 0 whatever its gradient", () => {
  const mark = kernels.mark();
  const given = fitOptions({
    initialBound: 0.5,
    learningRate: 1,
    optimiser: "sgd",
    momentum: 0,
    weightDecay: 0,
  });
  const { compute } = given.gradients;
  const gradients: FitOptions["gradients"] = {
    compute: (request, parameters, gradient, statistics) => {
      const result = compute.call(given.gradients, request, parameters, gradient, statistics);
      gradient.fill(0).fill(3, bound, bound + 1);
      return result;
    },
  };
  const { layout } = new GradientEngine(kernels, {
    network: given.model.network,
    preprocessing,
    maximumShard: 1,
    labelSmoothing: 0,
  });
  const bound = layout.parameters.find(({ name }) => name === "relu1.bound")?.offset ?? -1;
  const { model } = fit(kernels, { ...given, gradients });
  assert.equal(model.tensors["relu1.bound"].data[0], Math.fround(0.5e-3));
  kernels.release(mark);
});

test("stored codes with a scale a channel run as the weights they stand for", () => {
  const mark = kernels.mark();
  const network = convolutional(4);
  const float = modelOf(network, 0.5);
  const tensors = { ...float.tensors };
  const asFloat = { ...float.tensors };
  for (const id of ["conv2d1", "dense1", "dense2"]) {
    const { shape, data } = tensors[`${id}.weight`];
    const codes = Int8Array.from(data, (value) => Math.round(20 * value));
    const scale = Float32Array.from({ length: shape[0] }, (_, i) => 0.01 * (i + 1));
    const size = data.length / shape[0];
    tensors[`${id}.weight`] = { shape, data: codes };
    tensors[`${id}.scale`] = { shape: [shape[0]], data: scale };
    const values = Float32Array.from(codes, (code, i) => code * scale[Math.floor(i / size)]);
    asFloat[`${id}.weight`] = { shape, data: values };
  }
  const scores = (model: Model): Float32Array =>
    new Forward(kernels, model, { maximumBatch: 4 }).run(randomImages(4, 60), 0, 4).slice();
  const stored = scores({ ...float, weightFormat: { kind: "int", bits: 8 }, tensors });
  assert.deepEqual(stored, scores({ ...float, tensors: asFloat }));
  kernels.release(mark);
});
