// What is observed of neurons: the scalar simulator's counts and potentials, bit for bit.

import assert from "node:assert/strict";
import { test } from "node:test";
import { spikingImages, spikingModel } from "../../test/spiking-models.ts";
import { spikingNetworks } from "../../test/spiking-networks.ts";
import { loadKernels } from "../kernels/load.ts";
import { simulateScalar } from "./scalar-simulator.ts";
import type { NeuronObservation, SimulationRequest } from "./simulation-request.ts";
import { createSimulator } from "./simulator.ts";

const kernels = await loadKernels();

/** Everything observed, by layer and image. */
function gathered(run: (observe: SimulationRequest["observe"]) => void): Map<string, unknown> {
  const seen = new Map<string, unknown>();
  run(({ layer, firstImage, images, neurons, counts, potentials }: NeuronObservation) => {
    for (let i = 0; i < images; i++) {
      const [from, to] = [i * neurons, (i + 1) * neurons];
      seen.set(`${layer} ${firstImage + i}`, [counts.slice(from, to), potentials.slice(from, to)]);
    }
  });
  return seen;
}

for (const name of ["convolution, average pool", "residual sums", "strided groups, max pool"]) {
  test(`every neuron of "${name}" is told as the scalar simulator has it`, () => {
    for (const isWhole of [true, false]) {
      const model = spikingModel(spikingNetworks[name], { seed: 7, isWhole, inference: { steps: 6 } });
      const request = {
        ...spikingImages(model, 9),
        firstImage: 2,
        count: 7,
        seed: 3,
        trial: 0,
        isCancelled: () => false,
      };
      const simulator = createSimulator(kernels, model, { maximumBatch: 3 });
      const got = gathered((observe) => simulator.run({ ...request, ...(observe && { observe }) }));
      const wanted = gathered((observe) =>
        simulateScalar(model, { ...request, ...(observe && { observe }) }),
      );
      assert.ok(wanted.size >= 7);
      assert.deepEqual([...got].sort(), [...wanted].sort());
    }
  });
}

test("observing changes no result", () => {
  const model = spikingModel(spikingNetworks["convolution, average pool"], {
    seed: 7,
    inference: { steps: 6 },
  });
  const request = {
    ...spikingImages(model, 9),
    firstImage: 0,
    count: 9,
    seed: 3,
    trial: 0,
    isCancelled: () => false,
  };
  const simulator = createSimulator(kernels, model);
  assert.deepEqual(simulator.run({ ...request, observe: () => {} }), simulator.run(request));
});
