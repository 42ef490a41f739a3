// Pieces of work for workers, as data: what is large is named by the SHA-256 of its contents, so a shard means the same
// on every machine. Whoever takes one has nothing but the store.

import type { CampaignSettings } from "../campaign/campaign-settings.ts";
import type { SplitName } from "../data/dataset.ts";
import type { EvaluationTask } from "../pipeline/evaluation-task.ts";

/** What work is on. */
export interface ShardPlace {
  /** SHA-256 of the network file. */
  readonly network: string;
  readonly data: { readonly name: string; readonly sha256: string };
  readonly split: SplitName;
  /** First so many of the split. */
  readonly images: number;
  /** Of spikefront: parts of one whole are made by one release. */
  readonly release: string;
}

/** Some trials of a campaign on some of its images. */
export interface CampaignShard extends ShardPlace {
  readonly kind: "campaign";
  readonly settings: CampaignSettings;
  readonly seed: number;
  readonly hasMargins: boolean;
  /** Trials from here to before `to`, in the campaign's order. */
  readonly from: number;
  readonly to: number;
  readonly firstImage: number;
  readonly count: number;
}

/** A network simulated on some images. */
export interface SimulationShard extends ShardPlace {
  readonly kind: "simulation";
  /** Of random spike codes. */
  readonly seed: number;
  readonly firstImage: number;
  readonly count: number;
}

/** An evaluation of a study besides its trials. */
export interface EvaluationShard {
  readonly kind: "evaluation";
  readonly study: string;
  /** SHA-256 of the study's data. */
  readonly data: string;
  readonly release: string;
  readonly task: Omit<EvaluationTask, "made">;
  /** SHA-256 of the network file that the task's plan trains; "": not known. */
  readonly made: string;
}

export type Shard = CampaignShard | SimulationShard | EvaluationShard;
