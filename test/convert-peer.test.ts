// The same network, calibration batches and settings give what SpikingJelly's converter gives: bounds, and the
// class after every step. `npm run bench -- spikingjelly-equality` compares a trained network live.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { modes } from "../bench/spikingjelly-modes.ts";
import { stepDecisions } from "../bench/step-decisions.ts";
import { Forward } from "../src/ann/forward.ts";
import { activationBounds } from "../src/convert/activation-bounds.ts";
import { collectStatistics } from "../src/convert/collect-statistics.ts";
import { ruleFields } from "../src/convert/conversion-fields.ts";
import { convertToSnn } from "../src/convert/convert-to-snn.ts";
import { foldBatchNorm } from "../src/convert/fold-batch-norm.ts";
import { watchBounds } from "../src/convert/watched-bounds.ts";
import { loadKernels } from "../src/kernels/load.ts";
import { resolve } from "../src/space/resolve.ts";
import {
  type PeerFixture,
  peerAnn,
  peerBatch,
  peerCalibration,
  peerImages,
  peerSteps,
} from "./convert-peer-network.ts";

const fixture: PeerFixture = JSON.parse(
  readFileSync(new URL("fixtures/peer-conversion.json", import.meta.url), "utf8"),
);
const kernels = await loadKernels();
const ann = foldBatchNorm(peerAnn);
const { count, pixels } = peerCalibration;
const isCancelled = (): boolean => false;
const plain = collectStatistics({
  forward: new Forward(kernels, ann, { maximumBatch: peerBatch }),
  network: ann.network,
  pixels,
  first: 0,
  count,
  isCancelled,
});
const images = { kernels, images: peerCalibration, count, seed: 0, isCancelled };
const statistics = {
  ...plain,
  watched: (rule: Parameters<typeof watchBounds>[1]) => watchBounds(ann, rule, images, peerBatch),
};
const inference = { coding: "constant", steps: peerSteps, readout: "membrane", dtMs: 1 } as const;

test("every mode has been recorded", () => {
  assert.deepEqual(Object.keys(fixture.modes), Object.keys(modes));
});

for (const [name, { ours }] of Object.entries(modes)) {
  const settings = resolve("mode", ruleFields, ours);

  test(`${name}: bounds are SpikingJelly's to 1e-6`, () => {
    const bounds = [...activationBounds(ann, statistics, settings, peerSteps).values()];
    assert.equal(bounds.length, fixture.modes[name].scales.length);
    for (const [layer, scales] of fixture.modes[name].scales.entries()) {
      assert.equal(bounds[layer].length, scales.length);
      for (const [c, scale] of scales.entries()) {
        assert.ok(Math.abs(bounds[layer][c] - scale) <= 1e-6 * scale, `${bounds[layer][c]} for ${scale}`);
      }
    }
  });

  test(`${name}: the class after every step is SpikingJelly's`, () => {
    const snn = convertToSnn(ann, statistics, settings, inference);
    const decisions = stepDecisions(kernels, snn, peerImages, () => []);
    assert.deepEqual(
      decisions.map((classes) => classes.join("")),
      fixture.modes[name].decisions,
    );
  });
}
