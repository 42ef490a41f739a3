// One network with bits flipped in what it stores beside weights: biases or thresholds, in the format they are
// held in (int32 in integer arithmetic, else float32). They are few and wide, so they are never mixed with
// weights, nor guarded by what guards weights.

import type { ImageSet } from "../data/dataset.ts";
import { subset } from "../data/image-set.ts";
import { bitCount, faultSites } from "../fault/fault-sites.ts";
import { faults } from "../fault/faults.ts";
import { struckModel } from "../fault/struck-model.ts";
import type { Model } from "../model/model.ts";
import type { FaultResult } from "./evaluation.ts";
import type { FaultPlan } from "./evaluation-task.ts";
import { faultsBefore, goneOn } from "./gone-on.ts";
import { correctOf, differences, type NetworkToStrike } from "./run-faults.ts";
import type { Decisions } from "./runnable.ts";

export interface NetworkToAlter
  extends Pick<NetworkToStrike, "model" | "images" | "cleanPredictions" | "before" | "seed"> {
  /** What an altered network of the same form decides of the images from this place on. */
  readonly decideAs: (struck: Model, images: ImageSet, from: number) => Decisions;
}

/**
 * @returns one result; none where the network has no such values
 * @throws {CancelledError} when cancelled
 */
export function runParameterFaults(
  { model, images, cleanPredictions, before: tally, seed, decideAs }: NetworkToAlter,
  { bitErrorRate, trial, purpose, target = "weight", ...plan }: FaultPlan,
): readonly FaultResult[] {
  if (target === "weight" || !Object.keys(model.tensors).some((name) => name.endsWith(`.${target}`)))
    return [];
  const some = subset(images, 0, Math.min(plan.images, images.count));
  const before = faultsBefore(tally, { fault: "bit-flip", target, bitErrorRate });
  if (before?.images === some.count) return [before];
  const from = before?.images ?? 0;
  const sites = faultSites(model, { targets: [target] });
  const seeds = Array.from({ length: plan.seeds }, (_, index) => {
    const drawn = faults["bit-flip"].draw(
      { model, sites, dose: { kind: "rate", rate: bitErrorRate }, persistence: { kind: "permanent" } },
      { seed, trial, purpose: `${purpose} ${target} ${bitErrorRate}`, index },
    );
    const { correct, predictions } = decideAs(struckModel(model, drawn), some, from);
    return {
      index,
      correct,
      flippedBits: drawn.length,
      ...(plan.isDetailed === true && { changed: differences(predictions, cleanPredictions.subarray(from)) }),
    };
  });
  return [
    goneOn(before, {
      fault: "bit-flip",
      target,
      format: sites[0].format,
      bitErrorRate,
      ...(plan.isDetailed === true && { storedBits: bitCount(sites) }),
      cleanCorrect: correctOf(cleanPredictions, some),
      images: some.count,
      seeds,
    }),
  ];
}
