// How a campaign is cut into shards: a grid of trials and images that follows from the campaign alone, so that whoever
// asks again finds what was done. Counts of shards add up, so no result depends on the grid.
//
// Trials are cut at multiples of a number and at the looks of the stopping rule; images where a part of them can be run
// alone. Following differences takes a fraction of a microsecond a fault and image in small networks and tens of them in
// large ones, a simulation as a whole a hundred times that: a shard takes from about a second to about a minute, and
// hardly any of that for its run without faults.

import type { CampaignPlan } from "../campaign/campaign-plan.ts";
import { graphOf } from "../campaign/measure-faults.ts";
import type { Model } from "../model/model.ts";

/** Largest shards of a campaign. */
export interface ShardSize {
  readonly trials: number;
  readonly images: number;
}

/** Trials and images of one shard. */
export interface ShardRange {
  readonly from: number;
  readonly to: number;
  readonly firstImage: number;
  readonly count: number;
}

/** @param images - of the campaign */
export function shardSize(model: Model, images: number, hasMargins: boolean): ShardSize {
  // The margins of a shard are a row of the store: a few megabytes at most.
  if (hasMargins) return { trials: atLeastOne(Math.min(256, 2 ** 18 / images)), images };
  if (model.kind === "ann") return { trials: atLeastOne(Math.min(256, 2 ** 17 / images)), images };
  return graphOf(model) instanceof Error ? { trials: 64, images: 1024 } : { trials: 8192, images: 512 };
}

function atLeastOne(count: number): number {
  return Math.max(1, Math.floor(count));
}

/** Where the shards that begin with this trial end: no look lies within. */
export function shardEnd(plan: CampaignPlan, { trials }: ShardSize, from: number): number {
  return Math.min((Math.floor(from / trials) + 1) * trials, nextLook(plan, from));
}

/** Up to here trials are run for certain. */
export function nextLook({ rule, trials }: CampaignPlan, from: number): number {
  return rule?.looks.find((look) => look > from) ?? trials;
}

/** Shards of the trials from here to the next look, in their order. */
export function* shardsFrom(
  plan: CampaignPlan,
  size: ShardSize,
  images: number,
  from: number,
): Generator<ShardRange> {
  const end = nextLook(plan, from);
  for (let first = from; first < end; ) {
    const to = shardEnd(plan, size, first);
    for (let firstImage = 0; firstImage < images; firstImage += size.images)
      yield { from: first, to, firstImage, count: Math.min(size.images, images - firstImage) };
    first = to;
  }
}
