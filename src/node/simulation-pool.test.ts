import assert from "node:assert/strict";
import { test } from "node:test";
import type { Worker } from "node:worker_threads";
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
    for (let threads = 1; threads <= 3; threads++) {
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
  const controller = new AbortController();
  const cancelled = assert.rejects(pool.run(set, controller.signal), { name: "CancelledError" });
  controller.abort();
  await cancelled;
  assert.equal((await pool.run(set)).images, 9);
  await assert.rejects(pool.run({ ...set, count: 10 }), InvalidValueError);
  const first = pool.run(set);
  await assert.rejects(pool.run(set), StateError);
  await first;
  await pool.close();
  await assert.rejects(pool.run(set), /is closed/);
  assert.throws(() => new SimulationPool({ model, threads: 0 }), InvalidValueError);
});

const chain = spikingModel(spikingNetworks["dense 37-50-33-10"], { seed: 1, inference: {} });
const nine = { ...key, firstImage: 0, count: 9 };

test("a thread that has died ends the run under way and every later one with the same clear error", async () => {
  const set = { ...spikingImages(chain, 9), ...nine };
  // So many that no machine has decided them before the thread is dead.
  const many = { ...spikingImages(chain, 20_000), ...key, firstImage: 0, count: 20_000 };
  const death = { name: "StateError", message: /a thread of the simulation pool has died \(exit code 1\)/ };
  for (const isUnderWay of [true, false]) {
    const made: Worker[] = [];
    const onWorker = (worker: Worker): void => void made.push(worker);
    process.on("worker", onWorker);
    const pool = new SimulationPool({ model: chain, threads: 2, memoryBytes });
    await pool.run(set);
    process.off("worker", onWorker);
    if (isUnderWay) {
      const underWay = assert.rejects(pool.run(many), death);
      await made[0].terminate();
      await underWay;
    } else {
      await made[1].terminate();
    }
    await assert.rejects(pool.run(set), death);
    await pool.close();
  }
});

test("what no thread can do is told as the thread tells it, and threads do not die of it", async () => {
  const pool = new SimulationPool({ model: chain, threads: 2, memoryBytes: 1000 });
  const set = { ...spikingImages(chain, 9), ...nine };
  for (let run = 0; run < 2; run++) {
    await assert.rejects(pool.run(set), { name: "InvalidValueError", message: /^memoryBytes/ });
  }
  await pool.close();
});

test("a run sees its images as they are when it is asked for", async () => {
  const pool = new SimulationPool({ model: chain, threads: 1, memoryBytes });
  const { pixels, labels } = spikingImages(chain, 9);
  const before = await pool.run({ pixels, labels, ...nine });
  const black = pixels.fill(0);
  const expected = createSimulator(kernels, chain).run({
    pixels: black,
    labels,
    ...nine,
    isCancelled: () => false,
  });
  assert.notDeepEqual(expected, before);
  assert.deepEqual(await pool.run({ pixels: black, labels, ...nine }), expected);
  await pool.close();
});
