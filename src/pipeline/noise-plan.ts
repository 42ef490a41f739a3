// Noise on the images of an evaluation: which, how much, how often drawn.

import { inputNoises } from "../fault/input-noise.ts";
import type { Field, Fields } from "../space/field.ts";

export type NoiseName = keyof typeof inputNoises;

export const noiseNames = Object.keys(inputNoises) as readonly NoiseName[];

/** Draws are keyed by (seed, trial, purpose, index, image). */
export interface NoisePlan {
  readonly kind: NoiseName;
  /** In the noise's own unit. */
  readonly dose: number;
  /** Number of draws, indices 0…seeds−1. */
  readonly seeds: number;
  /** First so many of the task's images. */
  readonly images: number;
  readonly trial: number;
  readonly purpose: "noise-search" | "noise-race" | "noise-confirm" | "noise-final";
}

/** What the dose of a noise may be. */
export function noiseDoseField(kind: NoiseName): Field {
  const { fields, dose }: { readonly fields: Fields; readonly dose: string } = inputNoises[kind];
  return fields[dose];
}
