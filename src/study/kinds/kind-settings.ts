// Settings of the studies whose trials train a network: the sections `skips` and `ttfs` of a study file.

import type { TrainingSettings } from "../../ann/training-fields.ts";
import { earlySpikeFields } from "../../event-gradient/early-spike-loss.ts";
import { type EventTrainingSettings, eventUpdateFields } from "../../event-gradient/event-training-fields.ts";
import type { skipFields } from "../../pipeline/trained/skip-recipe.ts";
import type { ttfsFields } from "../../pipeline/trained/ttfs-recipe.ts";
import { choice, type Fields, flag, int, type Values } from "../../space/field.ts";
import { type SurrogateSettings, surrogateFields } from "../../surrogate/surrogate-fields.ts";
import type { SkipNetworkSpec } from "../../topology/skip-network.ts";

const kind = choice({ about: "dense layers, or convolutions", options: ["dense", "conv"], default: "dense" });
const kernel = int({
  about: "conv: side of the square kernels, odd",
  unit: "1",
  low: 1,
  high: 15,
  default: 3,
});
const stride = (about: string) => int({ about, unit: "1", low: 1, high: 8, default: 1 });

/** `skips.stem`: the layer before the first block. */
export const stemFields = {
  kind,
  width: int({ about: "units, or channels", unit: "1", low: 1, high: 65_536, default: 16 }),
  kernel,
  stride: stride("conv: stride"),
} satisfies Fields;

/** One of `skips.blocks`; `widths` is a list beside these. */
export const blockFields = {
  kind,
  kernel,
  stride: stride("conv: stride of the first layer"),
  chained: flag({
    about: "every layer is fed by the one before it, whatever the matrix says",
    default: true,
  }),
} satisfies Fields;

export const blockWidths = [16, 16, 16, 16] as const;

// Fields are taken by name: one that training learns later changes no study that is kept.
const { surrogate, slope, loss, detachReset, learn, activityWeight, activityTarget } = surrogateFields;

/** `skips.surrogate`, with what suits readouts of potentials. */
export const skipSurrogateFields = {
  surrogate: { ...surrogate, default: "atan" },
  slope,
  loss: {
    ...loss,
    options: ["meanPotential", "potentialCrossEntropy"] as const,
    default: "meanPotential",
  },
  detachReset,
  learn,
  activityWeight,
  activityTarget,
} satisfies Fields;

const {
  batch,
  optimiser,
  learningRate,
  schedule,
  stepEpochs,
  stepFactor,
  leastRate,
  inputNoiseS,
  patience,
  shards,
} = eventUpdateFields;
const { largestShare, leastSlope, wakeStrength, bump, silentShare, silentOutputShare } = eventUpdateFields;

/** `ttfs.training`: without the epochs, which trials and the front's points have of their own. */
export const ttfsTrainingFields = {
  batch: { ...batch, default: 20 },
  optimiser,
  learningRate: { ...learningRate, default: 2e-3 },
  schedule,
  stepEpochs,
  stepFactor,
  leastRate,
  inputNoiseS,
  patience,
  shards,
  ...{ largestShare, leastSlope, wakeStrength, bump, silentShare, silentOutputShare },
  loss: choice({
    about: "what is made small: cross-entropy of first spikes, or the same with a wish for early ones",
    options: ["firstSpike", "earlySpike"],
    default: "firstSpike",
  }),
  ...earlySpikeFields,
} satisfies Fields;

export interface SkipStudySettings extends Values<typeof skipFields> {
  readonly stem: SkipNetworkSpec["stem"];
  readonly blocks: SkipNetworkSpec["blocks"];
  readonly surrogate: Partial<SurrogateSettings>;
  /** Of all networks with and without skips; absent: as the study trains its ANNs. */
  readonly training?: TrainingSettings;
}

export interface TtfsStudySettings extends Values<typeof ttfsFields> {
  readonly training: Partial<EventTrainingSettings>;
}
