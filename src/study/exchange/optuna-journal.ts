// Optuna's journal file: one operation a line as JSON, ids implied by the order of creation (optuna 3.1 to 5,
// storages/journal). A last line that was cut off is ignored, as Optuna does; Python's NaN and Infinity are read
// and written as such.

import { FormatError } from "../../base/errors.ts";
import type { Direction } from "../../optimize/pareto.ts";
import type { Json } from "../storage.ts";
import { distributionFromJson, distributionToJson, fromInternal, toInternal } from "./optuna-distribution.ts";
import type { PortableParameter, PortableState, PortableStudy, PortableTrial } from "./portable-study.ts";
import { fromPythonJson, toPythonJson } from "./python-json.ts";
import { timeFromText, timeText } from "./time-text.ts";

/** States by Optuna's number. */
const states: readonly PortableState[] = ["running", "complete", "pruned", "failed", "waiting"];
/** Directions by Optuna's number; 0 is not set. */
const directions: readonly (Direction | null)[] = [null, "minimize", "maximize"];
const worker = "spikefront";

/** The studies as a journal, to be read by Optuna or appended to one of its own. */
export function writeJournal(studies: readonly PortableStudy[]): string {
  const lines: string[] = [];
  const add = (operation: number, fields: Readonly<Record<string, unknown>>): void => {
    lines.push(toPythonJson({ op_code: operation, worker_id: worker, ...fields } as Json));
  };
  for (const [id, study] of studies.entries()) {
    const numbers = study.directions.map((direction) => directions.indexOf(direction));
    add(0, { study_name: study.name, directions: numbers });
    for (const [name, value] of Object.entries(study.attributes))
      add(2, { study_id: id, user_attr: { [name]: value } });
    for (const [name, value] of Object.entries(study.systemAttributes))
      add(3, { study_id: id, system_attr: { [name]: value } });
    // A trial that is created whole takes one line; this is how Optuna writes `add_trial`.
    for (const trial of study.trials) add(4, { study_id: id, ...wholeTrial(trial) });
  }
  return lines.map((line) => `${line}\n`).join("");
}

function wholeTrial(trial: PortableTrial): Readonly<Record<string, unknown>> {
  const parameters = Object.entries(trial.parameters);
  return {
    datetime_start: dateOf(trial.startedMs),
    ...(trial.finishedMs !== null && { datetime_complete: dateOf(trial.finishedMs) }),
    state: states.indexOf(trial.state),
    value: trial.values?.length === 1 ? trial.values[0] : null,
    values: trial.values === null || trial.values.length === 1 ? null : trial.values,
    distributions: Object.fromEntries(
      parameters.map(([name, { distribution }]) => [name, distributionToJson(distribution)]),
    ),
    params: Object.fromEntries(
      parameters.map(([name, { value, distribution }]) => [name, toInternal(distribution, value)]),
    ),
    user_attrs: trial.attributes,
    system_attrs: trial.systemAttributes,
    intermediate_values: Object.fromEntries(
      trial.intermediate.map(({ step, value }) => [String(step), value]),
    ),
  };
}

/** With the zone, as Optuna 5; the versions before read it, too. */
function dateOf(timeMs: number | null): string | null {
  return timeMs === null ? null : `${timeText(timeMs)}+00:00`;
}

interface OpenTrial {
  readonly study: number;
  trial: PortableTrial;
}

/**
 * All studies of a journal.
 *
 * @param where - names the file in messages
 * @throws {FormatError} when a line is no operation of Optuna's, naming it
 */
export function readJournal(where: string, text: string): readonly PortableStudy[] {
  const reader = new JournalReader();
  const lines = text.split("\n");
  lines.pop(); // after the last line's end: nothing, or a line that was cut off
  for (const [i, line] of lines.entries()) {
    if (line.trim() === "") continue;
    const place = `${where}:${i + 1}`;
    reader.apply(place, fromPythonJson(place, line) as Operation);
  }
  return reader.studies();
}

type Operation = Readonly<Record<string, Json>>;

class JournalReader {
  readonly #studies: (PortableStudy | null)[] = [];
  readonly #trials: OpenTrial[] = [];

  apply(where: string, operation: Operation): void {
    switch (operation["op_code"]) {
      case 0:
        this.#createStudy(where, operation);
        return;
      case 1:
        this.#studies[Number(operation["study_id"])] = null;
        return;
      case 2:
        this.#changeStudy(where, operation, ({ attributes }) => ({
          attributes: { ...attributes, ...objectOf(operation["user_attr"]) },
        }));
        return;
      case 3:
        this.#changeStudy(where, operation, ({ systemAttributes }) => ({
          systemAttributes: { ...systemAttributes, ...objectOf(operation["system_attr"]) },
        }));
        return;
      case 4:
        this.#createTrial(where, operation);
        return;
      case 10:
        return; // of another program; Optuna passes over it, too
      default:
        this.#changeTrial(where, operation);
    }
  }

  /** Trials of each by number, in the order they were created. */
  studies(): readonly PortableStudy[] {
    return this.#studies.flatMap((study, id) => {
      if (study === null) return [];
      const own = this.#trials.filter((open) => open.study === id);
      return [{ ...study, trials: own.map(({ trial }, number) => ({ ...trial, number })) }];
    });
  }

  #createStudy(where: string, { study_name, directions: given }: Operation): void {
    const told = (Array.isArray(given) ? given : []).map((number) => directions[Number(number)]);
    if (typeof study_name !== "string" || told.length === 0 || told.some((one) => one === undefined))
      throw new FormatError(where, "must create a study with a name and directions", study_name);
    this.#studies.push({
      name: study_name,
      directions: told.map((direction) => direction ?? "minimize"),
      attributes: {},
      systemAttributes: {},
      trials: [],
    });
  }

  #changeStudy(
    where: string,
    operation: Operation,
    change: (study: PortableStudy) => Partial<PortableStudy>,
  ): void {
    const id = Number(operation["study_id"]);
    const study = this.#studies[id];
    if (study === undefined) throw new FormatError(where, "must name a study created before", id);
    if (study !== null) this.#studies[id] = { ...study, ...change(study) };
  }

  #createTrial(where: string, operation: Operation): void {
    const study = Number(operation["study_id"]);
    if (this.#studies[study] === undefined)
      throw new FormatError(where, "must name a study created before", study);
    const ranges = objectOf(operation["distributions"]);
    const parameters = Object.entries(objectOf(operation["params"])).map(([name, internal]) => [
      name,
      parameterOf(where, ranges[name], internal),
    ]);
    const { value = null, values = null, intermediate_values } = operation;
    const trial: PortableTrial = {
      number: 0,
      state: stateOf(where, operation["state"] ?? 0),
      parameters: Object.fromEntries(parameters),
      values: Array.isArray(values) ? values.map(Number) : value === null ? null : [Number(value)],
      intermediate: Object.entries(objectOf(intermediate_values)).map(([step, told]) => ({
        step: Number(step),
        value: Number(told),
      })),
      attributes: objectOf(operation["user_attrs"]),
      systemAttributes: objectOf(operation["system_attrs"]),
      startedMs: timeOf(where, operation["datetime_start"]),
      finishedMs: timeOf(where, operation["datetime_complete"]),
    };
    this.#trials.push({ study, trial });
  }

  #changeTrial(where: string, operation: Operation): void {
    const open = this.#open(where, operation["trial_id"]);
    const { trial } = open;
    const isOpen = trial.state === "running" || trial.state === "waiting";
    if (!isOpen) return; // as Optuna: what comes after the end of a trial is not applied
    switch (operation["op_code"]) {
      case 5: {
        const { param_name, distribution, param_value_internal } = operation;
        const parameter = parameterOf(where, distribution, param_value_internal);
        open.trial = { ...trial, parameters: { ...trial.parameters, [String(param_name)]: parameter } };
        return;
      }
      case 6: {
        const { values = null, datetime_start = null, datetime_complete = null } = operation;
        const state = stateOf(where, operation["state"]);
        if (state === "running" && trial.state !== "waiting") return; // another worker was first
        open.trial = {
          ...trial,
          state,
          values: Array.isArray(values) ? values.map(Number) : trial.values,
          startedMs: timeOf(where, datetime_start) ?? trial.startedMs,
          finishedMs: timeOf(where, datetime_complete) ?? trial.finishedMs,
        };
        return;
      }
      case 7: {
        const { step, intermediate_value } = operation;
        const others = trial.intermediate.filter((told) => told.step !== step);
        const told = { step: Number(step), value: Number(intermediate_value) };
        const intermediate = [...others, told].sort((a, b) => a.step - b.step);
        open.trial = { ...trial, intermediate };
        return;
      }
      case 8:
        open.trial = { ...trial, attributes: { ...trial.attributes, ...objectOf(operation["user_attr"]) } };
        return;
      case 9: {
        const systemAttributes = { ...trial.systemAttributes, ...objectOf(operation["system_attr"]) };
        open.trial = { ...trial, systemAttributes };
        return;
      }
      default:
        throw new FormatError(where, "must be an operation of Optuna's journal", operation["op_code"]);
    }
  }

  #open(where: string, id: Json | undefined): OpenTrial {
    const open = this.#trials[Number(id)];
    if (open === undefined) throw new FormatError(where, "must name a trial created before", id);
    return open;
  }
}

function parameterOf(
  where: string,
  distribution: Json | undefined,
  internal: Json | undefined,
): PortableParameter {
  const range = distributionFromJson(where, fromPythonJson(where, String(distribution)));
  return { value: fromInternal(where, range, Number(internal)), distribution: range };
}

function stateOf(where: string, number: Json | undefined): PortableState {
  const state = states[Number(number)];
  if (state === undefined) throw new FormatError(where, "must have a state of Optuna's", number);
  return state;
}

function timeOf(where: string, text: Json | undefined): number | null {
  if (text === null || text === undefined) return null;
  const timeMs = timeFromText(String(text));
  if (Number.isNaN(timeMs)) throw new FormatError(where, "must hold times", text);
  return timeMs;
}

function objectOf(value: Json | undefined): Readonly<Record<string, Json>> {
  return typeof value === "object" && value !== null && !Array.isArray(value)
    ? (value as Readonly<Record<string, Json>>)
    : {};
}
