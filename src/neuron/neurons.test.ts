import assert from "node:assert/strict";
import { existsSync, readFileSync } from "node:fs";
import { test } from "node:test";
import { neuronContract } from "../../test/contracts/neuron.ts";
import { loadKernels } from "../kernels/load.ts";
import { fires } from "./neuron-model.ts";
import { neurons } from "./neurons.ts";
import { resets } from "./reset.ts";

const kernels = await loadKernels({ memoryBytes: 1024 * 1024 });
neuronContract(neurons.if, kernels, 1);
neuronContract(neurons.lif, kernels, 0.9);

test("an IF neuron under constant current has fired floor((v0 + z T) / threshold) times, at most T", () => {
  // Whole numbers: every sum is exact.
  for (const threshold of [1, 3, 8, 100]) {
    for (const z of [-2, 0, 1, 2, 7, 8, 100]) {
      for (const initial of [0, 1, 50]) {
        let v = initial;
        let spikes = 0;
        for (let t = 1; t <= 20; t++) {
          v = neurons.if.charge(v, z);
          if (fires(v, threshold)) {
            v = resets.subtract(v, threshold);
            spikes++;
          }
          // The closed form holds while the neuron can give off what it is given.
          if (z > threshold || initial >= threshold) continue;
          const expected = Math.min(Math.max(Math.floor((initial + z * t) / threshold), 0), t);
          assert.equal(spikes, expected, `threshold ${threshold}, current ${z}, start ${initial}, step ${t}`);
        }
        if (z >= threshold) assert.equal(spikes, 20);
      }
    }
  }
});

const golden = new URL("../../../shared/golden/lif_snntorch.csv", import.meta.url);
test("LIF with reset to zero draws snnTorch's trace exactly", {
  skip: !existsSync(golden) && "no ../shared",
}, () => {
  // Published with NIR: beta 0.96, threshold 2.5. snnTorch fires above, this one also at the threshold.
  let v = 0;
  let spikes = 0;
  for (const line of readFileSync(golden, "utf8").trim().split("\n")) {
    const [input, potential, spike] = line.split(",").map(Number);
    v = neurons.lif.charge(v, input, { leak: 0.96 });
    const isSpike = fires(v, 2.5);
    if (isSpike) v = resets.zero();
    assert.equal(Number(isSpike), spike);
    assert.equal(v, Math.fround(potential));
    spikes += spike;
  }
  assert.ok(spikes > 0);
});
