// The parts a run is made of. A run cuts its images into pieces; in each piece every layer, as a
// stage, runs over all steps of all images before the next one begins.

import type { Kernels } from "../kernels/kernels.ts";
import type { FlowBuffer } from "./flow-buffer.ts";

/** What a run gives every stage to take its memory from. */
export interface RunMemory {
  readonly kernels: Kernels;
  /** Most images of a piece. */
  readonly batch: number;
}

/** The images a stage is to work on now. */
export interface Piece {
  /** Place of the piece's first image in the set. */
  readonly firstImage: number;
  readonly images: number;
  /** Operations of each of the piece's images so far; raised in place. */
  readonly operations: Float64Array;
  /** Operations of all images so far by step; raised in place. Shape [steps]. */
  readonly operationsPerStep: Float64Array;
  /** Step that the call begins with, from 0: more than 0 only inside a loop. */
  readonly step: number;
  /**
   * Whether the images begin here. Inside a loop a stage runs one step a call; later calls go on from
   * the state the call before has left, and held input is not presented again.
   */
  readonly isStart: boolean;
}

/** Work to be done on every piece. */
export interface RunnableStage {
  run(piece: Piece): void;
  /** Write down what is only known after the last piece. */
  finish?(): void;
}

/** A layer ready to run: its memory is taken. */
export interface Stage extends RunnableStage {
  readonly output: FlowBuffer;
}
