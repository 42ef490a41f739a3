import assert from "node:assert/strict";
import { test } from "node:test";
import { spikingModel } from "../../test/spiking-models.ts";
import { spikingNetworks } from "../../test/spiking-networks.ts";
import { discretiseEvents } from "../event-gradient/discretise-events.ts";
import { eventNetwork } from "../event-gradient/event-network.ts";
import type { Model } from "../model/model.ts";
import { eventLatencies, showLatencies, stepLatencies } from "./decision-latency.ts";

const clock = { hardwareStepMs: 0.5, pipelined: true, dtMs: 2 };
const plain = spikingModel(spikingNetworks["convolution, average pool"], {
  seed: 1,
  inference: { steps: 6 },
});
const calibrated: Model = {
  ...plain,
  inference: plain.inference && { ...plain.inference, steps: 10, warmUp: { rule: "residual", steps: 4 } },
};

test("a network that calibrates itself first takes its hidden steps longer for the same answer", () => {
  const [one, other] = [plain, calibrated].map((model) => {
    const correctPerStep = Array.from({ length: model.inference?.steps ?? 0 }, (_, step) => step);
    return stepLatencies(model, { correctPerStep }, clock);
  });
  assert.equal(one.length, 6);
  assert.equal(other.length, 6);
  for (const [i, { steps, latencyS }] of other.entries()) {
    assert.equal(steps, one[i].steps + 4);
    assert.ok(Math.abs(latencyS - one[i].latencyS - 4 * 0.5e-3) < 1e-12);
  }
  const direct = stepLatencies(plain, { correctPerStep: [1, 2, 3, 4, 5, 6] }, { ...clock, pipelined: false });
  const pipeline = one[0].pipelineSteps;
  assert.ok(pipeline >= 1);
  assert.deepEqual(
    one.map(({ steps }) => steps),
    direct.map(({ steps }) => steps + pipeline),
  );
});

const network = eventNetwork({
  inputShape: [3],
  windowS: 0.1,
  layers: [
    { id: "hidden", kind: "dense", units: 4 },
    { id: "output", kind: "dense", units: 2 },
  ],
});
const pathOf = (...timeS: readonly number[]) => ({
  timeS: Float64Array.from(timeS),
  decision: Int16Array.from(timeS, (_, i) => i % 2),
  margin: Float64Array.from(timeS, () => 1),
});

test("an event network that waits for its window's end takes what it takes on the clock it is put on", () => {
  const weights = [new Float32Array(12).fill(1), new Float32Array(8).fill(1)];
  const whole = { weights, dtS: 0.002, bits: 8, decoding: "count", classes: ["a", "b"] } as const;
  const model = discretiseEvents(network, whole);
  const correctPerStep = Array.from({ length: model.inference?.steps ?? 0 }, () => 1);
  const onClock = stepLatencies(model, { correctPerStep }, clock).at(-1);
  const [, waiting] = eventLatencies(network, { paths: [pathOf(0.01, 0.02)] }, Uint8Array.of(1), clock);
  assert.equal(waiting.steps, onClock?.steps);
  assert.equal(waiting.latencyS, onClock?.latencyS);
  assert.equal(waiting.pipelineSteps, onClock?.pipelineSteps);
});

test("an answer at the first spike takes the steps to it, and the whole window where none comes", () => {
  // 0.006 s are 3 steps and 0.0121 s are 7; the silent sample takes 50.
  const paths = [pathOf(0.006), pathOf(0.0121, 0.03), pathOf()];
  const labels = Uint8Array.of(0, 1, 0);
  const [first, waiting] = eventLatencies(network, { paths }, labels, { ...clock, pipelined: false });
  assert.equal(first.steps, (3 + 7 + 50) / 3);
  assert.equal(first.correct, 1);
  assert.equal(waiting.correct, 2);
  assert.match(
    showLatencies([first, waiting], 3)[0],
    /first spike: 10 ms \(20 steps, 0 of calibration, 0 of/,
  );
});

test("an ANN has no steps to tell of", () => {
  const ann: Model = { ...plain, kind: "ann", inference: null };
  assert.deepEqual(stepLatencies(ann, { correctPerStep: [5] }, clock), []);
});
