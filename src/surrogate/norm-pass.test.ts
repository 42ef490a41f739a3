// Batch norm in training is the ANN's: over one step, with leaky integrators that hand it on, loss, gradients and
// statistics are those of the ANN's engine; over steps that are alike, too.

import assert from "node:assert/strict";
import { test } from "node:test";
import { spikingModelOf } from "../../test/trained-networks.ts";
import { GradientEngine } from "../ann/gradient-engine.ts";
import { Random } from "../base/random.ts";
import { loadKernels } from "../kernels/load.ts";
import { batchNorm, conv2d, dense, flatten, type LayerSpec, neuron, sequential } from "../model/build.ts";
import type { Inference } from "../model/model.ts";
import { seriesLosses } from "./series-losses.ts";
import { initialiseSpiking } from "./spiking-network.ts";
import { SurrogateEngine, type SurrogateEngineOptions } from "./surrogate-engine.ts";

const kernels = await loadKernels({ memoryBytes: 2 ** 23 });
const images = 5;
const cases: Readonly<Record<string, readonly LayerSpec[]>> = {
  dense: [flatten(), dense(6, false), batchNorm()],
  convolution: [conv2d({ channels: 2, kernel: [3, 2], bias: true }), batchNorm(), flatten()],
};

for (const [name, layers] of Object.entries(cases)) {
  for (const [coding, steps] of [
    ["constant", 1],
    ["rate", 1],
    ["rate", 3],
  ] as const) {
    test(`${name}, ${coding} input over ${steps} steps: batch norm has the ANN's gradients`, () => {
      const mark = kernels.mark();
      const { engine, ann } = engines(layers, { coding, steps });
      const random = new Random({ seed: 1, trial: -1, purpose: "norm", index: 0 });
      // Black and white, so that rates are 0 and 1 and every step is the same.
      const pixels = Uint8Array.from({ length: ann.pixels.length }, () => 255 * random.integer(2));
      for (const own of [engine, ann]) {
        own.pixels.set(pixels);
        own.labels.set(Uint8Array.from({ length: images }, (_, i) => i % 4));
      }
      ann.parameters.set(engine.parameters);
      const expected = ann.compute(images, 1 / images);
      const got = engine.compute(images, 1 / images, { seed: 0, trial: 0, images: new Uint32Array(images) });
      assert.deepEqual(
        engine.layout.parameters.map((slot) => [slot.name, slot.offset]),
        ann.layout.parameters.map((slot) => [slot.name, slot.offset]),
      );
      assert.ok(Math.abs(got.loss - expected.loss) < 1e-5 * expected.loss, `${got.loss}, ${expected.loss}`);
      near(engine.gradient, ann.gradient, "gradient");
      near(engine.statistics, unbiased(ann, steps), "statistics");
      kernels.release(mark);
    });
  }
}

function engines(
  layers: readonly LayerSpec[],
  inference: Pick<Inference, "coding" | "steps">,
): { readonly engine: SurrogateEngine; readonly ann: GradientEngine } {
  const integrator = neuron({ reset: "none", emits: "potential" });
  const network = sequential("norm", [1, 4, 3], [...layers, integrator]);
  const tensors = initialiseSpiking(network, 0, {});
  const model = spikingModelOf(network, tensors, { ...inference, readout: "membrane" });
  const options: SurrogateEngineOptions = {
    model,
    // Of alike steps every potential is the step's number times the first: the last one over steps is the first.
    loss: inference.steps === 1 ? seriesLosses.lastPotential : shareOfLast(inference.steps),
    surrogate: "atan",
    slope: 2,
    isDetached: true,
    maximumShard: images,
  };
  const ann = new GradientEngine(kernels, {
    network: sequential("norm", [1, 4, 3], layers),
    preprocessing: model.preprocessing,
    maximumShard: images,
    labelSmoothing: 0,
  });
  return { engine: new SurrogateEngine(kernels, options), ann };
}

function shareOfLast(steps: number): SurrogateEngineOptions["loss"] {
  return {
    ...seriesLosses.lastPotential,
    of(args) {
      const values = args.values.map((value) => value / steps);
      const result = seriesLosses.lastPotential.of({ ...args, values });
      for (let i = 0; i < args.gradient.length; i++) args.gradient[i] /= steps;
      return result;
    },
  };
}

/** The ANN's variances are unbiased over one step's values; over more steps there are more values. */
function unbiased({ statistics, layout }: GradientEngine, steps: number): Float32Array {
  const out = statistics.slice();
  const positions = layout.parameters[0].name.startsWith("conv") ? 4 : 1;
  const values = images * positions;
  for (const { name, offset, length } of layout.statistics) {
    if (!name.endsWith("variance")) continue;
    for (let i = offset; i < offset + length; i++)
      out[i] *= ((values - 1) / values) * ((values * steps) / (values * steps - 1));
  }
  return out;
}

function near(got: Float32Array, expected: Float32Array, what: string): void {
  assert.equal(got.length, expected.length);
  const largest = expected.reduce((most, x) => Math.max(most, Math.abs(x)), 1e-2);
  expected.forEach((x, i) => {
    assert.ok(Math.abs(got[i] - x) < 1e-5 * largest, `${what}[${i}] is ${got[i]}, not ${x}`);
  });
}
