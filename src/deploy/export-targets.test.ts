import assert from "node:assert/strict";
import { test } from "node:test";
import { cCompiler, runC } from "../../test/c-compiler.ts";
import { randomAnn } from "../../test/scalar-networks.ts";
import { spikingModel } from "../../test/spiking-models.ts";
import { spikingNetworks } from "../../test/spiking-networks.ts";
import { readNetworkFile } from "../formats/network-file.ts";
import { dense, neuron, sequential } from "../model/build.ts";
import type { Field } from "../space/field.ts";
import { resolve } from "../space/resolve.ts";
import { exportTargets } from "./export-targets.ts";
import { withFloatWeights } from "./safetensors-target.ts";

const skip = cCompiler === undefined && "no C compiler";

const model = spikingModel(spikingNetworks["add and concat"], { seed: 4, inference: {} });

test("a setting that several targets have is one field, so that one option can stand for it", () => {
  const fields = new Map<string, Field>();
  for (const [name, target] of Object.entries(exportTargets)) {
    assert.equal(target.name, name);
    for (const [setting, field] of Object.entries(target.settings)) {
      assert.equal(fields.get(setting) ?? field, field, `${name}: ${setting}`);
      fields.set(setting, field);
    }
  }
});

async function throughSafetensors(weights: string): Promise<ReturnType<typeof readNetworkFile>> {
  const target = exportTargets["safetensors"];
  const settings = resolve("export", target.settings, { weights });
  const { files } = await target.write(model, { stem: "net", settings, seed: 0, pixels: null });
  assert.equal(files[0].name, "net.safetensors");
  return readNetworkFile(files[0].bytes, "net.safetensors");
}

test("a network that goes out as safetensors comes back the same", async () => {
  assert.deepEqual(await throughSafetensors("stored"), model);
});

test("codes turned into float32 weights are the same numbers in an SNN", async () => {
  const floats = await throughSafetensors("float32");
  assert.deepEqual(Array.from(floats.tensors["a.weight"].data), Array.from(model.tensors["a.weight"].data));
  assert.equal(floats.weightFormat.kind, "float32");
});

test("an ANN's codes become their worth: scale times code, by layer or by channel", () => {
  const network = sequential("n", [2], [dense(3, false)]);
  const base = randomAnn(network, 1);
  const codes = { shape: [3, 2], data: Int8Array.of(1, -2, 3, 4, -5, 6) };
  for (const [scale, expected] of [
    [[0.5], [0.5, -1, 1.5, 2, -2.5, 3]],
    [
      [1, 2, 0.5],
      [1, -2, 6, 8, -2.5, 3],
    ],
  ] as const) {
    const tensors = {
      "dense1.weight": codes,
      "dense1.scale": { shape: [scale.length], data: Float32Array.from(scale) },
    };
    const { model: floats } = withFloatWeights({ ...base, weightFormat: { kind: "int", bits: 4 }, tensors });
    assert.deepEqual(Array.from(floats.tensors["dense1.weight"].data), expected);
    assert.deepEqual(Object.keys(floats.tensors), ["dense1.weight"]);
  }
});

test("c99 makes a network whole-numbered first, and its files find each other under any name", {
  skip,
}, async () => {
  const network = sequential("n", [9], [dense(7), neuron(), dense(3)]);
  const drawn = spikingModel(network, { seed: 2, inference: { steps: 6, coding: "rate" } });
  const target = exportTargets["c99"];
  const settings = resolve("export", target.settings, { vectors: 3 });
  const { files, losses } = await target.write(drawn, { stem: "my-net.v2", settings, seed: 1, pixels: null });
  assert.match(losses[0].consequence, /They are rounded; the smallest threshold is \d+/);
  const texts = Object.fromEntries(files.map(({ name, bytes }) => [name, new TextDecoder().decode(bytes)]));
  const { status, output } = runC(texts, "my-net.v2_test.c");
  assert.equal(status, 0, output);
  assert.match(output, /3 of 3 vectors as expected/);
});
