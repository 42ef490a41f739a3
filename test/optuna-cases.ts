// The cases that Optuna's figures were made of (bench/peers/optuna_tpe_fixture.py), as spaces and trials.

import { readFileSync } from "node:fs";
import type { Direction } from "../src/optimize/pareto.ts";
import type { PastTrial, PendingTrial } from "../src/optimize/sampler.ts";
import { choice, type Field, type Fields, flag, float, int } from "../src/space/field.ts";
import { type Conditions, type DesignValues, type Space, space } from "../src/space/space.ts";

/** A case as it is written. */
interface WrittenCase {
  readonly name: string;
  readonly fields: Readonly<Record<string, WrittenField>>;
  readonly conditions: Conditions;
  readonly directions: readonly Direction[];
  readonly trials: readonly Omit<PastTrial, "number">[];
  readonly good: readonly number[];
  readonly candidates: readonly DesignValues[];
  readonly ratios: readonly { readonly names: readonly string[]; readonly logRatios: readonly number[] }[];
  /** By objective, or "front". */
  readonly importances?: Readonly<Record<string, Readonly<Record<string, number>>>>;
}

interface WrittenField {
  readonly kind: string;
  readonly low: number;
  readonly high: number;
  readonly scale?: "linear" | "log";
  readonly step?: number;
  readonly options: readonly string[];
}

export interface OptunaCase
  extends Pick<WrittenCase, "name" | "directions" | "good" | "ratios" | "importances"> {
  readonly space: Space;
  readonly history: readonly PastTrial[];
  readonly pending: readonly PendingTrial[];
  /** All fields have values, inactive ones too. */
  readonly candidates: readonly DesignValues[];
}

export function optunaCases(): readonly OptunaCase[] {
  const url = new URL("fixtures/optuna-tpe.json", import.meta.url);
  const { cases } = JSON.parse(readFileSync(url, "utf8")) as { cases: readonly WrittenCase[] };
  return cases.map(({ fields, conditions, trials, ...rest }) => {
    const own: Fields = Object.fromEntries(
      Object.entries(fields).map(([name, field]) => [name, fieldOf(field)]),
    );
    const defaults = Object.fromEntries(Object.entries(own).map(([name, field]) => [name, field.default]));
    const told = trials.map((trial, number) => ({
      ...trial,
      number,
      design: { ...defaults, ...trial.design },
    }));
    return {
      ...rest,
      space: space(own, conditions),
      history: told.filter(({ objectives }) => objectives !== null),
      pending: told.filter(({ objectives }) => objectives === null),
    };
  });
}

function fieldOf({ kind, options, ...range }: WrittenField): Field {
  const about = "a setting of Optuna's";
  if (kind === "flag") return flag({ about, default: false });
  if (kind === "choice") return choice({ about, options, default: options[0] });
  const given = { about, unit: "1", ...range, default: range.low };
  return kind === "int" ? int(given) : float(given);
}
