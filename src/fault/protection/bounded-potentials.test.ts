import assert from "node:assert/strict";
import { test } from "node:test";
import { spikingImages, spikingModel } from "../../../test/spiking-models.ts";
import { spikingNetworks } from "../../../test/spiking-networks.ts";
import { simulateScalar } from "../../simulate/scalar-simulator.ts";
import { boundedPotential, potentialBounds } from "./bounded-potentials.ts";

const exact = { marginShare: 0, beyond: "clip" } as const;

test("no potential of the calibration run is read otherwise, at no step of any network, even without margin", () => {
  for (const [name, network] of Object.entries(spikingNetworks)) {
    const model = spikingModel(network, { seed: 7, inference: { steps: 5 } });
    const set = {
      ...spikingImages(model, 4),
      firstImage: 0,
      count: 4,
      seed: 3,
      trial: 0,
      isCancelled: () => false,
    };
    const { layers } = simulateScalar(model, set);
    const bounds = potentialBounds(model, layers, exact);
    const read = new Map<string, number>();
    simulateScalar(model, set, (target, layer, _element, _step, value) => {
      if (target !== "potential" || bounds[layer] === undefined) return value;
      read.set(layer, (read.get(layer) ?? 0) + 1);
      assert.equal(boundedPotential(value, bounds[layer]), value, `${name}, ${layer}`);
      return value;
    });
    assert.deepEqual([...read.keys()].sort(), Object.keys(bounds).sort(), name);
  }
});

test("what lies beyond is read as the bound or as 0, NaN as 0, and a margin widens both ends", () => {
  const model = spikingModel(spikingNetworks["convolution, average pool"], {
    seed: 7,
    inference: { steps: 5 },
  });
  const layer = model.network.layers.find(({ kind }) => kind === "neuron")?.id ?? "";
  const tensors = { ...model.tensors };
  delete tensors[`${layer}.initialPotential`];
  const ranges = [{ layer, potentialLow: -2, potentialHigh: 6 }];
  const { [layer]: clip } = potentialBounds({ ...model, tensors }, ranges, {
    marginShare: 0.25,
    beyond: "clip",
  });
  assert.deepEqual(clip, { low: -4, high: 8, beyond: "clip" });
  const got = [-4.1, -4, 0, 8, 8.5, Number.POSITIVE_INFINITY, Number.NaN].map((v) =>
    boundedPotential(v, clip),
  );
  assert.deepEqual(got, [-4, -4, 0, 8, 8, 8, 0]);
  assert.equal(boundedPotential(-5, { ...clip, beyond: "zero" }), 0);
});

test("a layer no potential was seen of has no bounds, and 0 is always within", () => {
  const model = spikingModel(spikingNetworks["convolution, average pool"], {
    seed: 7,
    inference: { steps: 5 },
  });
  const layer = model.network.layers.find(({ kind }) => kind === "neuron")?.id ?? "";
  const none = { layer, potentialLow: Number.POSITIVE_INFINITY, potentialHigh: Number.NEGATIVE_INFINITY };
  assert.deepEqual(potentialBounds(model, [none], exact), {});
  const { [layer]: bounds } = potentialBounds(model, [{ layer, potentialLow: 3, potentialHigh: 5 }], exact);
  assert.ok(bounds.low <= 0 && bounds.high >= 5);
});

test("potentials that neurons start from, or are reset to, are within even where no step ended there", () => {
  const model = spikingModel(spikingNetworks["convolution, average pool"], {
    seed: 7,
    inference: { steps: 5 },
  });
  const layer = model.network.layers.find(({ kind }) => kind === "neuron")?.id ?? "";
  const tensors = {
    ...model.tensors,
    [`${layer}.initialPotential`]: { shape: [2], data: Float32Array.of(9, 1) },
    [`${layer}.resetPotential`]: { shape: [1], data: Float32Array.of(-3) },
  };
  const { [layer]: bounds } = potentialBounds(
    { ...model, tensors },
    [{ layer, potentialLow: 3, potentialHigh: 5 }],
    exact,
  );
  assert.deepEqual(bounds, { low: -3, high: 9, beyond: "clip" });
});
