// What a network that decodes is worth on a split: R² of every output over all steps, by simulation.

import type { IsCancelled } from "../base/cancel.ts";
import type { SplitName } from "../data/dataset.ts";
import { loadKernels } from "../kernels/load.ts";
import type { Model } from "../model/model.ts";
import type { TimedDataset } from "../recordings/timed-dataset.ts";
import { seriesFit } from "../surrogate/simulated-series.ts";

export interface DecodedFit {
  readonly split: SplitName;
  readonly recordings: number;
  /** R² by output. */
  readonly r2: Readonly<Record<string, number>>;
}

/** @returns undefined for recordings that are told apart by classes */
export async function decodedFit(
  { spikes, targets, dataset }: Pick<TimedDataset, "spikes" | "targets" | "dataset">,
  {
    model,
    split,
    seed,
    memoryBytes,
    isCancelled,
  }: {
    readonly model: Model;
    readonly split: SplitName;
    readonly seed: number;
    readonly memoryBytes: number;
    readonly isCancelled: IsCancelled;
  },
): Promise<DecodedFit | undefined> {
  if (targets === undefined) return undefined;
  const kernels = await loadKernels({ build: "simd", memoryBytes });
  const set = { spikes: spikes[split], count: spikes[split].samples, seed, isCancelled };
  const fits = seriesFit(kernels, model, set, targets[split]);
  const r2 = Object.fromEntries(dataset.classes.map((name, j) => [name, fits[j]]));
  return { split, recordings: set.count, r2 };
}

export function showDecodedFit({ split, recordings, r2 }: DecodedFit): string {
  const told = Object.entries(r2).map(([name, fit]) => `${name} ${fit.toFixed(3)}`);
  return `snn, ${recordings} ${split} windows: R² of ${told.join(", ")}`;
}
