// One network under weight bit flips: mask after mask is drawn, exchanged for what the weight memory held, run
// and put back.
//
// A protection's own cells are struck at the same rate, and the network reads what the protection makes of
// both. Layers struck one at a time get their part of the masks that strike all: what they lose is compared
// under the same flips. Images that an earlier evaluation has counted are not run again (evaluation-tally.ts).

import type { ImageSet } from "../data/dataset.ts";
import { subset } from "../data/image-set.ts";
import type { RedundantFlips } from "../fault/protection/protection.ts";
import { drawFlips, type FlipMask, flippedWeights } from "../fault/weight-bit-flip.ts";
import type { Model } from "../model/model.ts";
import type { ChosenProtection } from "./chosen-protection.ts";
import type { FaultResult } from "./evaluation.ts";
import type { EvaluationTally } from "./evaluation-tally.ts";
import type { FaultPlan } from "./evaluation-task.ts";
import { faultsBefore, goneOn } from "./gone-on.ts";
import type { Runnable } from "./runnable.ts";

export interface NetworkToStrike {
  readonly model: Model;
  readonly runnable: Runnable;
  readonly protection: ChosenProtection | null;
  readonly images: ImageSet;
  /** Decisions without faults. Shape [images]. */
  readonly cleanPredictions: Uint8Array;
  /** What was counted on the first of the images. */
  readonly before?: EvaluationTally | undefined;
  readonly seed: number;
}

/**
 * @returns one result, or one for each layer with weights, in order
 * @throws {CancelledError} when cancelled
 */
export function runFaults(network: NetworkToStrike, plan: FaultPlan): readonly FaultResult[] {
  if (plan.byLayer !== true) return [strike(network, plan, null)];
  return weightLayers(network.model).map((layer) => strike(network, plan, layer));
}

/** @param only - the layer that is struck; null: all */
function strike(network: NetworkToStrike, plan: FaultPlan, only: string | null): FaultResult {
  const { model, protection, runnable, images, cleanPredictions, seed } = network;
  const { bitErrorRate, trial, purpose, isDetailed = false } = plan;
  const some = subset(images, 0, Math.min(plan.images, images.count));
  const before = faultsBefore(network.before, {
    fault: "weight-bit-flip",
    bitErrorRate,
    ...(only !== null && { layer: only }),
  });
  if (before?.images === some.count) return before;
  const from = before?.images ?? 0;
  let format = "";
  const seeds = Array.from({ length: plan.seeds }, (_, index) => {
    const dose = { bitErrorRate, key: { seed, trial, purpose: `${purpose} ${bitErrorRate}`, index } };
    const mask = partOf(drawFlips(model, dose), only);
    format = mask.format;
    const struck = flippedWeights(model, mask);
    const read =
      protection === null
        ? struck
        : protection.protect(model, struck, cellsOf(protection.drawFlips(model, dose), only));
    for (const [layer, stored] of Object.entries(read)) runnable.setWeights(layer, stored);
    const { correct, predictions } = runnable.decide(some, from);
    for (const layer of Object.keys(read)) runnable.setWeights(layer, storedWeights(model, layer));
    const { flippedBits } = mask;
    if (!isDetailed) return { index, correct, flippedBits };
    const changed = differences(predictions, cleanPredictions.subarray(from));
    return { index, correct, flippedBits, changed };
  });
  return goneOn(before, {
    fault: "weight-bit-flip",
    format,
    bitErrorRate,
    ...(only !== null && { layer: only }),
    ...(isDetailed && { storedBits: storedBits(network, only) }),
    cleanCorrect: correctOf(cleanPredictions, some),
    images: some.count,
    seeds,
  });
}

function partOf(mask: FlipMask, only: string | null): FlipMask {
  if (only === null) return mask;
  const layers = mask.layers.filter(({ layer }) => layer === only);
  return { ...mask, layers, flippedBits: layers.reduce((sum, { bits }) => sum + bits.length, 0) };
}

function cellsOf(flips: RedundantFlips, only: string | null): RedundantFlips {
  return only === null
    ? flips
    : Object.fromEntries(Object.entries(flips).filter(([layer]) => layer === only));
}

/** Cells that can be struck: of the weights, and of what protects them. */
function storedBits({ model, protection }: NetworkToStrike, only: string | null): number {
  const { weightFormat } = model;
  const width = weightFormat.kind === "int" ? weightFormat.bits : 32;
  return (only === null ? weightLayers(model) : [only]).reduce(
    (sum, layer) =>
      sum + width * storedWeights(model, layer).length + (protection?.redundantBits(model, layer) ?? 0),
    0,
  );
}

function weightLayers({ network, tensors }: Model): readonly string[] {
  return network.layers.map(({ id }) => id).filter((id) => `${id}.weight` in tensors);
}

function storedWeights({ tensors }: Model, layer: string): Int8Array | Float32Array {
  return tensors[`${layer}.weight`].data as Int8Array | Float32Array;
}

/** Decisions that are right among the first ones. */
export function correctOf(predictions: Uint8Array, { labels, count }: ImageSet): number {
  let correct = 0;
  for (let i = 0; i < count; i++) if (predictions[i] === labels[i]) correct++;
  return correct;
}

/** @param others - at least as many */
export function differences(predictions: Uint8Array, others: Uint8Array): number {
  let changed = 0;
  for (let i = 0; i < predictions.length; i++) if (predictions[i] !== others[i]) changed++;
  return changed;
}
