// What is known about one network after it was run: the contract between pipeline, store and report.
// Pure data (JSON), totals rather than ratios, so that pieces can be added up.

import type { SplitName } from "../data/dataset.ts";
import type { MemorySizes, OperationCounts } from "../energy/counts.ts";
import type { Explanation } from "./explanation.ts";
import type { NoiseName } from "./noise-plan.ts";

export type { Interval } from "../statistics/interval.ts";

/** Accuracy under bit flips at one rate: the value of every seed. */
export interface FaultResult {
  readonly fault: "weight-bit-flip" | "bit-flip";
  /** What was struck; absent: weights. */
  readonly target?: "bias" | "threshold";
  /** `"int8"`, `"int4"`, …, or `"float32"`: what the flipped bits are. Never mixed. */
  readonly format: string;
  readonly bitErrorRate: number;
  /** The only layer whose weights were struck; absent: all were. */
  readonly layer?: string;
  /** Cells that could be struck, those of a protection included; absent: not asked for. */
  readonly storedBits?: number;
  /** Correct without faults, on the same images. */
  readonly cleanCorrect: number;
  readonly images: number;
  readonly seeds: readonly {
    readonly index: number;
    readonly correct: number;
    /** Cells that a protection adds are struck besides. */
    readonly flippedBits: number;
    /** Images decided otherwise than without faults, rightly or wrongly; absent: not asked for. */
    readonly changed?: number;
  }[];
}

/** Accuracy with noise on the images: the value of every draw of the noise. */
export interface NoiseResult {
  readonly kind: NoiseName;
  readonly dose: number;
  /** Correct without noise, on the same images. */
  readonly cleanCorrect: number;
  readonly images: number;
  readonly seeds: readonly { readonly index: number; readonly correct: number }[];
}

/** Behaviour of one neuron layer over all images. */
export interface LayerActivity {
  readonly layer: string;
  readonly neurons: number;
  readonly spikes: number;
  /** Neurons that never fired on any image, and that fired at every step of some image. */
  readonly silentNeurons: number;
  readonly saturatedNeurons: number;
  /** Bounds of the potential after charging, before reset, in code units. */
  readonly potentialLow: number;
  readonly potentialHigh: number;
}

/** What an event network did in continuous time, before it was put on a clock. Sums over images. */
export interface EventFigures {
  readonly correct: number;
  /** Images without an output spike; they count as wrong. */
  readonly undecided: number;
  readonly spikes: number;
  /** Events × the synapses that hear them. */
  readonly synapticOperations: number;
  /** Neurons without a spike for any image. */
  readonly silentNeurons: number;
  /** Times of the first output spike, seconds from the start of the window; its end where there is none. */
  readonly firstOutputS: number;
  /** Their squares. */
  readonly firstOutputSquaredS2: number;
}

/** Spread over images of the synaptic operations of one inference. */
export interface OperationSpread {
  readonly p50: number;
  readonly p99: number;
  readonly maximum: number;
}

export interface Evaluation {
  readonly schema: "spikefront.evaluation";
  readonly version: 1;
  /** SHA-256 of the network file. */
  readonly network: string;
  readonly kind: "ann" | "snn";
  readonly split: SplitName;
  readonly images: number;
  /** Correct decisions if the readout were taken after step 1, 2, … steps. One entry for an ANN. */
  readonly correctPerStep: readonly number[];
  readonly counts: OperationCounts;
  /** For ANNs: the same inference on hardware that skips products with a zero input. null for SNNs, which always do. */
  readonly zeroSkippingCounts: OperationCounts | null;
  readonly operations: OperationSpread;
  readonly activity: readonly LayerActivity[];
  readonly faults: readonly FaultResult[];
  /** If the task asks for it. */
  readonly noise?: NoiseResult;
  readonly memories: MemorySizes;
  /** SHA-256 over the predicted classes, one byte an image: what `reproduce` compares. */
  readonly predictionsHash: string;
  /** Id of the layer that is read, of networks that were trained as spiking ones. */
  readonly output?: string;
  /** The ANN that a network with skips is compared with, on the same images. */
  readonly ann?: { readonly correct: number };
  /** Of networks that were trained as event networks. */
  readonly events?: EventFigures;
  /** What the spikes get wrong, if the task asks for it. */
  readonly explanation?: Explanation;
}
