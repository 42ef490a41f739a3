// The contract of samplers: pure functions from what is known to what is tried next.

import type { DesignValues, Space } from "../space/space.ts";
import type { Direction } from "./pareto.ts";

/** A trial that is finished. */
export interface PastTrial {
  readonly number: number;
  readonly design: DesignValues;
  /** null: it failed. */
  readonly objectives: readonly number[] | null;
  /** How far from the constraints; 0 when all are met. */
  readonly violation: number;
}

export interface SampleRequest {
  readonly space: Space;
  readonly directions: readonly Direction[];
  readonly history: readonly PastTrial[];
  /** Trials to be designed. */
  readonly numbers: readonly number[];
  readonly seed: number;
  /** Trials that start a search before any model or population is used. */
  readonly startTrials: number;
}

/**
 * Designs for the numbers, in their order. The same request gives the same designs; streams of
 * random numbers are keyed by (seed, trial number).
 */
export type Sampler = (request: SampleRequest) => readonly DesignValues[];
