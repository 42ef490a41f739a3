// Summaries of campaigns: parts add up to the whole, samples tell of the whole, looks end where they should.

import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { spikingModel } from "../../test/spiking-models.ts";
import { ifSubtract, spikingNetworks } from "../../test/spiking-networks.ts";
import { Random } from "../base/random.ts";
import { dense, flatten, sequential } from "../model/build.ts";
import { resolve } from "../space/resolve.ts";
import { type CampaignSettings, campaignFields } from "./campaign-settings.ts";
import { type CampaignResult, campaignSummary, judgeCampaign } from "./campaign-summary.ts";
import { faultOutcomes } from "./fault-outcome.ts";
import { FaultTable } from "./fault-table.ts";
import { firstOrderDrop } from "./first-order-drop.ts";
import { planCampaign } from "./plan-campaign.ts";
import { vulnerabilityMaps } from "./vulnerability-maps.ts";

const model = spikingModel(spikingNetworks["dense 37-50-33-10"], {
  seed: 11,
  isWhole: true,
  inference: { coding: "rate", steps: 9 },
});
const images = 40;

const known = new Map<number, number[]>();

/** Made-up outcomes of every fault there is: high bits, the last layer and some neurons do more. */
function outcomesOf(index: number): number[] {
  const before = known.get(index);
  if (before !== undefined) return before;
  const random = new Random({ seed: 1, trial: 0, purpose: "made-outcomes", index });
  const bit = index % 8;
  const isLast = index >= 8 * (37 * 50 + 50 * 33);
  const strength = (bit / 7) ** 2 * (isLast ? 0.6 : 0.2) * (Math.floor(index / 296) % 5 === 0 ? 1.5 : 1);
  const counts = faultOutcomes.map(() => 0);
  for (let image = 0; image < images; image++) {
    const drawn = random.uniform();
    counts[drawn > strength ? 0 : drawn > strength / 2 ? 1 + random.integer(4) : 5 + random.integer(3)]++;
  }
  known.set(index, counts);
  return counts;
}

function resultOf(
  given: Partial<CampaignSettings>,
  seed = 1,
  most = Number.POSITIVE_INFINITY,
): CampaignResult {
  const settings = resolve("settings", campaignFields, given);
  const plan = planCampaign(model, settings, seed);
  const trials = Math.min(plan.trials, most);
  const table = new FaultTable(plan.trials);
  for (let k = 0; k < trials; k++) {
    const index = plan.order?.[k] ?? k;
    table.append([index], { outcomes: Uint32Array.from(outcomesOf(index)) });
  }
  return { model, settings, plan, table, images, goldenCorrect: 31 };
}

const whole = resultOf({ sampling: "exhaustive" });
const truth = campaignSummary(whole);

function near(a: number, b: number, tolerance = 1e-12): void {
  assert.ok(Math.abs(a - b) <= tolerance, `${a} is not ${b}`);
}

describe("an exhaustive campaign", () => {
  test("has layers, bits, layers by bits and neurons that each add up to the whole, without intervals", () => {
    for (const parts of [truth.byLayer, truth.byBit, truth.byLayerAndBit, truth.byNeuron]) {
      const faults = parts.reduce((sum, part) => sum + part.faults, 0);
      assert.equal(faults, truth.overall.faults);
      for (const name of ["critical", "accuracyLost"] as const) {
        const mean = parts.reduce((sum, part) => sum + part.faults * part[name].value, 0) / faults;
        near(mean, truth.overall[name].value);
        for (const part of parts) assert.equal(part[name].low, part[name].high);
      }
    }
    assert.equal(truth.byNeuron.length, 50 + 33 + 10);
    near(
      Object.values(truth.overall.outcomes).reduce((sum, share) => sum + share, 0),
      1,
    );
  });

  test("says what counting by hand says", () => {
    let [critical, lost, effective, deciding] = [0, 0, 0, 0];
    const size = whole.table.count;
    for (let index = 0; index < size; index++) {
      const [masked, , , , , changed, harmed, healed] = outcomesOf(index);
      critical += (changed + harmed + healed) / images;
      lost += (harmed - healed) / images;
      effective += Number(masked < images);
      deciding += Number(changed + harmed + healed > 0);
    }
    near(truth.overall.critical.value, critical / size, 1e-10);
    near(truth.overall.accuracyLost.value, lost / size, 1e-10);
    near(truth.overall.effective.value, effective / size);
    near(truth.overall.deciding.value, deciding / size);
  });

  test("has maps that are the tables seen closer", () => {
    const { neurons } = vulnerabilityMaps(whole);
    for (const { layer, bits, outputs, critical } of neurons) {
      for (const [b, bit] of bits.entries()) {
        let sum = 0;
        for (let output = 0; output < outputs; output++) sum += critical[output * bits.length + b];
        const found = truth.byLayerAndBit.find((one) => one.layer === layer && one.bit === bit);
        near(sum / outputs, found?.critical.value ?? -1);
      }
    }
  });
});

test("a pixel's rate is that of all weights that read it, over channels and outputs; unread ones are not 0", () => {
  const network = sequential("image", [2, 3, 4], [flatten(), dense(5), ifSubtract, dense(3)]);
  const image = spikingModel(network, { seed: 5, isWhole: true, inference: { coding: "rate", steps: 4 } });
  const settings = resolve("settings", campaignFields, { sampling: "exhaustive" });
  const plan = planCampaign(image, settings, 1);
  const table = new FaultTable(plan.trials);
  const half = 24 * 8 * 3;
  const sums = new Map<string, number[]>();
  for (let index = 0; index < half; index++) {
    table.append([index], { outcomes: Uint32Array.from(outcomesOf(index)) });
    const [, , , , , changed, harmed, healed] = outcomesOf(index);
    const name = `${(index >> 3) % 12} ${index & 7}`;
    sums.set(name, [...(sums.get(name) ?? []), (changed + harmed + healed) / images]);
  }
  const result = { model: image, settings, plan, table, images, goldenCorrect: 0 };
  const { pixels, neurons } = vulnerabilityMaps(result);
  assert.deepEqual(
    pixels.map(({ layer, height, width }) => [layer, height, width]),
    [["dense1", 3, 4]],
  );
  for (const [name, shares] of sums) {
    const [pixel, bit] = name.split(" ").map(Number);
    assert.equal(shares.length, 6);
    near(pixels[0].critical[bit * 12 + pixel], shares.reduce((sum, share) => sum + share, 0) / 6);
  }
  // Two of the five outputs, and the next layer, were not run.
  assert.ok(neurons[0].critical.subarray(24).every(Number.isNaN) && !Number.isNaN(neurons[0].critical[23]));
  assert.ok(neurons[1].critical.every(Number.isNaN));
});

describe("a sample", () => {
  const samplings: Readonly<Record<string, Partial<CampaignSettings>>> = {
    random: { sampling: "random" },
    "proportional strata": { sampling: "stratified", stratifyBy: "bit" },
    "equal strata of layers": { sampling: "stratified", stratifyBy: "layer", allocation: "equal" },
    "equal strata of layers and bits": { sampling: "stratified", allocation: "equal" },
  };
  for (const [name, sampling] of Object.entries(samplings)) {
    test(`${name}: intervals hold the truth about as often as they say, over all and in a layer`, () => {
      const seeds = 36;
      const held = { overall: 0, layer: 0, deciding: 0 };
      let mean = 0;
      for (let seed = 0; seed < seeds; seed++) {
        const { overall, byLayer } = campaignSummary(
          resultOf({ ...sampling, count: 240, confidence: 0.9 }, seed),
        );
        mean += overall.critical.value / seeds;
        const holds = ({ low, high }: { low: number; high: number }, value: number) =>
          Number(low <= value && value <= high);
        held.overall += holds(overall.critical, truth.overall.critical.value);
        held.layer += holds(byLayer[0].critical, truth.byLayer[0].critical.value);
        held.deciding += holds(overall.deciding, truth.overall.deciding.value);
      }
      near(mean / truth.overall.critical.value, 1, 0.05);
      // Of 36 with nine tenths: fewer than 26 has a chance below 0.1 %.
      for (const [what, count] of Object.entries(held))
        assert.ok(count >= 26, `${what}: ${count} of ${seeds}`);
    });
  }

  test("looks end a campaign once the rate is narrow enough, and not before", () => {
    const settings = { stop: true, margin: 0.02, confidence: 0.95 };
    const { rule } = resultOf(settings, 1, 0).plan;
    assert.ok(rule !== null && rule.looks.length > 2);
    const judged = rule.looks.map((look, i) => judgeCampaign(resultOf(settings, 1, look), i));
    for (const { isDone, interval } of judged.slice(0, -1))
      assert.equal(isDone, (interval.high - interval.low) / 2 <= 0.02);
    assert.ok(!judged[0].isDone && judged.some(({ isDone }) => isDone));
    const first = judged.find(({ isDone }) => isDone)?.interval;
    assert.ok(
      first !== undefined &&
        first.low <= truth.overall.critical.value &&
        truth.overall.critical.value <= first.high,
    );
  });
});

describe("the expectation at a small bit-error rate", () => {
  const agreed = { lowest: 0, highest: 1e-4 };
  const { settings } = whole;

  test("is the rate times what all single flips cost", () => {
    let lost = 0;
    for (let index = 0; index < whole.table.count; index++) {
      const [, , , , , , harmed, healed] = outcomesOf(index);
      lost += (harmed - healed) / images;
    }
    const found = firstOrderDrop(5e-5, { summary: truth, settings, agreed });
    near(found.accuracyLost, 5e-5 * lost, 1e-10);
    near(found.decisionChange, 5e-5 * truth.overall.critical.value * whole.table.count, 1e-10);
    near(found.meanFlips, 5e-5 * whole.table.count);
  });

  test("is refused for samples, other faults and rates nobody has checked", () => {
    const sample = resultOf({ count: 100 });
    const refused = (message: RegExp, rate: number, more: object = {}) =>
      assert.throws(() => firstOrderDrop(rate, { summary: truth, settings, agreed, ...more }), {
        name: "InvalidValueError",
        message,
      });
    refused(/summary must be of all faults.*100 of 30640/, 1e-5, { summary: campaignSummary(sample) });
    refused(/bitErrorRate must be from 0 to 0.0001/, 2e-4);
    refused(/agreed must be rates from 0 to 1/, 0.5, { agreed: { lowest: 0.5, highest: 2 } });
    refused(/settings must be of single bit flips.*stuck1/, 1e-5, {
      settings: { ...settings, change: "stuck1" },
    });
  });
});
