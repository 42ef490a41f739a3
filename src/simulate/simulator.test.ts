import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { spikingEvents, spikingImages, spikingModel } from "../../test/spiking-models.ts";
import { spikingNetworks } from "../../test/spiking-networks.ts";
import { neverCancelled } from "../base/cancel.ts";
import { loadKernels } from "../kernels/load.ts";
import type { Model } from "../model/model.ts";
import { validateModel } from "../model/validate-model.ts";
import { simulateScalar } from "./scalar-simulator.ts";
import type { SimulationRequest } from "./simulation-request.ts";
import type { SimulationResult } from "./simulation-result.ts";
import { createSimulator, type SimulatorOptions } from "./simulator.ts";

const kernels = await loadKernels({ memoryBytes: 64 * 1024 * 1024 });

const codings = ["constant", "rate", "poisson", "latency", "latencyLog", "phase", "ttfs", "events"] as const;

function request(model: Model, count: number, change: Partial<SimulationRequest> = {}): SimulationRequest {
  return {
    ...spikingImages(model, count),
    firstImage: 0,
    count,
    seed: 3,
    trial: 1,
    isCancelled: neverCancelled,
    ...change,
  };
}

function run(model: Model, asked: SimulationRequest, options?: SimulatorOptions): SimulationResult {
  return createSimulator(kernels, model, options).run(asked);
}

describe("gains of additions are followed bit for bit", () => {
  for (const name of ["add and concat", "residual sums", "loops and delays"]) {
    for (const gains of ["byInput", "byChannel"] as const) {
      test(`${name}, ${gains}`, () => {
        let differing = 0;
        for (const coding of codings) {
          const options = { seed: 5, inference: { coding, steps: 6 } };
          const model = spikingModel(spikingNetworks[name], { ...options, gains });
          validateModel(model);
          const own = coding === "events" ? { spikes: spikingEvents(model, 5) } : {};
          const asked = request(model, 5, own);
          const expected = simulateScalar(model, asked);
          assert.deepEqual(run(model, asked, { maximumBatch: 2 }), expected, coding);
          const plain = simulateScalar(spikingModel(spikingNetworks[name], options), asked);
          const told = ({ predictions, layers }: SimulationResult): string =>
            `${predictions} ${layers.map((layer) => layer.spikes)}`;
          if (told(plain) !== told(expected)) differing++;
        }
        assert.ok(differing >= 3, "gains must matter");
      });
    }
  }
});

describe("the simulator does what its scalar twin does, bit for bit", () => {
  for (const [name, network] of Object.entries(spikingNetworks)) {
    for (const weights of ["int", "float32"] as const) {
      test(`${name}, ${weights} weights, every coding`, () => {
        let spikes = 0;
        for (const [index, coding] of codings.entries()) {
          for (const steps of [1, 6]) {
            const model = spikingModel(network, { seed: index, weights, inference: { coding, steps } });
            validateModel(model);
            const own = coding === "events" ? { spikes: spikingEvents(model, 5) } : {};
            const asked = request(model, 5, own);
            const expected = simulateScalar(model, asked);
            assert.deepEqual(run(model, asked, { maximumBatch: 3 }), expected, `${coding}, ${steps} steps`);
            for (const layer of expected.layers) spikes += layer.spikes;
          }
        }
        assert.ok(spikes > 10, "the cases must spike");
      });
    }
  }
});
