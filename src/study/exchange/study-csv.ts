// A portable study as a table, one trial a row (RFC 4180), for spreadsheets and data frames. Columns:
//
//   number, state, started, finished     times in ISO 8601, UTC
//   parameter NAME                       empty where the setting is inactive
//   minimize NAME, maximize NAME         the objectives, in the study's order
//   violation                            sum of the constraints that are above 0; empty without constraints
//
// Attributes and intermediate values have no place in a table. Read back, numbers and truth values are known by
// their looks, and ranges are those of the values seen.

import { FormatError } from "../../base/errors.ts";
import {
  type Category,
  constraintsOf,
  type Distribution,
  objectiveNames,
  type PortableState,
  type PortableStudy,
  type PortableTrial,
} from "./portable-study.ts";

const states: readonly string[] = ["waiting", "running", "complete", "pruned", "failed"];

export function writeStudyCsv(study: PortableStudy): string {
  const parameters = [...new Set(study.trials.flatMap((trial) => Object.keys(trial.parameters)))];
  const names = objectiveNames(study);
  const header = [
    ...["number", "state", "started", "finished"],
    ...parameters.map((name) => `parameter ${name}`),
    ...names.map((name, i) => `${study.directions[i]} ${name}`),
    "violation",
  ];
  const rows = study.trials.map((trial) => {
    const constraints = constraintsOf(trial);
    return [
      ...[trial.number, trial.state, dateOf(trial.startedMs), dateOf(trial.finishedMs)],
      ...parameters.map((name) => trial.parameters[name]?.value ?? ""),
      ...names.map((_, i) => trial.values?.[i] ?? ""),
      constraints.length === 0 ? "" : constraints.reduce((sum, value) => sum + Math.max(0, value), 0),
    ];
  });
  return [header, ...rows].map((row) => `${row.map(cell).join(",")}\r\n`).join("");
}

function cell(value: Category): string {
  const text = String(value ?? "");
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

function dateOf(timeMs: number | null): string {
  return timeMs === null ? "" : new Date(timeMs).toISOString();
}

/**
 * @param where - names the file in messages; the study is called after it
 * @throws {FormatError} when columns are missing or a row does not fit them
 */
export function readStudyCsv(where: string, text: string): PortableStudy {
  const [header = [], ...rows] = tableOf(text);
  const columns = new Map(header.map((name, i) => [name, i]));
  const objectives = header.filter((name) => /^(minimize|maximize) /.test(name));
  if (!columns.has("number") || objectives.length === 0) {
    const rule = 'must have a column "number" and at least one such as "minimize energy"';
    throw new FormatError(where, rule, header.join(", "), "Name the columns so.");
  }
  const parameters = header.filter((name) => name.startsWith("parameter "));
  const ranges = new Map(
    parameters.map((name) => [name, rangeOf(rows.map((row) => categoryOf(row[columns.get(name) ?? -1])))]),
  );
  const trials = rows.map((row, i): PortableTrial => {
    if (row.length !== header.length)
      throw new FormatError(`${where}: row ${i + 2}`, `must have ${header.length} cells`, row.length);
    const at = (name: string): string => row[columns.get(name) ?? -1] ?? "";
    const values = objectives.map((name) => (at(name) === "" ? Number.NaN : Number(at(name))));
    const hasValues = values.every((value) => !Number.isNaN(value));
    const given = parameters.filter((name) => at(name) !== "");
    return {
      number: i,
      state: stateOf(`${where}: row ${i + 2}`, at("state"), hasValues),
      parameters: Object.fromEntries(
        given.map((name) => [
          name.slice("parameter ".length),
          { value: categoryOf(at(name)), distribution: ranges.get(name) as Distribution },
        ]),
      ),
      values: hasValues ? values : null,
      intermediate: [],
      attributes: {},
      systemAttributes: at("violation") === "" ? {} : { constraints: [Number(at("violation"))] },
      startedMs: timeOf(at("started")),
      finishedMs: timeOf(at("finished")),
    };
  });
  return {
    name: where.replace(/^.*[/\\]/, "").replace(/\.csv$/, ""),
    directions: objectives.map((name) => (name.startsWith("minimize ") ? "minimize" : "maximize")),
    attributes: {},
    systemAttributes: { "study:metric_names": objectives.map((name) => name.slice("minimize ".length)) },
    trials,
  };
}

function stateOf(where: string, told: string, hasValues: boolean): PortableState {
  if (told === "") return hasValues ? "complete" : "failed";
  if (!states.includes(told))
    throw new FormatError(where, `must have a state among ${states.join(", ")}`, told);
  if (told === "complete" && !hasValues)
    throw new FormatError(where, "must have a number for every objective, being complete", "none");
  return told as PortableState;
}

function categoryOf(text: string): Category {
  if (text === "true" || text === "false") return text === "true";
  return text.trim() !== "" && !Number.isNaN(Number(text)) ? Number(text) : text;
}

function rangeOf(values: readonly Category[]): Distribution {
  const given = values.filter((value) => value !== "");
  const numbers = given.filter((value) => typeof value === "number");
  if (numbers.length < given.length || numbers.length === 0)
    return { kind: "categorical", choices: [...new Set(given)] };
  return { kind: "float", low: Math.min(...numbers), high: Math.max(...numbers), log: false, step: null };
}

function timeOf(text: string): number | null {
  const timeMs = Date.parse(text);
  return Number.isNaN(timeMs) ? null : timeMs;
}

/** Rows of cells; a quoted cell may hold commas, quotes (doubled) and line ends. */
function tableOf(text: string): string[][] {
  const rows: string[][] = [];
  let row: string[] = [];
  for (const [whole, quoted, plain = "", end] of text.matchAll(
    /(?:"((?:[^"]|"")*)"|([^",\r\n]*))(,|\r?\n|$)/g,
  )) {
    if (whole === "" && row.length === 0) break;
    row.push(quoted === undefined ? plain : quoted.replaceAll('""', '"'));
    if (end === ",") continue;
    rows.push(row);
    row = [];
  }
  return rows;
}
