// One fault campaign timed on threads, beside full re-simulation and PyTorch, both extrapolated from a few faults.

import type { FaultCounts } from "../src/campaign/fault-counts.ts";
import { criticalImages, lostImages } from "../src/campaign/fault-counts.ts";
import { faultOutcomes } from "../src/campaign/fault-outcome.ts";
import type { ImageSet } from "../src/data/dataset.ts";
import { subset } from "../src/data/image-set.ts";
import { enumerateFaults, type PopulationChoice } from "../src/fault/enumerate.ts";
import type { Fault } from "../src/fault/fault.ts";
import { sampleIndices } from "../src/fault/sample-indices.ts";
import type { Model } from "../src/model/model.ts";
import { CampaignPool } from "../src/node/campaign-pool.ts";
import { SimulationPool } from "../src/node/simulation-pool.ts";
import type { CampaignPeer } from "./campaign-peer.ts";
import { kept } from "./kept.ts";

/** The network under test, and what simulating it anew takes. */
export interface CampaignNetwork {
  readonly name: string;
  readonly model: Model;
  readonly set: ImageSet;
  /** Seconds of one run of one image, by the simulator on two threads, and from how many runs. */
  readonly simulation: { readonly seconds: number; readonly runs: number };
  /** The same in PyTorch, under a fault; undefined without it. */
  readonly peer: { readonly seconds: number; readonly note: string } | undefined;
}

export interface CampaignCase {
  readonly what: string;
  readonly population: PopulationChoice;
  /** How many of the population; null: all. */
  readonly faults: number | null;
  readonly images: number;
}

/** How a campaign is told of. */
export function titleOf({ name }: CampaignNetwork, one: CampaignCase): string {
  const { size } = enumerateFaults(one.population);
  const some = one.faults === null ? `all ${size}` : `${one.faults} of ${size}`;
  return `${name}: ${some} ${one.what}`;
}

export interface CampaignTime {
  readonly seconds: number;
  readonly trials: number;
  readonly images: number;
  readonly goldenCorrect: number;
  /** Images by trial and outcome. Shape [trials, outcomes]. */
  readonly outcomes: readonly number[];
}

export const samplingKey = { seed: 0, trial: 0, purpose: "campaign-bench", index: 0 };
const run = { firstImage: 0, seed: 0, trial: 0 };

/** Which faults of the population a campaign has, or null for all. */
export function indicesOf({ population, faults }: CampaignCase): Float64Array | null {
  return faults === null ? null : sampleIndices(enumerateFaults(population).size, faults, samplingKey);
}

/** The fault of a trial of a campaign. */
export function faultAt(one: CampaignCase): (trial: number) => Fault {
  const population = enumerateFaults(one.population);
  const indices = indicesOf(one);
  return (trial) => population.at(indices?.[trial] ?? trial);
}

/** Time a campaign from its plan to its counts; threads run before. */
export async function campaignTime(
  { name, model, set }: CampaignNetwork,
  one: CampaignCase,
  threads: number,
): Promise<CampaignTime> {
  const { population, images, faults } = one;
  const what = [name, one.what, faults, images, threads, model.inference];
  return kept("campaign", what, async () => {
    const pool = new CampaignPool({ model, threads });
    const { pixels, labels } = subset(set, 0, images);
    const asked = { pixels, labels, ...run };
    const indices = indicesOf(one);
    await pool.run(
      { kind: "singles", population, indices: new Float64Array(1) },
      { ...asked, count: Math.min(64, images) },
    );
    const start = performance.now();
    const counts = await pool.run({ kind: "singles", population, indices }, { ...asked, count: images });
    const seconds = (performance.now() - start) / 1000;
    await pool.close();
    const { trials, goldenCorrect } = counts;
    return { seconds, trials, images, goldenCorrect, outcomes: [...counts.outcomes] };
  });
}

export function countsOf({ outcomes, ...rest }: CampaignTime): FaultCounts {
  return { ...rest, outcomes: Uint32Array.from(outcomes) };
}

/** Counts of listed trials, which may have several faults each. */
export async function countLists(
  { model, set }: Pick<CampaignNetwork, "model" | "set">,
  lists: readonly (readonly Fault[])[],
  images: number,
): Promise<FaultCounts> {
  const pool = new CampaignPool({ model, threads: 2 });
  const { pixels, labels } = subset(set, 0, images);
  const counts = await pool.run({ kind: "lists", lists }, { pixels, labels, ...run, count: images });
  await pool.close();
  return counts;
}

/** Images a trial changes in class and loses, by trial. */
export function lossesOf(counts: FaultCounts): { readonly critical: number[]; readonly lost: number[] } {
  const trials = Array.from({ length: counts.trials }, (_, trial) => trial);
  return {
    critical: trials.map((trial) => criticalImages(counts, trial)),
    lost: trials.map((trial) => lostImages(counts, trial)),
  };
}

/** Shares of the (fault, image) pairs, in words. */
export function sharesOf({ outcomes, trials, images }: CampaignTime): string {
  const sums = faultOutcomes.map(() => 0);
  for (let i = 0; i < outcomes.length; i++) sums[i % sums.length] += outcomes[i];
  const pairs = trials * images;
  const critical = faultOutcomes.reduce(
    (sum, outcome, i) => sum + (/changed|harmed|healed/.test(outcome) ? sums[i] : 0),
    0,
  );
  const percent = (count: number): string => `${((100 * count) / pairs).toPrecision(3)} %`;
  return `${percent(pairs - sums[0])} of the pairs change a score, ${percent(critical)} a decision`;
}

/** Seconds of simulating an image, the fastest of some runs over all of them. */
export async function simulationTime(
  model: Model,
  set: ImageSet,
  runs: number,
): Promise<CampaignNetwork["simulation"]> {
  const pool = new SimulationPool({ model, threads: 2 });
  const asked = { ...set, ...run, count: set.count, boundsPotentials: false };
  let seconds = Number.POSITIVE_INFINITY;
  for (let round = 0; round <= runs; round++) {
    const start = performance.now();
    await pool.run(asked);
    if (round > 0) seconds = Math.min(seconds, (performance.now() - start) / 1000);
  }
  await pool.close();
  return { seconds: seconds / set.count, runs };
}

/** Seconds of an image in PyTorch, mean over some faults; undefined where it cannot be run, which is told. */
export async function peerTime(
  peer: CampaignPeer | undefined,
  model: Model,
  set: ImageSet,
  faults: readonly Fault[],
  versions: Record<string, string>,
): Promise<CampaignNetwork["peer"]> {
  if (peer === undefined) return undefined;
  const loaded = await peer.load(model, set, 2);
  const timed = "error" in loaded ? loaded : await peer.time(faults);
  if ("error" in timed || "error" in loaded) {
    versions["peers"] = "error" in timed ? timed.error : "not loaded";
    return undefined;
  }
  versions["spikingjelly"] = loaded.spikingjelly;
  versions["torch"] = loaded.torch;
  const seconds = timed.seconds / faults.length / set.count;
  return { seconds, note: `${timed.note}; from ${faults.length} faults on ${set.count} images` };
}
