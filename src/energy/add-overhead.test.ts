import assert from "node:assert/strict";
import { test } from "node:test";
import { randomAnn } from "../../test/scalar-networks.ts";
import { spikingImages, spikingModel } from "../../test/spiking-models.ts";
import { spikingNetworks } from "../../test/spiking-networks.ts";
import { quantiseWeights } from "../convert/quantise-weights.ts";
import { errorCorrectingWords } from "../fault/protection/error-correcting-words.ts";
import { noCost, noOverhead } from "../fault/protection/protection.ts";
import { dense, flatten, relu, sequential } from "../model/build.ts";
import { simulateScalar } from "../simulate/scalar-simulator.ts";
import type { SimulationLayer } from "../simulate/simulation-result.ts";
import { addOverhead, overheadLayer } from "./add-overhead.ts";
import { countAnn } from "./count-ann.ts";
import { countSnn } from "./count-snn.ts";
import { energyOf } from "./energy-of.ts";
import { profiles } from "./profiles.ts";

const model = quantiseWeights(
  randomAnn(sequential("mlp", [1, 1, 5], [flatten(), dense(4), relu(), dense(3)]), 1),
  8,
);
const did = {
  images: 2,
  layers: [
    { layer: "dense1", denseProducts: 40, nonZeroProducts: 30 },
    { layer: "dense2", denseProducts: 24, nonZeroProducts: 10 },
  ],
};
const { dense: all, zeroSkipping } = countAnn(model, did, { activationBits: 8 });
const overheadOf = (counts: typeof all) => counts.layers.find(({ layer }) => layer === overheadLayer);

test("a protection that does nothing changes no energy, under any profile", () => {
  for (const profile of Object.values(profiles)) {
    const before = energyOf(all, profile, "mac-once").energyPj;
    assert.equal(energyOf(addOverhead(model, all, noCost), profile, "mac-once").energyPj, before);
  }
});

test("every event is charged as often as it happens: weight reads, activations, inferences", () => {
  const cost = {
    ...noCost,
    extraBits: 1601,
    perWeightRead: { ...noOverhead, bitsRead: 8 },
    perNeuronUpdate: { ...noOverhead, comparisons: 2 },
    perInference: { ...noOverhead, additions: 5, gates: 160 },
  };
  const counts = addOverhead(model, all, cost);
  assert.equal(counts.memories.weightsBytes, all.memories.weightsBytes + 201);
  const added = overheadOf(counts);
  assert.equal(added?.traffic.weightsRead, 40 + 24);
  assert.deepEqual(added?.comparisons, { int32: 2 * 4 * 2 });
  assert.deepEqual(added?.additions, { int32: 2 * 5 + 2 });
  assert.equal(overheadOf(addOverhead(model, zeroSkipping, cost))?.traffic.weightsRead, 30 + 10);
});

test("correction by words of eight int8 codes: one byte read more for every eight, priced in the larger memory", () => {
  const cost = errorCorrectingWords.cost(model, { weightsPerWord: 8, onDouble: "zero" });
  const counts = addOverhead(model, all, cost);
  assert.equal(
    counts.memories.weightsBytes,
    all.memories.weightsBytes + Math.ceil(20 / 8) + Math.ceil(12 / 8),
  );
  assert.equal(overheadOf(counts)?.traffic.weightsRead, 64 / 8);
  const profile = profiles["horowitz-45nm-memory"];
  const before = energyOf(all, profile, "mac-once").energyPj ?? 0;
  const after = energyOf(counts, profile, "mac-once").energyPj ?? 0;
  const gates = 64 * cost.perWeightRead.gates;
  // Both memories are below the smallest row of the profile, 1.25 pJ a byte; an addition is 0.1 pJ.
  const expected = (8 * 1.25 + Math.round(gates / 160) * 0.1) / 2;
  assert.ok(Math.abs(after - before - expected) < 1e-9, `${after - before} for ${expected}`);
});

test("an SNN reads a weight for every synaptic event and held product, and pays for its updates and spikes", () => {
  const snn = spikingModel(spikingNetworks["convolution, average pool"], {
    seed: 7,
    inference: { steps: 5, readout: "membrane" },
  });
  const request = { firstImage: 0, count: 3, seed: 3, trial: 0, isCancelled: () => false };
  const result = simulateScalar(snn, { ...spikingImages(snn, 3), ...request });
  const counts = countSnn(snn, result);
  const sumOf = (amount: (layer: SimulationLayer) => number): number =>
    result.layers.reduce((sum, layer) => sum + amount(layer), 0);
  const added = overheadOf(
    addOverhead(snn, counts, {
      ...noCost,
      perWeightRead: { ...noOverhead, bitsRead: 8 },
      perNeuronUpdate: { ...noOverhead, comparisons: 1 },
      perSpike: { ...noOverhead, additions: 1 },
    }),
  );
  const reads = sumOf(({ synapticAdditions, analogProducts }) => synapticAdditions + analogProducts);
  const updates = sumOf(({ kind, neuronUpdates }) => (kind === "neuron" ? neuronUpdates : 0));
  assert.ok(reads > 0 && updates > 0 && sumOf(({ spikes }) => spikes) > 0);
  assert.equal(added?.traffic.weightsRead, reads);
  assert.deepEqual(added?.comparisons, { int32: updates });
  assert.deepEqual(added?.additions, { int32: sumOf(({ spikes }) => spikes) });
});
