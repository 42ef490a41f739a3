// What a campaign will run is fixed, complete and refused before the first trial.

import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { spikingModel } from "../../test/spiking-models.ts";
import { spikingNetworks } from "../../test/spiking-networks.ts";
import { resolve } from "../space/resolve.ts";
import { sampleSize } from "../statistics/sample-size.ts";
import { type CampaignSettings, campaignFields } from "./campaign-settings.ts";
import { planCampaign } from "./plan-campaign.ts";
import { trialsOf } from "./trial-plan.ts";

const model = spikingModel(spikingNetworks["dense 37-50-33-10"], {
  seed: 11,
  isWhole: true,
  inference: { coding: "rate", steps: 9 },
});
const weights = 37 * 50 + 50 * 33 + 33 * 10;

function asked(given: Partial<CampaignSettings>): CampaignSettings {
  return resolve("settings", campaignFields, given);
}

function indicesOf(given: Partial<CampaignSettings>, seed = 3): number[] {
  const { order } = planCampaign(model, asked(given), seed);
  return [...(order ?? [])];
}

describe("single faults", () => {
  test("exhaustive is every bit of every weight, once, in order", () => {
    const plan = planCampaign(model, asked({ sampling: "exhaustive" }), 1);
    assert.equal(plan.trials, weights * 8);
    const part = trialsOf(plan.part(8, 24));
    assert.equal(part.count, 16);
    for (let k = 0; k < 16; k++) {
      const [{ element, change }] = part.faultsOf(k);
      assert.deepEqual([element, change], [1 + (k >> 3), { kind: "flip", bit: k & 7 }]);
    }
  });

  test("a margin and confidence ask for as many as the formula says, all different", () => {
    const indices = indicesOf({ margin: 0.02, confidence: 0.95 });
    assert.equal(indices.length, sampleSize({ population: weights * 8, margin: 0.02, confidence: 0.95 }));
    assert.equal(new Set(indices).size, indices.length);
    assert.ok(indices.every((index) => index >= 0 && index < weights * 8));
  });

  test("a larger sample begins with the smaller one, and another seed gives another", () => {
    const few = indicesOf({ count: 50 });
    assert.deepEqual(indicesOf({ count: 200 }).slice(0, 50), few);
    assert.notDeepEqual(indicesOf({ count: 50 }, 4), few);
  });

  test("chosen bits and layers are the only ones struck", () => {
    const [, second] = model.network.layers.filter(({ kind }) => kind === "dense");
    const plan = planCampaign(model, asked({ layers: second.id, bits: "0,6-7", sampling: "exhaustive" }), 1);
    const faults = trialsOf(plan.part(0, plan.trials));
    const seen = new Set<string>();
    for (let k = 0; k < faults.count; k++) {
      const [{ layer, change }] = faults.faultsOf(k);
      seen.add(`${layer} ${"bit" in change ? change.bit : ""}`);
    }
    assert.deepEqual(
      [...seen].sort(),
      [0, 6, 7].map((bit) => `${second.id} ${bit}`),
    );
  });

  test("transient faults are one for every step", () => {
    const settings = { sampling: "exhaustive", targets: "spike", persistence: "transient" } as const;
    const permanent = planCampaign(model, asked({ ...settings, persistence: "permanent" }), 1);
    assert.equal(planCampaign(model, asked(settings), 1).trials, 9 * permanent.trials);
  });

  test("at every look each stratum has its share, and keeps what it had", () => {
    const settings = asked({ sampling: "stratified", stop: true, margin: 0.02, allocation: "equal" });
    const { order, rule, population } = planCampaign(model, settings, 2);
    assert.ok(order !== null && rule !== null && population !== null && rule.looks.length > 2);
    assert.equal(new Set(order).size, order.length);
    for (const look of rule.looks) {
      const counts = new Map<string, number>();
      for (const index of order.subarray(0, look)) {
        const { sites, bit } = population.placeOf(index);
        const name = `${sites.layer} ${bit}`;
        counts.set(name, (counts.get(name) ?? 0) + 1);
      }
      assert.equal(counts.size, 24);
      assert.ok(
        Math.max(...counts.values()) - Math.min(...counts.values()) <= 1,
        String([...counts.values()]),
      );
    }
  });
});

describe("draws of a fault model", () => {
  test("each is one list, the same for a seed, whatever it is run with", () => {
    const plan = planCampaign(model, asked({ faultModel: "bit-flip", faultsPerDraw: 5, count: 6 }), 7);
    const all = trialsOf(plan.part(0, 6));
    const some = trialsOf(plan.part(4, 6));
    for (let k = 0; k < 6; k++) assert.equal(all.faultsOf(k).length, 5);
    assert.deepEqual(some.faultsOf(1), all.faultsOf(5));
    assert.notDeepEqual(all.faultsOf(4), all.faultsOf(5));
  });

  test("settings reach the fault model", () => {
    const of = (modelSettings: string) =>
      trialsOf(
        planCampaign(model, asked({ faultModel: "gaussian-weight", count: 1, modelSettings }), 7).part(0, 1),
      ).faultsOf(0);
    assert.notDeepEqual(of("sigma=0.5"), of("sigma=0.1"));
  });
});

test("jitter moves the spikes of all layers that send them, or of those chosen, anew in every draw", () => {
  const jittersOf = (given: Partial<CampaignSettings>) => {
    const plan = planCampaign(model, asked({ faultModel: "spike-jitter", count: 3, ...given }), 7);
    const trials = trialsOf(plan.part(0, 3));
    return [0, 1, 2].map((trial) => trials.jittersOf?.(trial) ?? []);
  };
  const spiking = [
    "input",
    ...model.network.layers.filter(({ kind }) => kind === "neuron").map(({ id }) => id),
  ];
  const all = jittersOf({ modelSettings: "deviationSteps=2" });
  assert.deepEqual(
    all[0].map(({ layer }) => layer),
    spiking,
  );
  assert.equal(new Set(all.flat().map(({ key }) => JSON.stringify(key))).size, 3 * spiking.length);
  assert.deepEqual(new Set(all.flat().map(({ deviationSteps }) => deviationSteps)), new Set([2]));
  assert.deepEqual(
    jittersOf({ layers: "input" })[2].map(({ layer }) => layer),
    ["input"],
  );
  assert.throws(
    () => jittersOf({ layers: "dense1" }),
    /layer must be one whose spikes can be moved \(input, /,
  );
  assert.throws(
    () => jittersOf({ modelSettings: "deviationSteps=-1" }),
    /deviationSteps must be a number from 0/,
  );
});

test("what cannot be run is refused by name, with what can", () => {
  const ann = { ...model, kind: "ann", inference: null } as const;
  const cases: readonly [Partial<CampaignSettings>, RegExp, boolean?][] = [
    [{ targets: "wight" }, /targets must be of input, weight/],
    [{ layers: "nowhere" }, /layers must be of the network, but got "nowhere"/],
    [{ bits: "8" }, /bits must be from 0 to 7 for int8, but got 8/],
    [{ bits: "5-3" }, /bits must be bits and ranges/],
    [{ count: weights * 8 + 1 }, /count must be from 1 to 30640/],
    [{ modelSettings: "sigma", faultModel: "gaussian-weight" }, /modelSettings must be name=value/],
    [{ faultModel: "spurious-spike" }, /persistence must be transient for spurious-spike/],
    [{ sampling: "exhaustive", count: 5 }, /count must not be given for an exhaustive campaign/],
    [{ sampling: "exhaustive", stop: true }, /stop must not be given for an exhaustive campaign/],
    [{ faultModel: "bit-flip", bits: "7" }, /bits must not be given for draws of bit-flip/],
    [{ persistence: "transient" }, /persistence must be permanent for an ANN/, true],
    [{ targets: "bias" }, /targets must be weight for an ANN/, true],
  ];
  for (const [given, message, isAnn] of cases)
    assert.throws(() => planCampaign(isAnn ? ann : model, asked(given), 1), {
      name: "InvalidValueError",
      message,
    });
});
