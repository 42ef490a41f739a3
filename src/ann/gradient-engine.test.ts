// Gradients against central differences, for every layer kind and way of joining them.

import assert from "node:assert/strict";
import { test } from "node:test";
import { Random } from "../base/random.ts";
import { loadKernels } from "../kernels/load.ts";
import {
  averagePool,
  batchNorm,
  connect,
  conv2d,
  dense,
  flatten,
  maxPool,
  relu,
  sequential,
} from "../model/build.ts";
import type { Layer, Network } from "../model/network.ts";
import type { Preprocessing } from "../model/preprocessing.ts";
import { GradientEngine } from "./gradient-engine.ts";
import { initialise } from "./initialise.ts";
import { pack } from "./parameter-layout.ts";

const shape = [2, 6, 5] as const;
const chain = (specs: Parameters<typeof sequential>[2]): Network => sequential("chain", shape, specs);
const graph = (layers: readonly Layer[]): Network => ({
  name: "graph",
  inputShape: shape,
  layers,
  output: "out",
});
const conv = (id: string, from: string, side = 3): Layer => ({
  id,
  kind: "conv2d",
  channels: 4,
  kernel: [side, side],
  stride: [1, 1],
  padding: [(side - 1) / 2, (side - 1) / 2],
  groups: 1,
  bias: true,
  inputs: [connect(from)],
});
const full = (id: string, from: string, units = 3): Layer => ({
  id,
  kind: "dense",
  units,
  bias: true,
  inputs: [connect(from)],
});
const join = (id: string, kind: "add" | "concat", from: readonly string[]): Layer => ({
  id,
  kind,
  inputs: from.map((f) => connect(f)),
});
const flat = (id: string, from: string): Layer => ({ id, kind: "flatten", inputs: [connect(from)] });

const networks: Record<string, Network> = {
  "dense layers": chain([flatten(), dense(5), dense(3)]),
  relu: chain([flatten(), dense(7), relu(), dense(3)]),
  "relu with a bound": chain([
    flatten(),
    dense(7),
    { kind: "relu", bounded: true },
    dense(6),
    { kind: "relu", bounded: true },
    dense(3),
  ]),
  "convolutions with stride and padding": chain([
    conv2d({ channels: 4, kernel: [3, 2], stride: [2, 1], padding: [1, 1] }),
    conv2d({ channels: 3, kernel: 2, bias: false }),
    flatten(),
    dense(3, false),
  ]),
  "convolutions in groups": chain([
    conv2d({ channels: 4, kernel: 3, groups: 2, padding: 1 }),
    conv2d({ channels: 4, kernel: 3, groups: 4, stride: 2 }),
    flatten(),
    dense(3),
  ]),
  "average pooling, overlapping": chain([
    conv2d({ channels: 4, kernel: 3, padding: 1 }),
    averagePool(3, 2),
    flatten(),
    dense(3),
  ]),
  "maximum pooling": chain([conv2d({ channels: 4, kernel: 3, padding: 1 }), maxPool(2), flatten(), dense(3)]),
  "batch norm after a convolution": chain([
    conv2d({ channels: 4, kernel: 3 }),
    batchNorm(),
    flatten(),
    dense(3),
  ]),
  "batch norm after a dense layer": chain([flatten(), dense(6), batchNorm(), dense(3)]),
  "additions, also of a layer to itself": graph([
    conv("a", "input"),
    conv("b", "a"),
    join("s", "add", ["a", "b", "a"]),
    flat("f", "s"),
    full("out", "f"),
  ]),
  "concatenations, also of the input": graph([
    conv("a", "input"),
    conv("b", "a", 1),
    join("j", "concat", ["a", "b", "input"]),
    flat("f", "j"),
    full("out", "f"),
  ]),
  "a layer used three times": graph([
    flat("f", "input"),
    full("a", "f", 4),
    full("b", "a", 4),
    full("c", "a", 4),
    join("s", "add", ["b", "c", "a"]),
    full("out", "s"),
  ]),
  "an output that another layer uses, too": graph([
    flat("f", "input"),
    full("out", "f"),
    full("after", "out", 2),
  ]),
};

const kernels = await loadKernels({ build: "simd", memoryBytes: 2 ** 25 });
const images = 6;

for (const [name, network] of Object.entries(networks)) {
  test(`${name}: every gradient is the slope of the loss`, () => {
    const mark = kernels.mark();
    const random = new Random({ seed: 1, trial: 0, purpose: name, index: 0 });
    const engine = new GradientEngine(kernels, {
      network,
      preprocessing: { scale: 1 / 255, offset: -0.3 },
      maximumShard: images,
      labelSmoothing: 0.1,
    });
    // A bound that some sums pass and some do not.
    pack(engine.layout.parameters, initialise(network, 3, 0.4), engine.parameters);
    const size = shape[0] * shape[1] * shape[2];
    for (let i = 0; i < images * size; i++) engine.pixels[i] = random.integer(256);
    for (let i = 0; i < images; i++) engine.labels[i] = random.integer(3);
    const loss = (): number => engine.compute(images, 1 / images).loss / images;
    loss();
    const gradient = engine.gradient.slice();
    // The loss is summed in float64 from float32 scores: at this step size rounding is below 3e-4, and few
    // rectifiers change sides between the two points; those that do are told apart by smaller step sizes.
    const slope = (i: number, h: number): number => {
      const value = engine.parameters[i];
      const [above, below] = [Math.fround(value + h), Math.fround(value - h)];
      engine.parameters[i] = above;
      const up = loss();
      engine.parameters[i] = below;
      const down = loss();
      engine.parameters[i] = value;
      return (up - down) / (above - below);
    };
    // Rectifiers and maxima have kinks: there, few coordinates may be between two slopes at every step size.
    const hasKinks = network.layers.some(({ kind }) => kind === "relu" || kind === "maxPool");
    let [checked, off] = [0, 0];
    for (const { name: tensor, offset, length } of engine.layout.parameters) {
      for (let i = offset; i < offset + length; i++) {
        const errors = [4e-3, 1e-3, 2.5e-4].map((h) => Math.abs(slope(i, h) - gradient[i]));
        if (Math.min(...errors) >= 2e-3) off++;
        assert.ok(
          hasKinks || off === 0,
          `${tensor}[${i - offset}]: gradient ${gradient[i]}, off by ${errors}`,
        );
        checked++;
      }
    }
    assert.ok(off <= checked / 50, `${off} of ${checked} gradients are off`);
    assert.ok(checked > 20 && gradient.some((value) => Math.abs(value) > 0.01));
    kernels.release(mark);
  });
}

test("the loss sees every channel through its own map", () => {
  const lossWith = (preprocessing: Preprocessing): number => {
    const mark = kernels.mark();
    const network = networks["an output that another layer uses, too"];
    const engine = new GradientEngine(kernels, {
      network,
      preprocessing,
      maximumShard: images,
      labelSmoothing: 0,
    });
    pack(engine.layout.parameters, initialise(network, 3), engine.parameters);
    const random = new Random({ seed: 1, trial: 0, purpose: "by channel", index: 0 });
    for (let i = 0; i < engine.pixels.length; i++) engine.pixels[i] = random.integer(256);
    const { loss } = engine.compute(images, 1 / images);
    kernels.release(mark);
    return loss;
  };
  const [channels] = shape;
  const lists = { scale: new Array(channels).fill(1 / 255), offset: new Array(channels).fill(-0.3) };
  assert.equal(lossWith(lists), lossWith({ scale: 1 / 255, offset: -0.3 }));
  for (let c = 0; c < channels; c++) {
    const offset = lists.offset.with(c, 0.3);
    assert.notEqual(lossWith({ ...lists, offset }), lossWith(lists), `channel ${c}`);
  }
});
