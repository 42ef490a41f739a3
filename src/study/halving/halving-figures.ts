// How a search by halving spent its images: how many trials stopped at which rung, and what that saved.

import type { Evaluation } from "../../pipeline/evaluation.ts";
import type { TrialRecord } from "../storage.ts";
import type { Ladder } from "./ladder.ts";

export interface HalvingFigures {
  /** Trials that were begun. */
  readonly trials: number;
  readonly rungs: readonly {
    readonly images: number;
    /** Trials that were measured on so many images. */
    readonly reached: number;
    /** Trials that went no further, those of the highest rung and those that failed left out. */
    readonly stopped: number;
  }[];
  /** Trials that could not be run. */
  readonly failed: number;
  /** Image evaluations spent, each under all fault masks; those of failed trials count. */
  readonly imagesSpent: number;
  /** What all these trials would have taken on all images. */
  readonly imagesWithout: number;
}

/** @param trials - all of the study, those under way by what they have reached */
export function halvingFigures(trials: readonly TrialRecord[], { images }: Ladder): HalvingFigures {
  const top = images.length - 1;
  const ends = trials.map(({ state, result }) => {
    const reached = result === null ? -1 : images.indexOf((result as unknown as Evaluation).images);
    return { reached, hasFailed: state === "failed" };
  });
  const began = ends.filter(({ reached, hasFailed }) => reached >= 0 || hasFailed);
  return {
    trials: began.length,
    rungs: images.map((count, rung) => ({
      images: count,
      reached: ends.filter(({ reached }) => reached >= rung).length,
      stopped: ends.filter(({ reached, hasFailed }) => reached === rung && rung < top && !hasFailed).length,
    })),
    failed: ends.filter(({ hasFailed }) => hasFailed).length,
    imagesSpent: began.reduce((sum, { reached, hasFailed }) => sum + images[reached + Number(hasFailed)], 0),
    imagesWithout: began.length * images[top],
  };
}
