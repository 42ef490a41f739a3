// How long a fault lasts: which of a network's steps it is there in.
//
// An ANN has one step, so what is there in it is there always (null), and what is not never (no steps).

import { InvalidValueError } from "../base/errors.ts";
import type { Random } from "../base/random.ts";
import type { FaultSteps } from "./fault.ts";

/** Steps count from 0; those left out are drawn for each fault. */
export type Persistence =
  | { readonly kind: "permanent" }
  /** In one step. */
  | { readonly kind: "transient"; readonly step?: number }
  /** In each step with the same chance. */
  | { readonly kind: "intermittent"; readonly probability: number }
  /** In some steps one after another: an upset that stays until memory is written again. Cut at the last step. */
  | { readonly kind: "burst"; readonly from?: number; readonly length: number };

export const persistenceKinds = ["permanent", "transient", "intermittent", "burst"] as const;

/**
 * @param steps - of the network, 1 for an ANN
 * @throws {InvalidValueError} for a step the network has not, no chance, or a length below 1
 */
export function checkPersistence(persistence: Persistence, steps: number): void {
  const requireStep = (name: string, step: number | undefined): void => {
    if (step === undefined || (Number.isInteger(step) && step >= 0 && step < steps)) return;
    throw new InvalidValueError(`persistence.${name}`, `must be a step from 0 to ${steps - 1}`, step);
  };
  switch (persistence.kind) {
    case "permanent":
      return;
    case "transient":
      requireStep("step", persistence.step);
      return;
    case "intermittent":
      if (persistence.probability >= 0 && persistence.probability <= 1) return;
      throw new InvalidValueError(
        "persistence.probability",
        "must be a number from 0 to 1",
        persistence.probability,
      );
    case "burst":
      requireStep("from", persistence.from);
      if (Number.isInteger(persistence.length) && persistence.length >= 1) return;
      throw new InvalidValueError(
        "persistence.length",
        "must be a whole number of at least 1 step",
        persistence.length,
      );
    default:
      throw new InvalidValueError(
        "persistence.kind",
        `must be one of ${persistenceKinds.join(", ")}`,
        (persistence satisfies never as Persistence).kind,
      );
  }
}

/**
 * The steps of one fault.
 *
 * @param persistence - checked
 * @returns ascending; null: all of them
 */
export function drawSteps(persistence: Persistence, steps: number, random: Random): FaultSteps {
  switch (persistence.kind) {
    case "permanent":
      return null;
    case "transient":
      return [persistence.step ?? random.integer(steps)];
    case "intermittent":
      return Array.from({ length: steps }, (_, step) => step).filter(
        () => random.uniform() < persistence.probability,
      );
    case "burst":
      return stepsFrom(persistence, [persistence.from ?? random.integer(steps)], steps);
    default:
      throw new TypeError(`unknown persistence ${JSON.stringify(persistence satisfies never)}`);
  }
}

/**
 * The steps of a transient fault or burst that is struck at each of some steps. Struck while it lasts, it lasts
 * from there on; it does not end the earlier fault.
 *
 * @param starts - ascending
 */
export function stepsFrom(persistence: Persistence, starts: readonly number[], steps: number): number[] {
  const length = persistence.kind === "burst" ? persistence.length : 1;
  const struck: number[] = [];
  let next = 0;
  for (const start of starts) {
    const end = Math.min(start + length, steps);
    for (let step = Math.max(start, next); step < end; step++) struck.push(step);
    next = Math.max(next, end);
  }
  return struck;
}
