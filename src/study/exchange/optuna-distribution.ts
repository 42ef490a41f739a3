// Optuna's distributions: the JSON it keeps with every parameter, the names of before version 3 as well, and the
// numbers it keeps in place of categories.

import { FormatError } from "../../base/errors.ts";
import type { Json } from "../storage.ts";
import type { Category, Distribution } from "./portable-study.ts";

/** As Optuna 3 to 5 write it. */
export function distributionToJson(distribution: Distribution): string {
  if (distribution.kind === "categorical") {
    const { choices } = distribution;
    return JSON.stringify({ name: "CategoricalDistribution", attributes: { choices } });
  }
  const { kind, step, low, high, log } = distribution;
  const name = kind === "float" ? "FloatDistribution" : "IntDistribution";
  return JSON.stringify({ name, attributes: { step, low, high, log } });
}

/** @throws {FormatError} when it is none of Optuna's distributions */
export function distributionFromJson(where: string, json: Json): Distribution {
  const { name, attributes } = (json ?? {}) as { name?: unknown; attributes?: Record<string, unknown> };
  const { choices, low, high, log, step, q } = attributes ?? {};
  if (name === "CategoricalDistribution" && Array.isArray(choices) && choices.every(isCategory))
    return { kind: "categorical", choices };
  if (typeof low === "number" && typeof high === "number") {
    const range = { low, high };
    const stepOr = <T>(other: T): number | T => (typeof step === "number" ? step : other);
    switch (name) {
      case "FloatDistribution":
        return { kind: "float", ...range, log: log === true, step: stepOr(null) };
      case "IntDistribution":
        return { kind: "int", ...range, log: log === true, step: stepOr(1) };
      case "UniformDistribution":
        return { kind: "float", ...range, log: false, step: null };
      case "LogUniformDistribution":
        return { kind: "float", ...range, log: true, step: null };
      case "DiscreteUniformDistribution":
        if (typeof q === "number") return { kind: "float", ...range, log: false, step: q };
        break;
      case "IntUniformDistribution":
        return { kind: "int", ...range, log: false, step: stepOr(1) };
      case "IntLogUniformDistribution":
        return { kind: "int", ...range, log: true, step: stepOr(1) };
    }
  }
  throw new FormatError(where, "must be a distribution of Optuna", JSON.stringify(json));
}

/** What Optuna keeps: numbers as they are, the index of a category. */
export function toInternal(distribution: Distribution, value: Category): number {
  return distribution.kind === "categorical" ? distribution.choices.indexOf(value) : Number(value);
}

/** @throws {FormatError} when there is no category of this index */
export function fromInternal(where: string, distribution: Distribution, internal: number): Category {
  if (distribution.kind === "int") return Math.round(internal);
  if (distribution.kind === "float") return internal;
  if (!Number.isInteger(internal) || internal < 0 || internal >= distribution.choices.length)
    throw new FormatError(
      where,
      `must be the index of one of ${distribution.choices.length} choices`,
      internal,
    );
  return distribution.choices[internal];
}

function isCategory(value: unknown): value is Category {
  return value === null || ["boolean", "number", "string"].includes(typeof value);
}
