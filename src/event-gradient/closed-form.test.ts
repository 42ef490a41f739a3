// Both closed forms against what they close: the potential they say reaches the threshold does, and none other.

import assert from "node:assert/strict";
import { test } from "node:test";
import { between, drawOf } from "../../test/event-networks.ts";
import { closedFormOf } from "./closed-form-of.ts";

const tauSynapseS = 0.13;
const threshold = 0.2;

for (const ratio of [1, 2]) {
  const tauMembraneS = ratio * tauSynapseS;
  const form = closedFormOf({ tauSynapseS, tauMembraneS, threshold, maxSpikes: 1 });
  const potentialAfter = (current: number, potential: number, delayS: number): number =>
    potential * Math.exp(-delayS / tauMembraneS) + current * form.response(delayS);
  const found = { delayS: 0, slope: 0 };

  test(`τ = ${ratio} τₛ: the response solves the equations of synapse and membrane`, () => {
    // κ' = −κ/τ + e^(−δ/τₛ), κ(0) = 0.
    assert.equal(form.response(0), 0);
    for (const delayS of [0.001, 0.05, 0.3, 2]) {
      const h = 1e-6;
      const derivative = (form.response(delayS + h) - form.response(delayS - h)) / (2 * h);
      const expected = Math.exp(-delayS / tauSynapseS) - form.response(delayS) / tauMembraneS;
      assert.ok(Math.abs(derivative - expected) < 1e-8);
    }
  });

  test(`τ = ${ratio} τₛ: a crossing is on the threshold, rising, with the slope it states`, () => {
    const draw = drawOf(ratio);
    let crossings = 0;
    for (let n = 0; n < 3000; n++) {
      const current = between(draw, -2, 6);
      const potential = between(draw, -1, 1) < 0 ? between(draw, -2, threshold) : between(draw, 0, threshold);
      if (!form.rises(current, potential, found)) continue;
      crossings++;
      const { delayS, slope } = found;
      assert.ok(delayS >= 0 && delayS < Infinity && slope > 0 && slope < Infinity);
      assert.ok(Math.abs(potentialAfter(current, potential, delayS) - threshold) < 1e-14);
      const derivative = current * Math.exp(-delayS / tauSynapseS) - threshold / tauMembraneS;
      assert.ok(Math.abs(slope - derivative) < 1e-12 * (current + 1), `slope ${slope} for ${derivative}`);
    }
    assert.ok(crossings > 500, `${crossings} crossings`);
  });

  test(`τ = ${ratio} τₛ: the potential is below the threshold before a crossing, and always where there is none`, () => {
    const draw = drawOf(10 + ratio);
    for (let n = 0; n < 400; n++) {
      const current = between(draw, -1, 6);
      const potential = between(draw, -1, threshold * 0.999);
      const endS = form.rises(current, potential, found) ? found.delayS : 8 * tauMembraneS;
      for (let i = 1; i < 400; i++) {
        const u = potentialAfter(current, potential, (endS * i) / 400);
        assert.ok(u < threshold, `current ${current}, potential ${potential}: ${u} before ${endS} s`);
      }
    }
  });

  test(`τ = ${ratio} τₛ: where the potential is above rest, it is nowhere higher than at its peak`, () => {
    const draw = drawOf(20 + ratio);
    for (let n = 0; n < 400; n++) {
      const current = between(draw, -1, 6);
      const potential = between(draw, -1, threshold);
      const peakS = form.peakDelayS(current, potential);
      const height = potentialAfter(current, potential, peakS);
      for (let i = 0; i < 400; i++) {
        assert.ok(
          potentialAfter(current, potential, (8 * tauMembraneS * i) / 400) <= Math.max(0, height) + 1e-12,
        );
      }
    }
  });

  test(`τ = ${ratio} τₛ: near the least current that fires, spikes come at the peak and slopes go to 0`, () => {
    // The peak of κ: τₛ ln 4 high e^(−…) for 2 τₛ, τ for τ.
    const peakS = ratio === 2 ? tauMembraneS * Math.LN2 : tauMembraneS;
    const least = threshold / form.response(peakS);
    let slopeBefore = Infinity;
    for (const above of [1e-2, 1e-6, 1e-10]) {
      assert.ok(form.rises(least * (1 + above), 0, found));
      assert.ok(found.delayS < peakS && peakS - found.delayS < 2 * tauMembraneS * Math.sqrt(above));
      assert.ok(found.slope < slopeBefore && found.slope > 0);
      slopeBefore = found.slope;
    }
    assert.equal(form.rises(least * (1 - 1e-10), 0, found), false);
  });

  test(`τ = ${ratio} τₛ: a spike is never missed for a digit, and nothing becomes NaN`, () => {
    // A potential that rounding has put on or above the threshold fires now, if it rises.
    for (const potential of [threshold, threshold * (1 + 1e-15)]) {
      assert.ok(form.rises(3, potential, found));
      assert.equal(found.delayS, 0);
      assert.ok(found.slope > 0);
    }
    for (const current of [0, -0, 1e-300, -1e-300, 1e300, -1e300, 1.5, Infinity, Number.NaN]) {
      for (const potential of [0, -0, 1e-300, -1e300, threshold / 2, Number.NaN]) {
        if (!form.rises(current, potential, found)) continue;
        const isTime = Number.isFinite(found.delayS) && found.slope > 0;
        assert.ok(isTime, `${current}, ${potential}: ${found.delayS} s, ${found.slope} 1/s`);
      }
    }
  });
}

test("a potential that only touches the threshold does not fire", () => {
  // τ = 2, ϑ = 1/2: c = 1/4, and g = 1 from rest has b² − 4 g c = 0 exactly.
  const form = closedFormOf({ tauSynapseS: 1, tauMembraneS: 2, threshold: 0.5, maxSpikes: 1 });
  const found = { delayS: 0, slope: 0 };
  assert.equal(form.rises(1, 0, found), false);
  assert.equal(form.rises(1 + 1e-15, 0, found), true);
  assert.ok(Math.abs(found.delayS - 2 * Math.LN2) < 1e-6);
});
