// Monitors of what a network does: spike counts and margins, and what they are worth.

import assert from "node:assert/strict";
import { test } from "node:test";
import { spikingImages, spikingModel } from "../../../test/spiking-models.ts";
import { spikingNetworks } from "../../../test/spiking-networks.ts";
import { simulateScalar } from "../../simulate/scalar-simulator.ts";
import { assessMonitor } from "./assess-monitor.ts";
import { abstentions, decisionMargins, leastMargin } from "./margin-abstention.ts";
import { spikeCountAlarms, spikeCounter, spikeCountRanges } from "./spike-count-range.ts";

const byLayer = (counts: readonly number[]) => ({ units: 1, counts: Float64Array.from(counts) });
const sound = { relu1: byLayer([10, 14, 12]), relu2: byLayer([3, 3, 5]) };

test("sound runs raise no alarm, and one spike beyond the range in any layer does", () => {
  const ranges = spikeCountRanges(sound, { marginShare: 0 });
  assert.deepEqual([...spikeCountAlarms(sound, ranges, 3)], [0, 0, 0]);
  const seen = { relu1: byLayer([9, 15, 12, 11]), relu2: byLayer([4, 4, 6, 2]) };
  assert.deepEqual([...spikeCountAlarms(seen, ranges, 4)], [1, 1, 1, 1]);
  const wider = spikeCountRanges(sound, { marginShare: 0.5 });
  assert.deepEqual([...spikeCountAlarms(seen, wider, 4)], [0, 0, 0, 0]);
});

test("a neuron beyond its own range is seen where the layer's sum is an ordinary one", () => {
  const byNeuron = (counts: readonly number[]) => ({ a: { units: 2, counts: Float64Array.from(counts) } });
  const ranges = spikeCountRanges(byNeuron([1, 8, 2, 6]), { marginShare: 0 });
  assert.deepEqual(ranges, { a: { low: Float64Array.of(1, 6), high: Float64Array.of(2, 8) } });
  assert.deepEqual([...spikeCountAlarms(byNeuron([2, 7, 3, 6, 1, 5]), ranges, 3)], [0, 1, 1]);
});

test("what the simulator shows adds up to its spikes, in pieces and from any first image on", () => {
  const model = spikingModel(spikingNetworks["convolution, average pool"], {
    seed: 7,
    inference: { steps: 6 },
  });
  const request = { ...spikingImages(model, 9), seed: 3, trial: 0, isCancelled: () => false };
  const countFrom = (scope: "layer" | "neuron", firstImage: number, count: number) => {
    const { observe, spikes } = spikeCounter(scope, count, firstImage);
    const { layers } = simulateScalar(model, { ...request, firstImage, count, observe });
    return { spikes, layers };
  };
  for (const scope of ["layer", "neuron"] as const) {
    const { spikes, layers } = countFrom(scope, 0, 9);
    for (const [layer, { units, counts }] of Object.entries(spikes)) {
      const ran = layers.find((one) => one.layer === layer);
      const total = counts.reduce((a, b) => a + b);
      assert.equal(total, ran?.spikes);
      assert.equal(units, scope === "layer" ? 1 : ran?.neurons);
      assert.ok(total > 0);
      assert.deepEqual(countFrom(scope, 4, 5).spikes[layer].counts, counts.slice(4 * units));
    }
  }
});

test("a margin is the lead of the highest score; of two highest it is 0, with a NaN it is none", () => {
  const scores = [1, 5, 2, 7, 7, 0, 3, Number.NaN, 9, -4, -9, -6];
  assert.deepEqual([...decisionMargins(scores, 3)], [3, 0, Number.NaN, 2]);
});

test("no more than the share asked of sound decisions is abstained from, and as many as ties allow", () => {
  const margins = Float64Array.from({ length: 200 }, (_, n) => (n * 7) % 200);
  for (const abstainShare of [0, 0.005, 0.1, 0.333, 0.5]) {
    const least = leastMargin(margins, { abstainShare });
    const count = abstentions(margins, least).reduce((sum, alarm) => sum + alarm, 0);
    assert.equal(count, Math.floor(200 * abstainShare));
  }
  const tied = new Float64Array(50).fill(2);
  assert.ok(abstentions(tied, leastMargin(tied, { abstainShare: 0.2 })).every((alarm) => alarm === 0));
  assert.deepEqual([...abstentions([Number.NaN, 1], 0)], [1, 0]);
});

test("coverage counts spoilt decisions that were caught, false alarms sound ones that were stopped", () => {
  const assessed = assessMonitor({
    alarms: Uint8Array.of(1, 1, 0, 0, 1, 0),
    isCritical: Uint8Array.of(1, 0, 1, 0, 1, 1),
    soundAlarms: Uint8Array.of(0, 1, 0, 0),
  });
  assert.deepEqual(assessed, {
    critical: 4,
    caught: 2,
    needless: 1,
    sound: 4,
    falseAlarms: 1,
    coverage: 0.5,
    falseAlarmRate: 0.25,
  });
  const empty = new Uint8Array(0);
  const { coverage, falseAlarmRate } = assessMonitor({
    alarms: empty,
    isCritical: empty,
    soundAlarms: empty,
  });
  assert.deepEqual([coverage, falseAlarmRate], [null, null]);
  assert.throws(
    () => assessMonitor({ alarms: empty, isCritical: Uint8Array.of(1), soundAlarms: empty }),
    /isCritical must be as long as alarms \(0\)/,
  );
});
