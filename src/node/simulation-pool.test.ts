import assert from "node:assert/strict";
import { availableParallelism } from "node:os";
import { test } from "node:test";
import { spikingEvents, spikingImages, spikingModel } from "../../test/spiking-models.ts";
import { spikingNetworks } from "../../test/spiking-networks.ts";
import { InvalidValueError, StateError } from "../base/errors.ts";
import { loadKernels } from "../kernels/load.ts";
import { createSimulator } from "../simulate/simulator.ts";
import { SimulationPool } from "./simulation-pool.ts";

const kernels = await loadKernels({ memoryBytes: 64 * 1024 * 1024 });
const memoryBytes = 64 * 1024 * 1024;
const key = { seed: 3, trial: 1 };

test("any number of threads gives what one simulator gives, bit for bit", async () => {
  for (const coding of ["poisson", "events"] as const) {
    const model = spikingModel(spikingNetworks["strided groups, max pool"], {
      seed: 1,
      inference: { coding },
    });
    const set = { ...spikingImages(model, 23), spikes: spikingEvents(model, 23) };
    for (let threads = 1; threads <= Math.min(3, availableParallelism()); threads++) {
      const pool = new SimulationPool({ model, threads, memoryBytes });
      for (const [firstImage, count] of [
        [0, 23],
        [5, 11],
        [22, 1],
        [3, 0],
      ] as const) {
        const asked = { ...set, ...key, firstImage, count };
        const expected = createSimulator(kernels, model).run({ ...asked, isCancelled: () => false });
        assert.deepEqual(await pool.run(asked), expected, `${threads} threads, ${count} images, ${coding}`);
      }
      await pool.close();
    }
  }
});

test("a cancelled run says so, and the pool goes on; mistakes are told before any thread is asked", async () => {
  const model = spikingModel(spikingNetworks["dense 37-50-33-10"], { seed: 1, inference: {} });
  const set = { ...spikingImages(model, 9), ...key, firstImage: 0, count: 9 };
  const pool = new SimulationPool({ model, threads: 1, memoryBytes });
  await assert.rejects(pool.run(set, AbortSignal.abort()), { name: "CancelledError" });
  assert.equal((await pool.run(set)).images, 9);
  await assert.rejects(pool.run({ ...set, count: 10 }), InvalidValueError);
  const first = pool.run(set);
  await assert.rejects(pool.run(set), StateError);
  await first;
  await pool.close();
  await assert.rejects(pool.run(set), StateError);
  assert.throws(() => new SimulationPool({ model, threads: 999 }), InvalidValueError);
});
