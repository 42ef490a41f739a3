// A study in the form all file formats share: parameters with the range each was drawn from, values by objective,
// attributes. It is what Optuna's storages hold (RDB schema v3.2.0.a, optuna 3.2 to 5), so nothing is lost on the
// way there or back. What Optuna has no place for travels as attributes (export-study.ts).

import type { Direction } from "../../optimize/pareto.ts";
import type { Json } from "../storage.ts";

/** What a parameter may be: categories are told apart by value and type. */
export type Category = null | boolean | number | string;

/** The range a parameter is drawn from. `step` null: any real number. */
export type Distribution =
  | {
      readonly kind: "float";
      readonly low: number;
      readonly high: number;
      readonly log: boolean;
      readonly step: number | null;
    }
  | {
      readonly kind: "int";
      readonly low: number;
      readonly high: number;
      readonly log: boolean;
      readonly step: number;
    }
  | { readonly kind: "categorical"; readonly choices: readonly Category[] };

export interface PortableParameter {
  readonly value: Category;
  readonly distribution: Distribution;
}

export type PortableState = "waiting" | "running" | "complete" | "pruned" | "failed";

export interface PortableTrial {
  /** From 0, without gaps. */
  readonly number: number;
  readonly state: PortableState;
  readonly parameters: Readonly<Record<string, PortableParameter>>;
  /** By objective; ±∞ is allowed, NaN is not. null: there are none. */
  readonly values: readonly number[] | null;
  /** Values reported on the way, by step; NaN and ±∞ are allowed. */
  readonly intermediate: readonly { readonly step: number; readonly value: number }[];
  readonly attributes: Readonly<Record<string, Json>>;
  /** Those of the program that ran the study, e.g. Optuna's `constraints`. */
  readonly systemAttributes: Readonly<Record<string, Json>>;
  /** Milliseconds since 1970, to the microsecond. */
  readonly startedMs: number | null;
  readonly finishedMs: number | null;
}

export interface PortableStudy {
  readonly name: string;
  readonly directions: readonly Direction[];
  readonly attributes: Readonly<Record<string, Json>>;
  readonly systemAttributes: Readonly<Record<string, Json>>;
  readonly trials: readonly PortableTrial[];
}

/** Name of each objective: as told, else `value 0`, `value 1`, … */
export function objectiveNames({ directions, systemAttributes }: PortableStudy): readonly string[] {
  const told = systemAttributes["study:metric_names"];
  const names = Array.isArray(told) ? told : [];
  return directions.map((_, i) => (typeof names[i] === "string" ? names[i] : `value ${i}`));
}

/** The trial's constraints, met when at most 0; those of Optuna 5 are named and come in the order of names. */
export function constraintsOf({ systemAttributes }: PortableTrial): readonly number[] {
  const list = systemAttributes["constraints"];
  if (Array.isArray(list)) return list.map(Number);
  return Object.keys(systemAttributes)
    .filter((name) => name.startsWith("constraints:"))
    .sort()
    .map((name) => Number(systemAttributes[name]));
}
