// The pieces a study of skips is made of: each is trained and measured by itself, on one thread, and so is the same
// however many there are.

import type { SharedWeights } from "../../../topology/inherit-weights.ts";
import type { SkipFigures } from "../../../topology/measure-skips.ts";
import type { SkipTrainer } from "../../../topology/skip-trainer.ts";
import type { SkipFaultFigures, SkipFaultSettings } from "../../../topology/strike-skips.ts";

/** What is asked for, by kind of piece. */
export interface SkipRequests {
  /** The ANN without skips. */
  readonly ann: { readonly seed: number };
  readonly supernet: Readonly<Record<never, never>>;
  readonly candidate: { readonly matrix: string; readonly shared: SharedWeights };
  readonly training: {
    readonly matrix: string;
    readonly seed: number;
    readonly faultImages: number;
    readonly faults: SkipFaultSettings;
  };
}

export interface SkipTrainingFigures {
  readonly begun: SkipFigures;
  readonly validation: SkipFigures;
  readonly test: SkipFigures;
  readonly struck: SkipFaultFigures;
}

/** What comes of it. */
export interface SkipPieces {
  readonly ann: { readonly validation: number; readonly test: number };
  readonly supernet: SharedWeights;
  readonly candidate: SkipFigures;
  readonly training: SkipTrainingFigures;
}

export type SkipPieceKind = keyof SkipPieces;
export type SkipTask<K extends SkipPieceKind = SkipPieceKind> = {
  readonly [P in K]: { readonly kind: P } & SkipRequests[P];
}[K];

/** @throws {CancelledError} when the trainer is cancelled */
export function measureSkipTask(trainer: SkipTrainer, task: SkipTask): SkipPieces[SkipPieceKind] {
  switch (task.kind) {
    case "ann":
      return trainer.ann(task.seed);
    case "supernet":
      return trainer.supernet();
    case "candidate":
      return trainer.candidate(task.matrix, task.shared);
    case "training": {
      const { matrix, seed, faultImages, faults } = task;
      const { model, ...figures } = trainer.fromNothing(matrix, seed);
      return { ...figures, struck: trainer.strike(model, seed, faultImages, faults) };
    }
    default:
      throw new TypeError(`unknown piece ${JSON.stringify(task satisfies never)}`);
  }
}
