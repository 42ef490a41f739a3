// Whether a campaign counts what simulating everything again counts, and what PyTorch counts: rows that can fail.

import { imagesWith } from "../src/campaign/fault-counts.ts";
import type { FaultTrials } from "../src/campaign/sweep/weight-flips.ts";
import { simulateFaults } from "../src/campaign/sweep/whole-simulation.ts";
import { subset } from "../src/data/image-set.ts";
import { sampleIndices } from "../src/fault/sample-indices.ts";
import type { Kernels } from "../src/kernels/kernels.ts";
import {
  type CampaignCase,
  type CampaignNetwork,
  type CampaignTime,
  countLists,
  countsOf,
  faultAt,
  lossesOf,
  samplingKey,
  titleOf,
} from "./campaign-measure.ts";
import type { CampaignPeer } from "./campaign-peer.ts";
import { type BenchRow, benchRow } from "./report.ts";

/** Half of the trials at random, half those that change the most decisions. */
function chosenTrials(time: CampaignTime, count: number): number[] {
  const { critical } = lossesOf(countsOf(time));
  const half = Math.ceil(count / 2);
  const worst = critical.map((_, trial) => trial).sort((a, b) => critical[b] - critical[a] || a - b);
  const random = sampleIndices(time.trials, half, { ...samplingKey, purpose: "campaign-bench-repeated" });
  const first = new Set(random);
  return [...random, ...worst.filter((trial) => !first.has(trial)).slice(0, count - half)];
}

/** Counts of every outcome on all images of the campaign. */
export function equalityRow(
  kernels: Kernels,
  network: CampaignNetwork,
  one: CampaignCase,
  time: CampaignTime,
  repeated: number,
): BenchRow {
  const { model, set } = network;
  const faultOf = faultAt(one);
  const { critical } = lossesOf(countsOf(time));
  const numbers = chosenTrials(time, repeated);
  const trials: FaultTrials = { count: time.trials, faultsOf: (trial) => [faultOf(trial)] };
  const outcomes = new Uint32Array(time.trials * 8);
  const { pixels, labels, count } = subset(set, 0, one.images);
  const request = { pixels, labels, firstImage: 0, count, seed: 0, trial: 0, isCancelled: () => false };
  const golden = simulateFaults({ kernels, model, trials, numbers, request }, outcomes);
  // Masked images stand first and are counted by nobody but the campaign.
  const equal = numbers.filter((trial) => {
    const own = time.outcomes.slice(8 * trial + 1, 8 * trial + 8);
    return own.every((images, i) => images === outcomes[8 * trial + 1 + i]);
  });
  const most = numbers.reduce((largest, trial) => Math.max(largest, critical[trial]), 0);
  return benchRow({
    case: `${titleOf(network, one)}: outcomes equal to full re-simulation`,
    unit: `faults of ${numbers.length}`,
    ours: golden === time.goldenCorrect ? equal.length : 0,
    goal: numbers.length,
    better: "higher",
    note: `${count} images each; half at random, half the worst of the campaign (up to ${most} decisions changed)`,
  });
}

/** Images that are right, and decisions that changed, beside the peer's: what the peer has loaded. */
export async function peerRow(
  peer: CampaignPeer,
  network: CampaignNetwork,
  one: CampaignCase,
  time: CampaignTime,
  { images, compared }: { readonly images: number; readonly compared: number },
): Promise<BenchRow> {
  const faultOf = faultAt(one);
  const faults = chosenTrials(time, Math.min(compared, time.trials)).map(faultOf);
  const size = faults.length;
  const counts = await countLists(
    network,
    faults.map((fault) => [fault]),
    images,
  );
  const { critical, lost } = lossesOf(counts);
  const theirs = await peer.outcomes(faults);
  const name = `${titleOf(network, one)}: outcomes equal to PyTorch's`;
  if ("error" in theirs) {
    return benchRow({
      case: name,
      unit: `faults of ${size}`,
      ours: 0,
      goal: size,
      better: "higher",
      note: theirs.error,
    });
  }
  const equal = faults.filter((_, i) => {
    const correct = counts.goldenCorrect - lost[i];
    const touched = images - imagesWith(counts, i, ["masked"]);
    return (
      correct === theirs.correct[i] && critical[i] === theirs.changed[i] && touched === theirs.touched[i]
    );
  });
  const changing = critical.filter((count) => count > 0).length;
  return benchRow({
    case: name,
    unit: `faults of ${size}`,
    ours: counts.goldenCorrect === theirs.golden ? equal.length : 0,
    goal: size,
    better: "higher",
    note: `images that are right, change their class, or change a score, of ${images}; ${changing} of the faults change a class; PyTorch in float64, in which these sums are exact`,
  });
}
