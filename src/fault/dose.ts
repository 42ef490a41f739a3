// How much is struck: a number of sites, a share of them, or a chance that each has of its own.
//
// A site is a stored bit where bits are struck, else a value. Chances by step or second strike each site in
// each step: what holds its state longer is struck more often. In a step of Δt a site with λ upsets a second
// is struck with the chance 1 − exp(−λ Δt). Runs of sound sites are drawn from the geometric distribution, so
// cost grows with what is struck.

import { InvalidValueError } from "../base/errors.ts";
import { Random, type StreamKey } from "../base/random.ts";
import type { Model } from "../model/model.ts";
import { sampleIndices } from "./sample-indices.ts";
import { soundCells } from "./weight-bit-flip.ts";

/** `spread` layer: in each layer as many, or as large a share; default over the network. */
export type Dose =
  | { readonly kind: "count"; readonly count: number; readonly spread?: "network" | "layer" }
  /** Share of the sites, to the nearest whole number. */
  | { readonly kind: "density"; readonly density: number; readonly spread?: "network" | "layer" }
  /** Chance of each site: of bits, the bit error rate. */
  | { readonly kind: "rate"; readonly rate: number }
  /** Chance of each site in each step. */
  | { readonly kind: "ratePerStep"; readonly rate: number }
  /**
   * Upsets of each site a second. `stepMs`: default the network's dtMs; for an ANN the time an inference
   * takes, which no network tells.
   */
  | { readonly kind: "ratePerSecond"; readonly rate: number; readonly stepMs?: number };

export const doseKinds = ["count", "density", "rate", "ratePerStep", "ratePerSecond"] as const;

/** @throws {InvalidValueError} for a rate or share that is not from 0 to 1, or a count that is not whole */
export function checkDose(dose: Dose): void {
  switch (dose.kind) {
    case "count":
      if (Number.isInteger(dose.count) && dose.count >= 0) return;
      throw new InvalidValueError("dose.count", "must be a whole number of 0 or more", dose.count);
    case "density":
      requireShare("dose.density", dose.density);
      return;
    case "rate":
    case "ratePerStep":
      requireShare("dose.rate", dose.rate);
      return;
    case "ratePerSecond":
      if (dose.rate >= 0 && Number.isFinite(dose.rate)) return;
      throw new InvalidValueError("dose.rate", "must be 0 or more upsets a second", dose.rate);
    default:
      throw new InvalidValueError(
        "dose.kind",
        `must be one of ${doseKinds.join(", ")}`,
        (dose satisfies never as Dose).kind,
      );
  }
}

/** Whether the dose says when sites are struck, too. */
export function isPerStep({ kind }: Dose): boolean {
  return kind === "ratePerStep" || kind === "ratePerSecond";
}

/**
 * Chance that a site is struck, in a step where the dose is by step or second.
 *
 * @throws {InvalidValueError} for a dose per second where the length of a step is not known
 */
export function chanceOf(dose: Extract<Dose, { rate: number }>, { inference }: Model): number {
  if (dose.kind !== "ratePerSecond") return dose.rate;
  const stepMs = dose.stepMs ?? inference?.dtMs;
  if (stepMs !== undefined && stepMs > 0 && Number.isFinite(stepMs))
    return -Math.expm1((-dose.rate * stepMs) / 1000);
  throw new InvalidValueError(
    "dose.stepMs",
    "must be above 0 ms",
    stepMs ?? "nothing",
    "For an ANN give the time an inference takes.",
  );
}

/** Each of `cells` with a chance of its own, ascending. */
export function drawByChance(cells: number, chance: number, key: StreamKey): number[] {
  const random = new Random(key);
  const drawn: number[] = [];
  for (let cell = soundCells(chance, random); cell < cells; cell += 1 + soundCells(chance, random))
    drawn.push(cell);
  return drawn;
}

/**
 * As many of `cells` as the dose says, ascending.
 *
 * @param where - names whose they are, e.g. `the network`
 * @throws {InvalidValueError} for a count above `cells`
 */
export function drawByCount(
  cells: number,
  dose: Extract<Dose, { kind: "count" | "density" }>,
  where: string,
  key: StreamKey,
): Float64Array {
  if (dose.kind === "density") return sampleIndices(cells, Math.round(dose.density * cells), key).sort();
  if (dose.count > cells)
    throw new InvalidValueError(
      "dose.count",
      `must be from 0 to ${cells}, the sites of ${where}`,
      dose.count,
    );
  return sampleIndices(cells, dose.count, key).sort();
}

function requireShare(where: string, share: number): void {
  if (!(share >= 0 && share <= 1)) throw new InvalidValueError(where, "must be a number from 0 to 1", share);
}
