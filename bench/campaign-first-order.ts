// Expected accuracy at small bit-error rates from the map of every single fault, to first order,
//
//   E[accuracy] ≈ clean − rate · Σ over bits of what the bit alone loses,
//
// beside Monte Carlo: masks in which every bit flips with the rate. What a mask loses beyond the sum over its own
// bits has the first order's error as its mean, and far less spread than the loss itself.

import type { FaultCounts } from "../src/campaign/fault-counts.ts";
import { faultOutcomes } from "../src/campaign/fault-outcome.ts";
import { simulateFaults } from "../src/campaign/sweep/whole-simulation.ts";
import { subset } from "../src/data/image-set.ts";
import { enumerateFaults, type FaultPopulation } from "../src/fault/enumerate.ts";
import type { Fault } from "../src/fault/fault.ts";
import { drawFlips, type FlipMask } from "../src/fault/weight-bit-flip.ts";
import type { Kernels } from "../src/kernels/kernels.ts";
import { meanInterval } from "../src/statistics/mean-interval.ts";
import {
  type CampaignCase,
  type CampaignNetwork,
  type CampaignTime,
  countLists,
  countsOf,
  lossesOf,
} from "./campaign-measure.ts";
import { kept } from "./kept.ts";
import { type BenchRow, benchRow } from "./report.ts";

/** What the error of the first order may be, as a share of it, to be told as agreeing. */
const tolerance = 0.1;

type Measure = "lost" | "critical";
const measures: readonly Measure[] = ["lost", "critical"];

/** Bits of a mask up to which following them is faster than simulating everything again. */
const followed = 5;

/** Masks that have to change something: of fewer, an interval says nothing. */
const fewest = 30;

/** Rates and how many masks are drawn at each. */
const plans = [
  [1e-6, 1000],
  [1e-5, 400],
  [1e-4, 200],
  [3e-4, 200],
  [1e-3, 200],
] as const;

/** @param time - of every fault of the population */
export async function firstOrderRows(
  kernels: Kernels,
  network: CampaignNetwork,
  one: CampaignCase,
  time: CampaignTime,
  quick: boolean,
): Promise<BenchRow[]> {
  const { images } = one;
  const population = enumerateFaults(one.population);
  const singles = lossesOf(countsOf(time));
  const percent = (count: number): number => (100 * count) / images;
  const firstOrder = (single: readonly number[], rate: number): number =>
    percent(rate * single.reduce((sum, count) => sum + count, 0));
  const rows: BenchRow[] = [];
  const agreeing: Record<Measure, number[]> = { lost: [], critical: [] };
  for (const [rate, full] of plans) {
    const masks = quick ? 4 : full;
    const drawn = await masksAt(kernels, network, population, rate, masks, images);
    const notes = measures.map((measure) => {
      const single = singles[measure];
      const first = firstOrder(single, rate);
      const beyond = drawn.map((mask) =>
        percent(mask[measure] - mask.indices.reduce((sum, index) => sum + single[index], 0)),
      );
      const rest = meanInterval(beyond, [-100, 100], "of masks");
      const isSeen = drawn.filter((mask) => mask[measure] !== 0).length >= fewest;
      const isClose =
        isSeen && Math.max(Math.abs(rest.low), Math.abs(rest.high)) <= tolerance * Math.abs(first);
      if (isClose) agreeing[measure].push(rate);
      const found = drawn.map((mask) => percent(mask[measure]));
      return [
        `${measure === "lost" ? "points lost" : "% of decisions changed"}: first order ${show(first)}`,
        `Monte Carlo ${shown(meanInterval(found, [-100, 100], "of masks"))}`,
        `beyond first order ${shown(rest)}, ${isClose ? "within 10 % of it" : isSeen ? "not within 10 % of it" : "seen in too few masks"}`,
      ].join(", ");
    });
    const several = drawn.filter(({ indices }) => indices.length > 1).length;
    notes.push(`${masks} masks, ${several} of them of several bits, ${images} images`);
    rows.push(
      benchRow({
        case: `${network.name}: accuracy lost at bit-error rate ${rate}, first order of the whole map`,
        unit: "points",
        ours: firstOrder(singles.lost, rate),
        better: "lower",
        note: notes.join("; "),
      }),
    );
  }
  for (const measure of measures) {
    rows.push(
      benchRow({
        case: `${network.name}: largest of these rates at which ${measure === "lost" ? "accuracy" : "the rate of changed decisions"} is known to first order within 10 %`,
        unit: "bit-error rate",
        ours: Math.max(0, ...agreeing[measure]),
        better: "higher",
        note: `95 % interval of what Monte Carlo finds beyond it; at ${agreeing[measure].join(", ") || "none"} of ${plans.map(([rate]) => rate).join(", ")}`,
      }),
    );
  }
  return rows;
}

interface MaskLosses {
  /** Of the mask's bits in the population. */
  readonly indices: readonly number[];
  readonly lost: number;
  readonly critical: number;
}

async function masksAt(
  kernels: Kernels,
  network: CampaignNetwork,
  population: FaultPopulation,
  rate: number,
  masks: number,
  images: number,
): Promise<MaskLosses[]> {
  const what = [network.name, rate, masks, images, network.model.inference];
  return kept("campaign-masks", what, async () => {
    const indices = Array.from({ length: masks }, (_, index) => {
      const key = { seed: 0, trial: 0, purpose: `campaign-bench-masks-${rate}`, index };
      return indicesOfMask(population, drawFlips(network.model, { bitErrorRate: rate, key }));
    });
    const lists = indices.map((some): Fault[] => some.map((index) => population.at(index)));
    const isFollowed = rate * population.size <= followed;
    const counts = isFollowed
      ? await countLists(network, lists, images)
      : countWhole(kernels, network, lists, images);
    const { lost, critical } = lossesOf(counts);
    return indices.map((some, i) => ({ indices: some, lost: lost[i], critical: critical[i] }));
  });
}

function countWhole(
  kernels: Kernels,
  { model, set }: CampaignNetwork,
  lists: readonly (readonly Fault[])[],
  images: number,
): FaultCounts {
  const outcomes = new Uint32Array(lists.length * faultOutcomes.length);
  const trials = { count: lists.length, faultsOf: (trial: number) => lists[trial] };
  const { pixels, labels } = subset(set, 0, images);
  const request = {
    pixels,
    labels,
    firstImage: 0,
    count: images,
    seed: 0,
    trial: 0,
    isCancelled: () => false,
  };
  const goldenCorrect = simulateFaults(
    { kernels, model, trials, numbers: lists.map((_, trial) => trial), request },
    outcomes,
  );
  return { trials: lists.length, images, goldenCorrect, outcomes };
}

function indicesOfMask({ sites, firsts }: FaultPopulation, { layers }: FlipMask): number[] {
  return layers.flatMap(({ layer, elements, bits }) => {
    const place = sites.findIndex((own) => own.layer === layer && own.target === "weight");
    return Array.from(elements, (element, i) => firsts[place] + element * sites[place].bits + bits[i]);
  });
}

function shown({ value, low, high }: { value: number; low: number; high: number }): string {
  return `${show(value)} (${show(low)} to ${show(high)})`;
}

function show(value: number): string {
  return String(Number(value.toPrecision(3)));
}
