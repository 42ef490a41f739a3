import assert from "node:assert/strict";
import { test } from "node:test";
import { randomCase } from "../../test/random-spiking.ts";
import { loadKernels } from "../kernels/load.ts";
import { simulateScalar } from "./scalar-simulator.ts";
import { createSimulator } from "./simulator.ts";

const kernels = await loadKernels({ memoryBytes: 128 * 1024 * 1024 });

test("random networks do what their twin does, bit for bit", () => {
  let networks = 0;
  let spikes = 0;
  // `npm run soak` goes on where this ends.
  for (let seed = 0; seed < 40; seed++) {
    const one = randomCase(seed);
    if (one === undefined) continue;
    const { model, request, maximumBatch } = one;
    const expected = simulateScalar(model, request);
    assert.deepEqual(
      createSimulator(kernels, model, { maximumBatch }).run(request),
      expected,
      `seed ${seed}`,
    );
    networks++;
    for (const layer of expected.layers) spikes += layer.spikes;
  }
  assert.ok(networks > 20 && spikes > 10_000, `${networks} networks, ${spikes} spikes`);
});
