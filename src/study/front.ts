// The outcome of a study, `front.json`: what the report draws and what users script against.
// Pure data. All final figures are on the split named beside them.

import type { Evaluation, Interval } from "../pipeline/evaluation.ts";
import type { Explanation } from "../pipeline/explanation.ts";
import type { HalvingFigures } from "./halving/halving-figures.ts";
import type { RaceFigures } from "./racing/race-designs.ts";

/** A design by field name. Inactive fields keep their default. */
export type DesignValues = Readonly<Record<string, number | string | boolean>>;

/** Mean energy of one inference under one profile and accounting; null where the profile cannot price it. */
export interface EnergyFigure {
  readonly profile: string;
  readonly accounting: "mac-once" | "mac-per-step" | "ac";
  readonly energyPj: number | null;
  /** By layer id, same total. */
  readonly byLayerPj: Readonly<Record<string, number>>;
}

/** Accuracy and drop at one bit-error rate. */
export interface DoseFigure {
  readonly format: string;
  readonly bitErrorRate: number;
  readonly accuracy: Interval;
  /** Clean accuracy − faulty accuracy, same images. */
  readonly drop: Interval;
  /** Mean flips of a whole device: rate × stored bits, a protection's included; absent: not told. */
  readonly expectedUpsets?: number;
}

/** One network in the report: an ANN, a control or a front point. */
export interface NetworkFigures {
  /** e.g. `"ann"`, `"ann-clipped"`, `"ann-quantised"`, `"p3"`. Unique. */
  readonly id: string;
  readonly label: string;
  readonly role: "ann" | "control" | "snn";
  /** An SNN trained by itself: by gradients through its steps, or of its events. Absent: converted, or no SNN. */
  readonly training?: "direct" | "event";
  readonly network: string;
  readonly accuracy: Interval;
  readonly accuracyPerStep: readonly Interval[];
  readonly energy: readonly EnergyFigure[];
  readonly doses: readonly DoseFigure[];
  /** The same under flips in biases and thresholds, each apart; absent: not looked at. */
  readonly parameterDoses?: readonly (DoseFigure & { readonly target: "bias" | "threshold" })[];
  /** What the study's further objectives say of the network, by name; absent: there are none. */
  readonly objectives?: Readonly<Record<string, Interval>>;
  readonly latencySteps: number;
  /** null where no profile of the study gives a speed. */
  readonly latencySeconds: number | null;
  readonly memoryBytes: number;
  /** Synaptic operations ÷ dense products, by layer and in all ("ρ"). */
  readonly density: { readonly total: number; readonly byLayer: Readonly<Record<string, number>> };
  /** The test evaluation behind it all. */
  readonly evaluation: Evaluation;
}

/** A point of the front. */
export interface FrontPoint extends NetworkFigures {
  readonly trial: number;
  readonly design: DesignValues;
  /** The search's own figures on validation, by objective name. */
  readonly searchObjectives: Readonly<Record<string, Interval>>;
  /** Requirement name → margin in the requirement's unit, at the interval's bad end; negative: not met. */
  readonly margins: Readonly<Record<string, number>>;
  /** Chance that no other point dominates it, by the errors of the final figures; absent: not looked at. */
  readonly frontChance?: number;
  /** What its spikes get wrong, on validation images; absent: written before points were explained. */
  readonly explanation?: Explanation;
}

/** Every finished trial that was measured on all images, for the scatter behind the front. */
export interface TrialFigure {
  readonly trial: number;
  readonly design: DesignValues;
  readonly objectives: Readonly<Record<string, number>>;
  readonly onFront: boolean;
}

export interface ObjectiveInfo {
  readonly name: string;
  readonly about: string;
  readonly unit: string;
  readonly direction: "maximize" | "minimize";
  /** What the figures were taken under, e.g. a bit-error rate; absent: the clean network. */
  readonly under?: string;
}

export interface Recommendation {
  /** Id of the network to ship, or null: none qualifies. May be an ANN. */
  readonly choice: string | null;
  readonly runnerUp: string | null;
  /** The requirement that decided, in words; for none: what the nearest miss lacks. */
  readonly bindingConstraint: string;
  readonly nearestMiss: string | null;
  /** All candidates, best first, by id. */
  readonly ranking: readonly string[];
  readonly why: string;
}

/** A value beyond which a trial adds nothing to the hypervolume. */
export interface ReferenceFigure {
  readonly objective: string;
  readonly value: number;
  /** Hypervolumes take log10 of values on a log scale. */
  readonly scale: "linear" | "log";
  /** The study gave it, it is the limit of a requirement, or the ANN's own figure made worse. */
  readonly source: "given" | "requirement" | "ann";
}

export interface Front {
  readonly schema: "spikefront.front";
  readonly version: 1;
  readonly study: string;
  readonly seed: number;
  readonly data: {
    readonly name: string;
    readonly sha256: string;
    readonly validationImages: number;
    readonly testImages: number;
  };
  readonly objectives: readonly ObjectiveInfo[];
  readonly requirements: Readonly<Record<string, number>>;
  /** Bit-error rate of the drop objective and of `maxDrop`; absent: the highest rate of the doses stands in. */
  readonly dropBitErrorRate?: number;
  /** How objectives and requirements charge a real-valued input; absent: mac-once. */
  readonly accounting?: EnergyFigure["accounting"];
  readonly profiles: readonly {
    readonly name: string;
    readonly about: string;
    readonly source: string;
    readonly leavesOut: string;
    readonly uncertainty: number;
  }[];
  /** First: the one all objectives use. */
  readonly networks: readonly NetworkFigures[];
  readonly points: readonly FrontPoint[];
  readonly trials: readonly TrialFigure[];
  /** By the study's objectives, in their order; absent: from before studies declared it. */
  readonly reference?: readonly ReferenceFigure[];
  /** After each trial, from the reference point; where there is none, from beyond the worst trial. */
  readonly hypervolume: readonly { readonly trial: number; readonly hypervolume: number }[];
  /**
   * The search ended after so many trials of its budget, for the last `window` had brought no more hypervolume than
   * its error; absent: it did not.
   */
  readonly stalled?: { readonly trials: number; readonly budgetTrials: number; readonly window: number };
  /** Where trials stopped early, and what that saved; `trials` are those that did not. Absent: all were measured whole. */
  readonly halving?: HalvingFigures;
  /** How the best designs raced for the front; absent: they did not. */
  readonly race?: RaceFigures;
  readonly recommendation: Recommendation;
  /** Kendall's tau of the points' energy order between the first profile and each other; null where it has none. */
  readonly rankStability: Readonly<Record<string, number | null>>;
  readonly testUses: readonly { readonly purpose: string; readonly images: number }[];
  readonly versions: Readonly<Record<string, string>>;
  readonly notes: readonly string[];
}
