import assert from "node:assert/strict";
import { test } from "node:test";
import { spikingModel } from "../../test/spiking-models.ts";
import { spikingNetworks } from "../../test/spiking-networks.ts";
import { InvalidValueError } from "../base/errors.ts";
import { discretiseEvents } from "../event-gradient/discretise-events.ts";
import { eventNetwork } from "../event-gradient/event-network.ts";
import type { Model } from "../model/model.ts";
import { decisionSeconds, decisionSteps } from "./decision-time.ts";
import { profiles } from "./profiles.ts";

const plain = spikingModel(spikingNetworks["convolution, average pool"], {
  seed: 1,
  inference: { steps: 8 },
});
const warmed: Model = {
  ...plain,
  inference: plain.inference && { ...plain.inference, steps: 12, warmUp: { rule: "residual", steps: 4 } },
};
const slow = { ...profiles["horowitz-45nm-compute"], secondsPerStep: 1e-3 };

test("calibration steps and the pipeline count: the same read steps take longer behind both", () => {
  const read = decisionSteps({ model: plain, step: 8, isPipelined: false });
  assert.equal(read, 8);
  assert.equal(decisionSteps({ model: warmed, step: 12, isPipelined: false }), read + 4);
  const depth = plain.network.layers.filter(({ kind }) => kind === "neuron").length;
  assert.ok(depth >= 2);
  assert.equal(decisionSteps({ model: plain, step: 8, isPipelined: true }), read + depth - 1);
});

test("seconds are the profile's steps, and none where it gives no speed", () => {
  const decision = { model: warmed, step: 10, isPipelined: false };
  assert.equal(decisionSeconds(decision, slow), 10 * 1e-3);
  assert.equal(decisionSeconds(decision, profiles["horowitz-45nm-compute"]), null);
});

test("an event network meets the others on the clock it is discretised to", () => {
  const network = eventNetwork({
    inputShape: [4],
    windowS: 0.1,
    layers: [{ id: "output", kind: "dense", units: 2 }],
  });
  const weights = [new Float32Array(8).fill(1)];
  const model = discretiseEvents(network, {
    weights,
    dtS: 0.002,
    bits: 8,
    decoding: "first",
    classes: ["a", "b"],
  });
  const step = Math.ceil(0.033 / 0.002);
  assert.equal(decisionSeconds({ model, step, isPipelined: true }, slow), 17 * 1e-3);
});

test("a step that is none of the network's, or that nothing is read in, is refused", () => {
  for (const step of [0, 4, 13, 5.5]) {
    assert.throws(() => decisionSteps({ model: warmed, step, isPipelined: false }), InvalidValueError);
  }
});
