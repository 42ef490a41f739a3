// The contract of samplers: pure functions from what is known to what is tried next.

import type { DesignValues, Space } from "../space/space.ts";
import type { Direction } from "./pareto.ts";

/** A trial that is finished. */
export interface PastTrial {
  readonly number: number;
  readonly design: DesignValues;
  /** null: it failed. */
  readonly objectives: readonly number[] | null;
  /** How far from the constraints; 0 when all are met: the sum of what `constraints` has above 0. */
  readonly violation: number;
  /** Of the objectives, in their units; omitted where objectives are exact. */
  readonly standardErrors?: readonly number[];
  /** One number a constraint, met at 0 and below; omitted where only their sum is known. */
  readonly constraints?: readonly number[];
  /** Share of the full evaluation spent, in (0, 1]; omitted: 1. */
  readonly fidelity?: number;
}

/** A trial that was asked for and is not finished. */
export interface PendingTrial {
  readonly number: number;
  readonly design: DesignValues;
}

export interface SampleRequest {
  readonly space: Space;
  readonly directions: readonly Direction[];
  readonly history: readonly PastTrial[];
  /** Trials under way elsewhere, which samplers may avoid or take into account; omitted: none. */
  readonly pending?: readonly PendingTrial[];
  /** Trials to be designed. */
  readonly numbers: readonly number[];
  readonly seed: number;
  /** Trials that start a search before any model or population is used. */
  readonly startTrials: number;
  /** The study's reference point, in its objectives' units: what lies beyond counts nothing; omitted: none declared. */
  readonly reference?: readonly number[];
}

/**
 * Designs for the numbers, in their order. The same request gives the same designs; streams of
 * random numbers are keyed by (seed, trial number).
 */
export type Sampler = (request: SampleRequest) => readonly DesignValues[];
