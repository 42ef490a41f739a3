// Code is compiled with every warning an error and every undefined behaviour an end, and run; what it must do is
// what the scalar simulator does, spike for spike.

import assert from "node:assert/strict";
import { test } from "node:test";
import { cCompiler, runC } from "../../../test/c-compiler.ts";
import { integerModel } from "../../../test/integer-networks.ts";
import { mnistTrainingImages, trainedMlp } from "../../../test/small-mnist.ts";
import { spikingEvents, spikingImages, spikingModel } from "../../../test/spiking-models.ts";
import { spikingNetworks } from "../../../test/spiking-networks.ts";
import { codingFields } from "../../coding/coding-fields.ts";
import { conversionFields } from "../../convert/conversion-fields.ts";
import { integerNetwork } from "../../convert/integer-network.ts";
import { subset } from "../../data/image-set.ts";
import { loadKernels } from "../../kernels/load.ts";
import { dense, neuron, sequential } from "../../model/build.ts";
import type { Model } from "../../model/model.ts";
import type { Network } from "../../model/network.ts";
import { PreparedAnn } from "../../pipeline/prepared-ann.ts";
import { resolve } from "../../space/resolve.ts";
import { exportC99 } from "./export-c99.ts";
import { testProgram } from "./test-program.ts";
import { testVectors, type VectorInput } from "./test-vectors.ts";

const skip = cCompiler === undefined && "no C compiler";

/** Compile the network with its vectors, and run it. */
function runVectors(
  model: Model,
  input: VectorInput,
): { spikes: number; output: string; status: number | null } {
  const program = exportC99(model, { stem: "net", inputRepeats: 2 });
  const vectors = testVectors(model, input);
  const { main, vectors: expected } = testProgram(
    { stem: "net", prefix: program.prefix },
    model,
    input,
    vectors,
  );
  const files = {
    "net.c": program.source,
    "net.h": program.header,
    "net_vectors.h": expected,
    "net_test.c": main,
  };
  const spikes = vectors.reduce((sum, vector) => sum + vector.spikes, 0);
  return { spikes, ...runC(files, "net_test.c") };
}

function inputOf(model: Model, count: number, seed: number): VectorInput {
  if (model.inference?.coding !== "events") return { ...spikingImages(model, count, seed), count, seed };
  return { pixels: new Uint8Array(), spikes: spikingEvents(model, count, seed), count, seed };
}

/** The first of some seeds, all of one coding, with which neurons fire. */
function livelyModel(network: Network, place: number): Model {
  for (let seed = place; ; seed += 7) {
    const model = integerModel(network, seed);
    const vectors = testVectors(model, inputOf(model, 5, place));
    if (vectors.every(({ spikes }) => spikes > 1)) return model;
  }
}

for (const [place, [name, network]] of Object.entries(spikingNetworks).entries()) {
  test(`C spikes as the simulator does: ${name}`, { skip }, (context) => {
    const model = livelyModel(network, place);
    const { status, output, spikes } = runVectors(model, inputOf(model, 5, place));
    context.diagnostic(`${model.inference?.coding}, ${spikes} spikes`);
    assert.equal(status, 0, output);
    assert.match(output, /5 of 5 vectors as expected/);
  });
}

test("potentials that leave their bits saturate or wrap as in the simulator", { skip }, () => {
  for (const [potentialBits, threshold, inputs] of [
    [16, 30_000, 4],
    [32, 2 ** 31 - 128, 500],
  ] as const) {
    const spikes = (["saturate", "wrap"] as const).map((overflow) => {
      const arithmetic = { kind: "integer", potentialBits, overflow } as const;
      const inference = { steps: 150, coding: "constant", arithmetic } as const;
      const network = sequential("n", [inputs], [dense(3), neuron({ model: "if", reset: "none" }), dense(2)]);
      const base = spikingModel(network, { seed: 1, isWhole: true, inference });
      const tensors = {
        ...base.tensors,
        "dense1.weight": { shape: [3, inputs], data: new Int8Array(3 * inputs).fill(127) },
        "neuron1.threshold": { shape: [1], data: Float32Array.of(threshold) },
      };
      const model: Model = { ...base, tensors, preprocessing: { scale: 1, offset: 0 } };
      const pixels = new Uint8Array(inputs).fill(255);
      const ran = runVectors(model, { pixels, count: 1, seed: 0 });
      assert.equal(ran.status, 0, ran.output);
      return ran.spikes;
    });
    assert.ok(spikes[0] > 10, `${spikes}`);
    assert.notEqual(spikes[0], spikes[1], `nothing left ${potentialBits} bits`);
  }
});

test("a network trained on MNIST spikes and decides on real images as in the simulator", {
  skip,
}, async () => {
  const kernels = await loadKernels({ memoryBytes: 2 ** 27 });
  const all = mnistTrainingImages();
  const train = subset(all, 0, 2000);
  const ann = new PreparedAnn({
    kernels,
    model: trainedMlp(kernels, all, 32),
    hash: "",
    train,
    isCancelled: () => false,
  });
  for (const [coding, weightBits] of [
    ["constant", 8],
    ["rate", 4],
  ] as const) {
    const design = resolve(
      "design",
      { ...codingFields, ...conversionFields },
      { coding, weightBits, steps: 8 },
    );
    const snn = ann.snn(design, weightBits);
    const whole = integerNetwork(snn, { kind: "integer", potentialBits: 32, overflow: "saturate" });
    const { pixels, labels } = subset(all, 3000, 40);
    const { status, output, spikes } = runVectors(whole, { pixels, count: 40, seed: 0 });
    assert.equal(status, 0, output);
    assert.ok(spikes > 1000, `${spikes} spikes`);
    const classes = [...output.matchAll(/class (\d)/g)].map(([, decided]) => Number(decided));
    const right = classes.filter((decided, image) => decided === labels[image]).length;
    assert.ok(right >= 30, `${coding}: ${right} of 40 right`);
  }
});

test("a wrong weight, or one spike less, is noticed by the vectors", { skip }, () => {
  const model = integerModel(spikingNetworks["dense 37-50-33-10"], 0);
  const input = inputOf(model, 2, 0);
  const [first, second] = testVectors(model, input);
  const vectors = [first, { ...second, spikeHash: second.spikeHash ^ 1 }];
  const program = exportC99(model, { stem: "net" });
  const { main, vectors: expected } = testProgram({ stem: "net", prefix: "net" }, model, input, vectors);
  const files = {
    "net.c": program.source,
    "net.h": program.header,
    "net_vectors.h": expected,
    "net_test.c": main,
  };
  const { status, output } = runC(files, "net_test.c");
  assert.equal(status, 1);
  assert.match(output, /1 of 2 vectors as expected/);
});

test("types hold the worst case, and no more: potentials that fit two bytes take two", () => {
  const arithmetic = { kind: "integer", potentialBits: 32, overflow: "saturate" } as const;
  const network = sequential("n", [4], [dense(3), neuron(), dense(2)]);
  const build = (steps: number): Model => {
    const base = spikingModel(network, { seed: 1, isWhole: true, inference: { steps, arithmetic } });
    const tensors = {
      ...base.tensors,
      "dense1.weight": { shape: [3, 4], data: new Int8Array(12).fill(-127) },
      "dense1.bias": { shape: [3], data: new Float32Array(3) },
      "neuron1.minimumPotential": { shape: [1], data: Float32Array.of(-(2 ** 31) + 128) },
    };
    return { ...base, tensors };
  };
  // Four inputs of −127 a step: 64 steps reach −32,512, 65 steps −33,020.
  const start = build(1).tensors["neuron1.initialPotential"]?.data[0] ?? 0;
  assert.ok(start < 256);
  assert.match(exportC99(build(64), { stem: "n" }).source, /static int16_t v_neuron1\[3\]/);
  assert.match(exportC99(build(66), { stem: "n" }).source, /static int32_t v_neuron1\[3\]/);
});

test("the memory map adds up, and neither heap nor floating point is used", () => {
  const model = integerModel(spikingNetworks["add and concat"], 1);
  const { source, header, ramBytes, flashBytes } = exportC99(model, { stem: "my-net" });
  const total = (memory: string): number =>
    [...source.matchAll(new RegExp(`^ \\*   ${memory} +(\\d+)  `, "gm"))].reduce(
      (sum, [, bytes]) => sum + Number(bytes),
      0,
    );
  assert.equal(total("ram"), ramBytes);
  assert.equal(total("flash"), flashBytes);
  assert.doesNotMatch(source, /malloc|float|double|#include <(?!stdint)/);
  assert.match(header, /void my_net_begin\(/);
});

test("what has no form in integers is refused by name", () => {
  const network = sequential("n", [5], [dense(2), neuron(), dense(2)]);
  const floats = spikingModel(network, { seed: 1, inference: {} });
  assert.throws(() => exportC99(floats, { stem: "n" }), /inference.arithmetic must be integer/);
  const model = integerModel(network, 1);
  const inference = { ...(model.inference as NonNullable<Model["inference"]>), coding: "phase" as const };
  assert.throws(
    () => exportC99({ ...model, inference }, { stem: "n" }),
    /inference.coding must give spikes worth a whole number/,
  );
  const bias = { shape: [2], data: Float32Array.of(2 ** 25, 0) };
  const loud = { ...model, tensors: { ...model.tensors, "dense1.bias": bias } };
  assert.throws(
    () => exportC99(loud, { stem: "n" }),
    /layer "dense1" \(dense\) must have sums of at most 16777216/,
  );
});
