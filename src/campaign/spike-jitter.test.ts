// Moved spikes: what they are, and that the rest of the network sees them.

import assert from "node:assert/strict";
import { test } from "node:test";
import { spikingImages, spikingModel } from "../../test/spiking-models.ts";
import { spikingNetworks } from "../../test/spiking-networks.ts";
import { moveSpikes } from "../fault/spike-jitter.ts";
import { loadKernels } from "../kernels/load.ts";
import { simulateScalar } from "../simulate/scalar-simulator.ts";
import { criticalImages, type FaultCounts } from "./fault-counts.ts";
import { measureFaults } from "./measure-faults.ts";
import { trialsOf } from "./trial-plan.ts";

const kernels = await loadKernels({ memoryBytes: 64 * 1024 * 1024 });
const key = { seed: 3, trial: 0, purpose: "jitter-test" };
const layer = "neuron1";

test("spikes stay within the steps, lose only those that meet, and are off by the deviation", () => {
  const steps = 40;
  const trains = Uint32Array.from({ length: 2 * 500 }, (_, i) => (i % 2 === 0 ? 1 << 20 : 0));
  const moved = new Uint32Array(trains.length);
  moveSpikes({ layer, deviationSteps: 0, key }, 0, steps, trains, moved);
  assert.deepEqual(moved, trains);
  moveSpikes({ layer, deviationSteps: 3, key }, 0, steps, trains, moved);
  const places = Array.from({ length: 500 }, (_, n) => {
    const own = [...Array(steps).keys()].filter((t) => (moved[2 * n + (t >> 5)] >>> (t & 31)) & 1);
    assert.equal(own.length, 1);
    return own[0] - 20;
  });
  const mean = places.reduce((a, b) => a + b) / 500;
  const deviation = Math.sqrt(places.reduce((sum, x) => sum + (x - mean) ** 2, 0) / 499);
  assert.ok(Math.abs(mean) < 0.6 && Math.abs(deviation - 3) < 0.4, `${mean} ± ${deviation}`);
  moveSpikes({ layer, deviationSteps: 1e5, key }, 0, steps, trains, moved);
  assert.ok(moved.every((word, i) => (i % 2 === 0 ? word <= 1 : word === 0 || word === 1 << 7)));
  const again = new Uint32Array(trains.length);
  moveSpikes({ layer, deviationSteps: 1e5, key }, 1, steps, trains, again);
  assert.notDeepEqual(again, moved);
});

test("decisions under jitter are those of a network that is handed the moved spikes", () => {
  const inference = { coding: "rate", steps: 12 } as const;
  const model = spikingModel(spikingNetworks["dense 37-50-33-10"], { seed: 8, isWhole: true, inference });
  const images = 8;
  const request = {
    ...spikingImages(model, images, 4),
    firstImage: 0,
    count: images,
    seed: 1,
    trial: 0,
    isCancelled: () => false,
  };
  const jitters = [0.7, 2, 6].map((deviationSteps) => [{ layer, deviationSteps, key }]);
  const counts = measure(trialsOf({ kind: "jitters", jitters }));
  let changed = 0;
  for (const [trial, [jitter]] of jitters.entries()) {
    let expected = 0;
    for (let image = 0; image < images; image++) {
      const one = { ...request, firstImage: image, count: 1 };
      const trains = new Uint32Array(50);
      const golden = simulateScalar(model, one, (target, id, neuron, step, value) => {
        if (target === "spike" && id === layer && value !== 0) trains[neuron] |= 1 << step;
        return value;
      }).predictions[0];
      const moved = new Uint32Array(50);
      moveSpikes(jitter, image, 12, trains, moved);
      const now = simulateScalar(model, one, (target, id, neuron, step, value) =>
        target === "spike" && id === layer ? (moved[neuron] >>> step) & 1 : value,
      ).predictions[0];
      expected += Number(now !== golden);
    }
    assert.equal(criticalImages(counts, trial), expected);
    changed += expected;
  }
  assert.ok(changed > 0);
  const bad = [[{ layer: "dense1", deviationSteps: 1, key }]];
  assert.throws(
    () => measure(trialsOf({ kind: "jitters", jitters: bad })),
    /must be one whose spikes can be moved \(input, neuron1/,
  );
  const negative = [[{ layer, deviationSteps: -1, key }]];
  assert.throws(
    () => measure(trialsOf({ kind: "jitters", jitters: negative })),
    /deviationSteps must be a number from 0/,
  );

  function measure(trials: ReturnType<typeof trialsOf>): FaultCounts {
    return measureFaults({ kernels, model, trials, request });
  }
});
