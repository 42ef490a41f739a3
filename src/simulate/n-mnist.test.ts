import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { nMnistSmall, noNMnist } from "../../test/n-mnist-small.ts";
import { readNirChain } from "../../test/nir-network.ts";
import { binEvents } from "../coding/bin-events.ts";
import { loadKernels } from "../kernels/load.ts";
import { validateModel } from "../model/validate-model.ts";
import { simulateScalar } from "./scalar-simulator.ts";
import { createSimulator } from "./simulator.ts";

const path = fileURLToPath(new URL("../../../shared/models/nir/cnn_sinabs.nir", import.meta.url));
const skip = noNMnist || (!existsSync(path) && "no ../shared/models/nir");

test("the published N-MNIST network decides 96 of 100 test recordings as sinabs' semantics have it", {
  skip,
}, async () => {
  const { recordings, labels } = nMnistSmall("test", 100);
  const steps = 350;
  const { spikes, dropped } = binEvents(recordings, { by: "time", binUs: 1000, steps });
  assert.equal(dropped, 0);
  const inference = { steps, coding: "events", readout: "count", dtMs: 1 } as const;
  const model = readNirChain(
    path,
    { model: "if", reset: "subtract", semantics: "sinabs", maximumSpikes: 12 },
    inference,
  );
  validateModel(model);
  const kernels = await loadKernels();
  const asked = {
    pixels: new Uint8Array(0),
    spikes,
    labels,
    firstImage: 0,
    count: 100,
    seed: 0,
    trial: 0,
    isCancelled: () => false,
  };
  const result = createSimulator(kernels, model).run(asked);
  assert.equal(result.correctPerStep.at(-1), 96);
  // The twin is slow: one recording, its first steps.
  const short = { ...model, inference: { ...inference, steps: 25 } };
  const few = binEvents(recordings.slice(41, 42), { by: "time", binUs: 1000, steps: 25 });
  const one = { ...asked, spikes: few.spikes, count: 1 };
  assert.deepEqual(createSimulator(kernels, short).run(one), simulateScalar(short, one));
});
