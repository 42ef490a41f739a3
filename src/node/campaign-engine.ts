// What runs a campaign's trials: threads for a spiking network, this thread for an ANN, and for whoever wants
// the margins of every image.

import { setImmediate } from "node:timers/promises";
import { CancelledError } from "../base/errors.ts";
import { AnnFaults } from "../campaign/ann-faults.ts";
import type { CampaignPlan } from "../campaign/campaign-plan.ts";
import { faultOutcomes } from "../campaign/fault-outcome.ts";
import { graphOf } from "../campaign/measure-faults.ts";
import type { FaultTrials } from "../campaign/sweep/weight-flips.ts";
import { trialsOf } from "../campaign/trial-plan.ts";
import type { ImageSet } from "../data/dataset.ts";
import { loadKernels } from "../kernels/load.ts";
import type { Model } from "../model/model.ts";
import { annTrials } from "./ann-trials.ts";
import { CampaignPool } from "./campaign-pool.ts";
import { marginTrials } from "./margin-trials.ts";
import type { MeasuredTrials } from "./measured-trials.ts";
import { withSharedArrays } from "./shared-arrays.ts";

/** Trials of a campaign from one to before another. */
export interface TrialRange {
  readonly from: number;
  readonly to: number;
}

export interface CampaignEngine {
  /** Single faults that are sure to take no more than some seconds. */
  readonly firstBatch: number;
  /** Where a batch that begins with this trial must end; absent: anywhere. */
  endOf?(from: number): number;
  /**
   * @param onShare - told which share of the work is done; above 1 while that of later trials is, too
   * @throws {InvalidValueError} for faults the network cannot have, {CancelledError} soon after the signal
   */
  run(range: TrialRange, onShare: (share: number) => void): Promise<MeasuredTrials>;
  close(): Promise<void>;
}

export interface CampaignEngineOptions {
  readonly model: Model;
  readonly plan: CampaignPlan;
  readonly images: ImageSet;
  /** Of random spike codes. */
  readonly seed: number;
  readonly threads: number;
  readonly memoryBytes: number;
  readonly hasMargins: boolean;
  readonly signal: AbortSignal;
}

/** Each fault takes a run of all images. */
const wholeBatch = 8;
/** Running all images once takes longer than the differences of some faults. */
const followedBatch = 1024;

/** @throws {InvalidValueError} for a network that cannot be run */
export function campaignEngine(options: CampaignEngineOptions): Promise<CampaignEngine> | CampaignEngine {
  if (options.model.kind === "ann") return annEngine(options);
  return options.hasMargins ? marginEngine(options) : threadEngine(options);
}

function threadEngine({
  model,
  plan,
  images,
  seed,
  threads,
  memoryBytes,
  signal,
}: CampaignEngineOptions): CampaignEngine {
  const pool = new CampaignPool({ model, threads, memoryBytes });
  const { pixels, labels, count } = images;
  const set = withSharedArrays({ pixels, labels, firstImage: 0, count, seed, trial: -1 });
  return {
    firstBatch: graphOf(model) instanceof Error ? wholeBatch : followedBatch,
    run: async ({ from, to }, onShare) => {
      const counts = await pool.run(plan.part(from, to), set, {
        signal,
        onImages: (done) => onShare(done / count),
      });
      return { counts, margins: null };
    },
    close: () => pool.close(),
  };
}

async function annEngine({
  model,
  plan,
  images,
  memoryBytes,
  hasMargins,
  signal,
}: CampaignEngineOptions): Promise<CampaignEngine> {
  const kernels = await loadKernels({ build: "simd", memoryBytes });
  const { pixels, labels, count } = images;
  const isCancelled = (): boolean => signal.aborted;
  const ann = new AnnFaults({ kernels, model, pixels, labels, count, isCancelled });
  return {
    firstBatch: wholeBatch,
    run: async ({ from, to }, onShare) => {
      const whole = trialsOf(plan.part(from, to));
      const outcomes = new Uint32Array(whole.count * faultOutcomes.length);
      const margins = hasMargins ? new Float32Array(whole.count * count) : null;
      for (let trial = 0; trial < whole.count; trial++) {
        // Signals arrive between trials.
        await setImmediate();
        const trials = someOf(whole, trial, 1);
        const one = annTrials({ ann, trials, images: count, hasMargins });
        outcomes.set(one.counts.outcomes, trial * faultOutcomes.length);
        if (one.margins !== null) margins?.set(one.margins, trial * count);
        onShare((trial + 1) / whole.count);
      }
      const { goldenCorrect } = ann;
      return { counts: { trials: whole.count, images: count, goldenCorrect, outcomes }, margins };
    },
    close: async () => {},
  };
}

/** Trials between which signals arrive. */
const piece = 32;

async function marginEngine({
  model,
  plan,
  images,
  seed,
  memoryBytes,
  signal,
}: CampaignEngineOptions): Promise<CampaignEngine> {
  const kernels = await loadKernels({ build: "simd", memoryBytes });
  const { pixels, labels, count } = images;
  const request = {
    pixels,
    labels,
    firstImage: 0,
    count,
    seed,
    trial: -1,
    isCancelled: () => signal.aborted,
  };
  return {
    firstBatch: wholeBatch,
    run: async ({ from, to }, onShare) => {
      const whole = trialsOf(plan.part(from, to));
      const total = whole.count;
      const outcomes = new Uint32Array(total * faultOutcomes.length);
      const margins = new Float32Array(total * count);
      let goldenCorrect = 0;
      for (let first = 0; first < total; first += piece) {
        await setImmediate();
        if (signal.aborted) throw new CancelledError("the fault campaign");
        const trials = someOf(whole, first, Math.min(piece, total - first));
        const some = marginTrials({ kernels, model, trials, request });
        outcomes.set(some.counts.outcomes, first * faultOutcomes.length);
        margins.set(some.margins, first * count);
        goldenCorrect = some.counts.goldenCorrect;
        onShare((first + trials.count) / total);
      }
      return { counts: { trials: total, images: count, goldenCorrect, outcomes }, margins };
    },
    close: async () => {},
  };
}

function someOf({ faultsOf, jittersOf }: FaultTrials, first: number, count: number): FaultTrials {
  return {
    count,
    faultsOf: (trial) => faultsOf(first + trial),
    ...(jittersOf && { jittersOf: (trial: number) => jittersOf(first + trial) }),
  };
}
