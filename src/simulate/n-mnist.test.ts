import assert from "node:assert/strict";
import { existsSync, readFileSync } from "node:fs";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { nMnistSmall, noNMnist } from "../../test/n-mnist-small.ts";
import { binEvents } from "../coding/bin-events.ts";
import { readNir } from "../formats/read-nir.ts";
import { loadKernels } from "../kernels/load.ts";
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
  const bytes = new Uint8Array(readFileSync(path));
  const model = await readNir(bytes, "cnn_sinabs.nir", { profile: "sinabs", dtMs: 1, steps });
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
  const short = await readNir(bytes, "cnn_sinabs.nir", { profile: "sinabs", steps: 25 });
  const few = binEvents(recordings.slice(41, 42), { by: "time", binUs: 1000, steps: 25 });
  const one = { ...asked, spikes: few.spikes, count: 1 };
  assert.deepEqual(createSimulator(kernels, short).run(one), simulateScalar(short, one));
});
