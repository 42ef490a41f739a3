// A long evaluation in pieces of images, and what was counted told after each: whoever gets the trial next, after this
// worker was lost or has given it back, goes on from there. The whole is that of all images in one go, to the last bit
// (pipeline/evaluation-tally.ts), wherever it is cut; so where follows from how long the images before have taken.
//
// A piece makes its network anew, so short evaluations are left whole: but for the first of a slot, which is to show
// how long they take.

import { CancelledError } from "../base/errors.ts";
import type { EvaluationTally } from "../pipeline/evaluation-tally.ts";
import type { EvaluationTask, Executor } from "../pipeline/evaluation-task.ts";
import { onImages } from "../study/halving/measure-rung.ts";

/** Where counts are kept while an evaluation is under way. */
export interface TallyKeeper {
  /** null: nothing was kept. */
  read(): Promise<EvaluationTally | null>;
  /** @returns false when the evaluation is another's by now */
  keep(tally: EvaluationTally): Promise<boolean>;
}

/** How fast a slot is. */
export class EvaluationPace {
  readonly #pieceMs: number;
  readonly #now: () => number;
  #imagesPerMs = 0;

  /** @param pieceMs - so much may be lost */
  constructor(pieceMs: number, now: () => number = () => performance.now()) {
    this.#pieceMs = pieceMs;
    this.#now = now;
  }

  /** How many of the images that are left to take next. A short rest is taken along. */
  piece(left: number): number {
    if (this.#imagesPerMs === 0) return Math.ceil(left / firstShare);
    const images = Math.max(1, Math.floor(this.#imagesPerMs * this.#pieceMs));
    return 1.5 * images >= left ? left : images;
  }

  async time<T>(images: number, work: () => Promise<T>): Promise<T> {
    const startMs = this.#now();
    const result = await work();
    this.#imagesPerMs = images / Math.max(1, this.#now() - startMs);
    return result;
  }
}

/** Of the first evaluation, to learn the pace by. */
const firstShare = 16;

/** The same executor, for one trial; networks that keep no counts (ANNs) are evaluated whole. */
export function inPieces(executor: Executor, pace: EvaluationPace, keeper: TallyKeeper): Executor {
  return {
    slots: executor.slots,
    async evaluate(task) {
      if (task.network.kind === "ann") return executor.evaluate(task);
      let before = furthest(task, await keeper.read());
      for (;;) {
        const from = before?.images ?? 0;
        const left = task.images - from;
        const images = pace.piece(left);
        const rest: EvaluationTask = { ...task, ...(before && { before }) };
        if (images >= left) return pace.time(left, () => executor.evaluate(rest));
        const some = { ...onImages(rest, from + images), keepsTally: true, explainImages: 0 };
        const { tally } = await pace.time(images, () => executor.evaluate(some));
        if (tally === undefined) return executor.evaluate(rest);
        if (!(await keeper.keep(tally))) throw new CancelledError("the evaluation");
        before = tally;
      }
    },
  };
}

/** What was counted on most of the task's images. */
function furthest(
  { before, images }: EvaluationTask,
  kept: EvaluationTally | null,
): EvaluationTask["before"] {
  return kept !== null && kept.images < images && kept.images > (before?.images ?? 0) ? kept : before;
}
