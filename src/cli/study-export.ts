// `study export` and `study import`: a study's trials in the formats of other programs, and theirs in ours.

import { join } from "node:path";
import { UsageError } from "../base/errors.ts";
import {
  readPortableStudy,
  type StudyFormat,
  studyFormatOf,
  writeStudyFile,
} from "../node/study-exchange.ts";
import { choice, text } from "../space/field.ts";
import type { PortableStudy } from "../study/exchange/portable-study.ts";
import { command } from "./command.ts";
import { storeAddress, storeOption } from "./store-option.ts";

const formats = ["by-name", "optuna", "journal", "csv", "json"] as const;
const formatDetails =
  "Formats: optuna (SQLite of Optuna, schema v3.2.0.a: optuna.load_study opens it, Optuna continues it), journal (Optuna's journal file), csv (one trial a row), json (all there is). By name: .db or .sqlite3, .log or .journal, .csv, .json.";

export const studyExport = command({
  name: "study export",
  about: "Write a study's trials for Optuna, as a table or as JSON.",
  out: "file to write [default: NAME.db in the study's folder, or here]",
  operands: [{ name: "folder", about: "folder of the study, unless --store is given", isOptional: true }],
  options: {
    store: storeOption,
    to: choice({ about: "format", options: formats, default: "by-name" }),
    study: text({ about: "name of the study, where there are several", default: "" }),
  },
  resources: [],
  details: [
    "Every trial goes along with its settings, objectives, times, constraints and evaluation. Inactive settings are left out of the parameters, as Optuna does; a matrix becomes one parameter for each cell.",
    formatDetails,
  ],
  examples: [
    "spikefront study export runs/quickstart",
    "spikefront study export runs/quickstart --out trials.csv",
    "spikefront study export runs/quickstart --to journal --out study.log",
    "spikefront study export --store postgres://me@db.example.org/studies --study quickstart",
  ],
  async run({ operands: [folder], options, out, terminal }) {
    const place = storeAddress(options.store) ?? folder;
    if (place === undefined) throw new UsageError("The folder of a study must be given, or --store.");
    const study = await readPortableStudy(place, options.study || undefined);
    const path =
      out ?? join(folder ?? "", `${study.name}${options.to === "by-name" ? ".db" : ending[options.to]}`);
    const format = options.to === "by-name" ? studyFormatOf(path) : options.to;
    writeStudyFile(path, format, study);
    terminal.write(`${summary(study)}: ${path}`);
    if (format === "optuna")
      terminal.write(`open it: optuna.load_study(study_name="${study.name}", storage="sqlite:///${path}")`);
    return { study: study.name, trials: study.trials.length, format, file: path };
  },
});

const ending: Readonly<Record<StudyFormat, string>> = {
  optuna: ".db",
  journal: ".log",
  csv: ".csv",
  json: ".json",
};

export const studyImport = command({
  name: "study import",
  about: "Read a study of Optuna, or a table, into spikefront's JSON.",
  out: "file to write [default: NAME.json in the current folder]",
  operands: [
    { name: "file", about: "Optuna's SQLite or journal file, a CSV or JSON file, or a study's folder" },
  ],
  options: {
    to: choice({ about: "format", options: formats, default: "by-name" }),
    study: text({ about: "name of the study, where there are several", default: "" }),
  },
  resources: [],
  details: [
    "The distributions of Optuna before version 3 are read, too. What was written can start a search that knows these trials: explore --past.",
    formatDetails,
  ],
  examples: [
    "spikefront study import optuna.db",
    "spikefront study import journal.log --study first --out first.json",
  ],
  async run({ operands: [file], options, out, terminal }) {
    const study = await readPortableStudy(file, options.study || undefined);
    const path = out ?? `${study.name.replaceAll(/[^A-Za-z0-9._-]/g, "_")}.json`;
    const format = options.to === "by-name" ? studyFormatOf(path) : options.to;
    writeStudyFile(path, format, study);
    terminal.write(`${summary(study)}: ${path}`);
    return { study: study.name, trials: study.trials.length, format, file: path };
  },
});

function summary({ name, trials, directions }: PortableStudy): string {
  const count = (state: string): number => trials.filter((trial) => trial.state === state).length;
  const states = ["complete", "failed", "pruned", "running", "waiting"]
    .map((state) => `${count(state)} ${state}`)
    .filter((text) => !text.startsWith("0 "));
  return `study ${name}, ${directions.length} objectives, ${trials.length} trials (${states.join(", ") || "none"})`;
}
