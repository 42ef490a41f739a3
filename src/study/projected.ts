import type { Evaluation } from "../pipeline/evaluation.ts";

/**
 * What an evaluation would say on so many images if the others went the same. Requirements are tested at the bad ends
 * of intervals; those of few images are so wide that all designs would miss, and be told apart by nothing else.
 */
export function projected(evaluation: Evaluation, images: number): Evaluation {
  if (evaluation.images >= images) return evaluation;
  const factor = images / evaluation.images;
  return {
    ...evaluation,
    images,
    correctPerStep: evaluation.correctPerStep.map((correct) => Math.round(correct * factor)),
  };
}
