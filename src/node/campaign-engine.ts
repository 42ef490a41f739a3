// What runs a campaign's trials: threads for a spiking network, this thread for an ANN, and for whoever wants
// the margins of every image.

import { setImmediate } from "node:timers/promises";
import { CancelledError, StateError } from "../base/errors.ts";
import { AnnFaults } from "../campaign/ann-faults.ts";
import type { FaultCounts } from "../campaign/fault-counts.ts";
import { faultOutcomes } from "../campaign/fault-outcome.ts";
import { graphOf, measureFaults } from "../campaign/measure-faults.ts";
import { type TrialPlan, trialsOf } from "../campaign/trial-plan.ts";
import type { ImageSet } from "../data/dataset.ts";
import { loadKernels } from "../kernels/load.ts";
import type { Model } from "../model/model.ts";
import { CampaignPool } from "./campaign-pool.ts";
import { withSharedArrays } from "./shared-arrays.ts";

export interface MeasuredTrials {
  readonly counts: FaultCounts;
  /** Change of the margin between the golden class and the best other. Shape [trials, images]. */
  readonly margins: Float32Array | null;
}

export interface CampaignEngine {
  /** Single faults that are sure to take no more than some seconds. */
  readonly firstBatch: number;
  /**
   * @param onShare - told which share of the work is done
   * @throws {InvalidValueError} for faults the network cannot have, {CancelledError} soon after the signal
   */
  run(plan: TrialPlan, onShare: (share: number) => void): Promise<MeasuredTrials>;
  close(): Promise<void>;
}

export interface CampaignEngineOptions {
  readonly model: Model;
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
    run: async (plan, onShare) => {
      const counts = await pool.run(plan, set, { signal, onImages: (done) => onShare(done / count) });
      return { counts, margins: null };
    },
    close: () => pool.close(),
  };
}

async function annEngine({
  model,
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
    run: async (plan, onShare) => {
      const trials = trialsOf(plan);
      const outcomes = new Uint32Array(trials.count * faultOutcomes.length);
      const margins = hasMargins ? new Float32Array(trials.count * count) : null;
      for (let trial = 0; trial < trials.count; trial++) {
        // Signals arrive between trials.
        await setImmediate();
        const onMargin =
          margins &&
          ((image: number, change: number) => {
            margins[trial * count + image] = change;
          });
        outcomes.set(ann.run(trials.faultsOf(trial), onMargin ?? undefined), trial * faultOutcomes.length);
        onShare((trial + 1) / trials.count);
      }
      return {
        counts: { trials: trials.count, images: count, goldenCorrect: ann.goldenCorrect, outcomes },
        margins,
      };
    },
    close: async () => {},
  };
}

/** Trials between which signals arrive. */
const piece = 32;

async function marginEngine({
  model,
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
    run: async (plan, onShare) => {
      const { count: total, faultsOf, jittersOf } = trialsOf(plan);
      const outcomes = new Uint32Array(total * faultOutcomes.length);
      const margins = new Float32Array(total * count);
      let [goldenCorrect, told] = [0, 0];
      for (let first = 0; first < total; first += piece) {
        await setImmediate();
        if (signal.aborted) throw new CancelledError("the fault campaign");
        const trials = {
          count: Math.min(piece, total - first),
          faultsOf: (trial: number) => faultsOf(first + trial),
          ...(jittersOf && { jittersOf: (trial: number) => jittersOf(first + trial) }),
        };
        const onMargin = (trial: number, image: number, change: number): void => {
          margins[(first + trial) * count + image] = change;
          told++;
        };
        const counts = measureFaults({ kernels, model, trials, request, onMargin });
        outcomes.set(counts.outcomes, first * faultOutcomes.length);
        goldenCorrect = counts.goldenCorrect;
        onShare((first + trials.count) / total);
      }
      if (told !== margins.length)
        throw new StateError("margins cannot be measured for these faults. Leave out --margins.");
      return { counts: { trials: total, images: count, goldenCorrect, outcomes }, margins };
    },
    close: async () => {},
  };
}
