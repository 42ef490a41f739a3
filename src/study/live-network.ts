// Networks of a study as those who watch it see them: asked for one by one, where a whole study would be too much.
// Pure data: the server writes it, the page reads it.

import type { CampaignSummary } from "../campaign/campaign-summary.ts";
import type { SplitName } from "../data/dataset.ts";
import type { Explanation } from "../pipeline/explanation.ts";
import type { EnergyFigure, NetworkFigures, Recommendation } from "./front.ts";

export interface LiveLayer {
  readonly id: string;
  readonly kind: string;
  /** Ids of layers, or `"input"`. */
  readonly inputs: readonly { readonly from: string; readonly delay: number }[];
  /** Of what it hands on. */
  readonly shape: readonly number[];
}

/** What is connected to what; parameters stay in the network's file. */
export interface LiveGraph {
  readonly inputShape: readonly number[];
  readonly layers: readonly LiveLayer[];
  readonly output: string;
}

/** A trial's network, as the search measured it. */
export interface LiveTrialNetwork {
  readonly trial: number;
  readonly figures: NetworkFigures;
  /** Under the profile and accounting that the study decides by; null: it has no profile. */
  readonly energy: EnergyFigure | null;
  /** null: its file is not in the folder. */
  readonly graph: LiveGraph | null;
  /** Of networks that were confirmed; null: of this one nothing is known. */
  readonly explanation: Explanation | null;
}

export interface LiveTrialNetworks {
  readonly trials: readonly LiveTrialNetwork[];
  /** ANNs that were measured on the search's images. */
  readonly anns: readonly NetworkFigures[];
}

/**
 * Networks that were looked at closely, as the charts of the report take them. Before the study has ended they are
 * those of its confirmation, on validation images: test figures are told by the report alone.
 */
export interface LiveFinalists {
  readonly split: SplitName;
  /** ANNs, controls and other references. */
  readonly networks: readonly NetworkFigures[];
  /** Points of the front; before its end, what is confirmed so far. */
  readonly points: readonly NetworkFigures[];
  readonly recommendation: Pick<Recommendation, "choice">;
}

/** A fault campaign that lies under the folder. */
export interface LiveCampaign {
  readonly name: string;
  /** SHA-256 of the network file that was struck. */
  readonly network: string;
  readonly kind: "ann" | "snn";
  /** What was struck, and how, in a few words each. */
  readonly about: readonly string[];
  readonly trials: { readonly planned: number; readonly run: number };
  /** Without neurons; null until it has ended. */
  readonly summary: CampaignSummary | null;
}

/** When which neurons fired, for one validation image. */
export interface LiveRaster {
  readonly trial: number;
  readonly image: number;
  readonly label: number;
  /** Class after the last step. */
  readonly decided: number;
  readonly classes: readonly string[];
  readonly steps: number;
  readonly layers: readonly RasterLayer[];
}

export interface RasterLayer {
  readonly layer: string;
  /** All; those drawn are every `stride`-th. */
  readonly neurons: number;
  readonly stride: number;
  /** Of all neurons. */
  readonly spikes: number;
  /** Of each step: places among the drawn neurons, in order. */
  readonly events: readonly (readonly number[])[];
}

/** A study that can be looked at; the first is shown where none is asked for. */
export interface LiveStudyName {
  readonly id: string;
  readonly name: string;
}
