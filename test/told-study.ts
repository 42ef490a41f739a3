// A study as Optuna tells it (bench/peers/optuna_study.py), and what a study of ours tells differently.

import { isDeepStrictEqual } from "node:util";
import { distributionToJson } from "../src/study/exchange/optuna-distribution.ts";
import {
  objectiveNames,
  type PortableStudy,
  type PortableTrial,
} from "../src/study/exchange/portable-study.ts";
import { timeFromText } from "../src/study/exchange/time-text.ts";

interface ToldTrial {
  readonly params: Readonly<Record<string, unknown>>;
  readonly distributions: Readonly<Record<string, { readonly attributes: object }>>;
  readonly values: readonly (number | string)[] | null;
  readonly [name: string]: unknown;
}

export interface ToldStudy {
  readonly version: string;
  readonly directions: readonly string[];
  readonly metrics: readonly string[] | null;
  readonly attributes: object;
  readonly trials: readonly ToldTrial[];
}

/** What the two tell differently of the study: pairs of ours and theirs. */
export function differences(study: PortableStudy, told: ToldStudy): readonly (readonly [unknown, unknown])[] {
  const names = study.systemAttributes["study:metric_names"] === undefined ? null : objectiveNames(study);
  const heads = [
    [study.directions, told.directions],
    [names, told.metrics],
    [study.attributes, told.attributes],
    [study.trials.length, told.trials.length],
  ];
  const bodies = study.trials.map((trial, i) => [toldOf(trial), normal(told.trials[i])]);
  return [...heads, ...bodies]
    .map(([ours, theirs]) => [plain(ours), plain(theirs)] as const)
    .filter(([ours, theirs]) => !isDeepStrictEqual(ours, theirs));
}

/** The trial as the peer tells it. */
function toldOf(trial: PortableTrial): object {
  const parameters = Object.entries(trial.parameters);
  const word = (value: number): number | string => (Number.isFinite(value) ? value : String(value));
  const states = {
    complete: "complete",
    pruned: "pruned",
    failed: "fail",
    running: "running",
    waiting: "waiting",
  };
  return {
    number: trial.number,
    state: states[trial.state],
    params: Object.fromEntries(parameters.map(([name, { value }]) => [name, value])),
    distributions: Object.fromEntries(
      parameters.map(([name, { distribution }]) => [name, JSON.parse(distributionToJson(distribution))]),
    ),
    values: trial.values?.map(word) ?? null,
    intermediate: Object.fromEntries(
      trial.intermediate.map(({ step, value }) => [String(step), word(value)]),
    ),
    attributes: trial.attributes,
    constraints: (trial.systemAttributes["constraints"] as readonly number[] | undefined)?.map(word) ?? null,
    started: trial.startedMs,
    finished: trial.finishedMs,
  };
}

/** Times as ours are. */
function normal(trial: ToldTrial): object {
  const timeOf = (text: unknown): number | null => (text === null ? null : timeFromText(String(text)));
  return { ...trial, started: timeOf(trial["started"]), finished: timeOf(trial["finished"]) };
}

/** As through JSON, names of objects in any order. */
function plain(value: unknown): unknown {
  return JSON.parse(JSON.stringify(value));
}
