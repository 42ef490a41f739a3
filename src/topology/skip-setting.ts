// What a question about skip connections is asked of: one block behind a stem, its neurons, and how candidates are
// trained; and the data, as images or as spikes on steps.

import type { InputSpikes } from "../coding/input-spikes.ts";
import type { Dataset, SplitName } from "../data/dataset.ts";
import type { SkipBlock } from "./skip-block.ts";
import type { SkipNetworkSpec } from "./skip-network.ts";

export interface SkipSetting {
  readonly name: string;
  readonly stem: SkipNetworkSpec["stem"];
  readonly block: SkipBlock;
  /** Default false. */
  readonly batchNorm?: boolean;
  /** Share of its potential that a neuron keeps from step to step. */
  readonly leak: number;
  /** Steps that an image is shown for; recordings bring their own. */
  readonly steps: number;
  /** At most; fewer where there are no more. */
  readonly trainingImages: number;
  /** Validation samples that score candidates, at most. */
  readonly scoringImages: number;
  readonly batch: number;
  readonly learningRate: number;
  /** Of a network trained from nothing, and of the supernet. */
  readonly epochs: number;
  /** Of a candidate that has inherited. */
  readonly tuningEpochs: number;
  /** Random candidates that the supernet is trained by; `SupernetOptions`. */
  readonly rounds: number;
}

export interface SkipData {
  readonly dataset: Dataset;
  /** Where the data are spikes, by split, on steps of `dtMs`; then there are no pixels. */
  readonly timed?: {
    readonly spikes: Readonly<Record<SplitName, InputSpikes>>;
    readonly dtMs: number;
  };
}
