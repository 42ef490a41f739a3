// The rungs of a study: how many images a design is measured on before it must be among the best to go on.
//
// Images are the fidelity. Time grows with them, errors fall with their root, and evaluations go on where they
// stopped. Steps are none: they are a setting of the designs, and an objective follows from them. Neither are fault
// seeds: with fewer masks a drop has no interval to test a requirement by, and little is won beside fewer images.

import { type HalvingPlan, halvingPlan } from "../../optimize/successive-halving.ts";
import type { StudySettings } from "../study-settings.ts";

export interface Ladder extends HalvingPlan {
  /** Of each rung, rising; the last has all of `evaluation.images`. */
  readonly images: readonly number[];
}

/** null: every trial is measured on all images at once. */
export function ladderOf({ search, evaluation }: StudySettings): Ladder | null {
  if (search.halving === undefined) return null;
  const { minImages, factor } = search.halving;
  const plan = halvingPlan({ leastShare: Math.min(1, minImages / evaluation.images), reduction: factor });
  return { ...plan, images: plan.rungs.map((share) => Math.round(share * evaluation.images)) };
}

/** Images that a step onto the rung adds to those of the rung below. */
export function imagesOfStep({ images }: Ladder, rung: number): number {
  return images[rung] - (images[rung - 1] ?? 0);
}
