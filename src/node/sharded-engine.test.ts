// A campaign in shards is that of one machine, however it is cut and in whatever order shards end.

import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { after, test } from "node:test";
import { setImmediate } from "node:timers/promises";
import {
  campaignData,
  campaignFiles,
  campaignImages,
  campaignModel,
  madeCampaign,
} from "../../test/made-campaign.ts";
import { untrainedModel } from "../../test/untrained-model.ts";
import { StateError } from "../base/errors.ts";
import { Random } from "../base/random.ts";
import type { CampaignSettings } from "../campaign/campaign-settings.ts";
import { planCampaign } from "../campaign/plan-campaign.ts";
import { loadKernels } from "../kernels/load.ts";
import { dense, flatten, relu, sequential } from "../model/build.ts";
import { runCampaignInFolder } from "./campaign-folder.ts";
import { type ShardSize, shardEnd, shardSize, shardsFrom } from "./campaign-shards.ts";
import { doShard } from "./do-shard.ts";
import type { CampaignShard } from "./shard.ts";
import { ShardedEngine } from "./sharded-engine.ts";

const root = mkdtempSync(path.join(tmpdir(), "spikefront-sharded-"));
after(() => rmSync(root, { recursive: true, force: true }));
const kernels = await loadKernels({ build: "simd", memoryBytes: 64 * 2 ** 20 });
const ann = untrainedModel(
  sequential("ann", [1, 1, 37], [flatten(), dense(6), relu(), dense(10)]),
  [..."0123456789"],
  1,
);

interface Cut {
  readonly size: ShardSize;
  readonly inFlight: number;
  /** Of shards, in their order as asked: fails it. */
  readonly fail?: (asked: number) => boolean;
}

/** The campaign by shards that end in another order than they were asked for. @returns how many were asked for */
async function inShards(
  campaign: ReturnType<typeof madeCampaign>,
  { size, inFlight, fail }: Cut,
): Promise<number> {
  const { settings, seed, hasMargins, model } = campaign;
  const random = new Random({ seed: 1, trial: 0, purpose: "shard-order", index: 0 });
  let asked = 0;
  let open = 0;
  await runCampaignInFolder({
    ...campaign,
    openEngine: (plan, images) =>
      new ShardedEngine({
        plan,
        size,
        inFlight,
        shard: {
          kind: "campaign",
          network: campaign.folder,
          data: { name: "made", sha256: "0" },
          ...{ split: "test", images: images.count, settings, seed, hasMargins, release: "" },
        },
        tasks: {
          async run(shard) {
            const isFailing = fail?.(asked) ?? false;
            asked++;
            assert.ok(++open <= inFlight);
            for (let turns = random.integer(6); turns > 0; turns--) await setImmediate();
            open--;
            if (isFailing) throw new StateError("this shard fails.");
            const part = { shard: shard as unknown as CampaignShard, model, images };
            return JSON.parse(JSON.stringify(doShard(kernels, part, () => false)));
          },
        },
      }),
  });
  return asked;
}

const cases: Readonly<
  Record<string, { given: Partial<CampaignSettings>; more?: object; size: ShardSize; inFlight: number }>
> = {
  "one shard after the other": { given: {}, size: { trials: 170, images: 13 }, inFlight: 1 },
  "a stopping rule": {
    given: { margin: 0.05, count: 0, stop: true },
    size: { trials: 100, images: 11 },
    inFlight: 7,
  },
  "draws of a fault model": {
    given: { faultModel: "bit-flip", rate: 1e-2, count: 9 },
    size: { trials: 2, images: 16 },
    inFlight: 5,
  },
  margins: {
    given: { count: 20 },
    more: { hasMargins: true },
    size: { trials: 7, images: campaignImages },
    inFlight: 3,
  },
  "an ANN": {
    given: { count: 20 },
    more: { model: ann, hasMargins: true },
    size: { trials: 3, images: campaignImages },
    inFlight: 3,
  },
};

for (const [name, { given, more, ...cut }] of Object.entries(cases)) {
  test(`a campaign in shards is that of one machine: ${name}`, async () => {
    const at = (place: string) => ({ ...madeCampaign(path.join(root, `${name} ${place}`), given), ...more });
    assert.ok((await inShards(at("shards"), cut)) >= 3);
    await runCampaignInFolder(at("here"));
    assert.deepEqual(campaignFiles(at("shards").folder), campaignFiles(at("here").folder));
  });
}

test("a shard that fails ends the campaign by its error, and no more are asked for; another run goes on", async () => {
  const campaign = madeCampaign(path.join(root, "failing"));
  const cut = { size: { trials: 50, images: 15 }, inFlight: 2 };
  let asked = 0;
  const fail = (number: number): boolean => {
    asked = number + 1;
    return number === 6;
  };
  await assert.rejects(inShards(campaign, { ...cut, fail }), { message: "this shard fails." });
  assert.ok(asked < 24, `all ${asked} shards were asked for`);
  assert.ok((await inShards(campaign, cut)) < 24, "what was kept is not asked for again");
});

test("shards meet every trial of a look on every image once, and no look lies within one", () => {
  const { settings, seed } = madeCampaign("", { margin: 0.05, count: 0, stop: true });
  const plan = planCampaign(campaignModel, settings, seed);
  const looks = plan.rule?.looks ?? [];
  assert.ok(looks.length > 1);
  const size = { trials: 64, images: 7 };
  const met = new Uint8Array(plan.trials * campaignImages);
  for (let from = 0; from < plan.trials; from = looks.find((look) => look > from) ?? plan.trials) {
    for (const shard of shardsFrom(plan, size, campaignImages, from)) {
      assert.equal(shard.to, shardEnd(plan, size, shard.from));
      assert.ok(!looks.some((look) => look > shard.from && look < shard.to));
      for (let trial = shard.from; trial < shard.to; trial++)
        for (let image = 0; image < shard.count; image++)
          met[trial * campaignImages + shard.firstImage + image]++;
    }
  }
  assert.ok(met.every((times) => times === 1));
});

test("margins of a shard fit a row of the store, and a shard is never empty", () => {
  for (const images of [1, campaignData.test.count, 10_000, 1_000_000]) {
    for (const model of [campaignModel, ann]) {
      const { trials, images: some } = shardSize(model, images, true);
      assert.equal(some, images);
      assert.ok(trials >= 1 && (trials === 1 || 4 * trials * images <= 2 ** 20));
    }
  }
});
