// A shard done: the same counts as the local engines make of these trials and images.

import type { IsCancelled } from "../base/cancel.ts";
import { AnnFaults } from "../campaign/ann-faults.ts";
import type { CampaignPlan } from "../campaign/campaign-plan.ts";
import { measureFaults } from "../campaign/measure-faults.ts";
import { planCampaign } from "../campaign/plan-campaign.ts";
import { trialsOf } from "../campaign/trial-plan.ts";
import type { Kernels } from "../kernels/kernels.ts";
import { talliedRun } from "../pipeline/evaluation-tally.ts";
import { createSimulator } from "../simulate/simulator.ts";
import type { Json } from "../study/storage.ts";
import { annTrials } from "./ann-trials.ts";
import { marginTrials } from "./margin-trials.ts";
import type { MeasuredTrials } from "./measured-trials.ts";
import type { CampaignShard } from "./shard.ts";
import type { ShardPart } from "./shard-messages.ts";
import { packTrials } from "./shard-results.ts";

/**
 * @throws {InvalidValueError} for what the network has not, as on one machine
 * @throws {CancelledError} soon after it is asked for
 */
export function doShard(kernels: Kernels, part: ShardPart, isCancelled: IsCancelled): Json {
  const mark = kernels.mark();
  try {
    const { shard, model, images } = part;
    if (shard.kind === "campaign") return packTrials(campaignTrials(kernels, part, shard, isCancelled));
    const { firstImage, count, seed } = shard;
    const { pixels, labels } = images;
    const request = { pixels, labels, firstImage, count, seed, trial: -1, isCancelled };
    return talliedRun(createSimulator(kernels, model).run(request)) as unknown as Json;
  } finally {
    kernels.release(mark);
  }
}

function campaignTrials(
  kernels: Kernels,
  { model, images }: ShardPart,
  shard: CampaignShard,
  isCancelled: IsCancelled,
): MeasuredTrials {
  const { from, to, firstImage, count, seed, hasMargins } = shard;
  const trials = trialsOf(planOf({ model, images }, shard).part(from, to));
  const { pixels, labels } = images;
  if (model.kind === "ann") {
    const ann = new AnnFaults({ kernels, model, pixels, labels, count, isCancelled });
    return annTrials({ ann, trials, images: count, hasMargins });
  }
  const measurement = {
    kernels,
    model,
    trials,
    request: { pixels, labels, firstImage, count, seed, trial: -1, isCancelled },
  };
  return hasMargins ? marginTrials(measurement) : { counts: measureFaults(measurement), margins: null };
}

let planned: { readonly name: string; readonly plan: CampaignPlan } | null = null;

/** The plan of the last campaign stays: drawing a large sample takes as long as some shards. */
function planOf({ model }: Pick<ShardPart, "model" | "images">, shard: CampaignShard): CampaignPlan {
  const { network, settings, seed } = shard;
  const name = JSON.stringify([network, settings, seed]);
  if (planned?.name !== name) planned = { name, plan: planCampaign(model, settings, seed) };
  return planned.plan;
}
