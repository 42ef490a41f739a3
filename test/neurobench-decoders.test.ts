// NeuroBench's decoders of a monkey's reaches (session indy_20160622_01; Yik et al. 2025), from their published weights.
// ANN2D: 96 channels' spikes of the last 200 ms, two hidden layers, velocity. The session itself is not at hand.

import assert from "node:assert/strict";
import { existsSync, readFileSync } from "node:fs";
import { test } from "node:test";
import { Forward } from "../src/ann/forward.ts";
import { Random } from "../src/base/random.ts";
import { readPytorchTensors } from "../src/formats/pytorch-tensors.ts";
import { modelFromStateDict } from "../src/formats/state-dict.ts";
import { loadKernels } from "../src/kernels/load.ts";
import { batchNorm, dense, type LayerSpec, neuron, relu, sequential } from "../src/model/build.ts";
import type { Model } from "../src/model/model.ts";
import { runAnn } from "./scalar-networks.ts";

const folder = new URL("../../shared/models/neurobench/", import.meta.url);
const skip = !existsSync(folder) && "no ../shared/models/neurobench";

function decoder(file: string, layers: readonly LayerSpec[]): Model {
  const tensors = readPytorchTensors(new Uint8Array(readFileSync(new URL(file, folder))), file);
  const options = { preprocessing: { scale: 1, offset: 0 }, classes: ["x", "y"] };
  return modelFromStateDict(tensors, sequential("decoder", [96], layers), options);
}

test("ANN2D is read from its file and decodes as its equations say", { skip }, async () => {
  const hidden = (units: number): readonly LayerSpec[] => [dense(units), relu(), batchNorm()];
  const layers = [...hidden(32), ...hidden(48), dense(2)];
  const model = decoder("primate_ANN2D_indy_20160622_01.pth", layers);
  const random = new Random({ seed: 0, trial: -1, purpose: "decoder", index: 0 });
  const images = 20;
  const counts = Uint8Array.from({ length: images * 96 }, () => random.integer(12));
  const forward = new Forward(await loadKernels({ memoryBytes: 2 ** 22 }), model, { maximumBatch: images });
  const velocities = forward.run(counts, 0, images);
  for (let n = 0; n < images; n++) {
    const expected = runAnn(model, [...counts.subarray(96 * n, 96 * (n + 1))]).get("dense3") ?? [];
    expected.forEach((velocity, j) => {
      const got = velocities[2 * n + j];
      assert.ok(Math.abs(got - velocity) < 1e-4 * Math.max(1, Math.abs(velocity)), `${got}, not ${velocity}`);
    });
  }
});

test("SNN3 is read, but refused as a network: it normalises every window by itself", { skip }, () => {
  const hidden = (units: number): readonly LayerSpec[] => [dense(units), neuron({ model: "lif" })];
  const layers = [...hidden(32), ...hidden(48), ...hidden(2)];
  assert.throws(() => decoder("primate_SNN3_indy_20160622_01.pth", layers), /norm_layer/);
});
