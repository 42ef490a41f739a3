import assert from "node:assert/strict";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { after, test } from "node:test";
import { madeStudy } from "../../test/made-study.ts";
import { differences, type ToldStudy } from "../../test/told-study.ts";
import { constraintsOf } from "../study/exchange/portable-study.ts";
import { readPortableStudy, studyFormatOf, writeStudyFile } from "./study-exchange.ts";

const folder = mkdtempSync(join(tmpdir(), "spikefront-exchange-"));
after(() => rmSync(folder, { recursive: true }));
const at = (name: string): string => join(folder, name);

/** Made by optuna 5.0.0 with bench/peers/optuna_study.py. */
const made = JSON.parse(
  readFileSync(new URL("../../test/fixtures/optuna-studies.json", import.meta.url), "utf8"),
) as {
  readonly sqlite: string;
  readonly journal: string;
  readonly told: Readonly<Record<string, ToldStudy>>;
};
const optuna = new DatabaseSync(at("optuna.db"), { enableForeignKeyConstraints: false });
optuna.exec(made.sqlite);
optuna.close();
writeFileSync(at("optuna.log"), made.journal);

for (const file of ["optuna.db", "optuna.log"]) {
  test(`what Optuna has put into ${file} is read as Optuna tells it`, async () => {
    for (const [name, told] of Object.entries(made.told)) {
      const study = await readPortableStudy(at(file), name);
      // The journal was made in a run of its own, at other moments.
      const timeless = {
        ...told,
        trials: told.trials.map((trial) => ({ ...trial, started: null, finished: null })),
      };
      const trials = study.trials.map((trial) => ({ ...trial, startedMs: null, finishedMs: null }));
      assert.deepEqual(differences({ ...study, trials }, timeless), []);
      if (file === "optuna.db") assert.deepEqual(differences(study, told), []);
    }
  });
}

test("Optuna's named constraints are found", async () => {
  const { trials } = await readPortableStudy(at("optuna.db"), 'first "s"');
  const x = trials[0].parameters["x"].value as number;
  assert.deepEqual(constraintsOf(trials[0]), [x - 1]);
});

test("a file of Optuna 2, with its distributions and without types of values, is read", async () => {
  const old = new DatabaseSync(at("old.db"));
  old.exec(`CREATE TABLE studies (study_id INTEGER PRIMARY KEY, study_name VARCHAR(512));
    CREATE TABLE study_directions (study_direction_id INTEGER PRIMARY KEY, direction VARCHAR(8), study_id INTEGER,
      objective INTEGER);
    CREATE TABLE study_user_attributes (study_user_attribute_id INTEGER PRIMARY KEY, study_id INTEGER, key VARCHAR(512),
      value_json VARCHAR(2048));
    CREATE TABLE study_system_attributes (study_system_attribute_id INTEGER PRIMARY KEY, study_id INTEGER,
      key VARCHAR(512), value_json VARCHAR(2048));
    CREATE TABLE trials (trial_id INTEGER PRIMARY KEY, number INTEGER, study_id INTEGER, state VARCHAR(8),
      datetime_start DATETIME, datetime_complete DATETIME);
    CREATE TABLE trial_params (param_id INTEGER PRIMARY KEY, trial_id INTEGER, param_name VARCHAR(512),
      param_value FLOAT, distribution_json VARCHAR(2048));
    CREATE TABLE trial_values (trial_value_id INTEGER PRIMARY KEY, trial_id INTEGER, objective INTEGER, value FLOAT);
    CREATE TABLE trial_intermediate_values (trial_intermediate_value_id INTEGER PRIMARY KEY, trial_id INTEGER,
      step INTEGER, intermediate_value FLOAT);
    CREATE TABLE trial_user_attributes (trial_user_attribute_id INTEGER PRIMARY KEY, trial_id INTEGER,
      key VARCHAR(512), value_json VARCHAR(2048));
    CREATE TABLE trial_system_attributes (trial_system_attribute_id INTEGER PRIMARY KEY, trial_id INTEGER,
      key VARCHAR(512), value_json VARCHAR(2048));
    INSERT INTO studies VALUES (3, 'old');
    INSERT INTO study_directions VALUES (1, 'MAXIMIZE', 3, 0);
    INSERT INTO trials VALUES (7, 0, 3, 'COMPLETE', '2021-03-04 05:06:07.890000', '2021-03-04 05:06:08');
    INSERT INTO trial_params VALUES (1, 7, 'rate', 0.25, '{"name": "LogUniformDistribution", "attributes": {"low": 0.1, "high": 1.0}}');
    INSERT INTO trial_params VALUES (2, 7, 'bits', 4.0, '{"name": "IntUniformDistribution", "attributes": {"low": 2, "high": 8, "step": 2}}');
    INSERT INTO trial_values VALUES (1, 7, 0, 0.5);
    INSERT INTO trial_intermediate_values VALUES (1, 7, 1, 0.25), (2, 7, 2, NULL);`);
  old.close();
  const study = await readPortableStudy(at("old.db"));
  assert.deepEqual([study.name, study.directions], ["old", ["maximize"]]);
  const [trial] = study.trials;
  assert.deepEqual(trial.parameters, {
    rate: { value: 0.25, distribution: { kind: "float", low: 0.1, high: 1, log: true, step: null } },
    bits: { value: 4, distribution: { kind: "int", low: 2, high: 8, log: false, step: 2 } },
  });
  assert.deepEqual([trial.values, trial.intermediate.map(({ value }) => value)], [[0.5], [0.25, Number.NaN]]);
  assert.equal(trial.startedMs, Date.UTC(2021, 2, 4, 5, 6, 7, 890));
});

for (const file of ["made.db", "made.log", "made.json"]) {
  test(`a study written to ${file} comes back as it was`, async () => {
    const study = madeStudy(25);
    writeStudyFile(at(file), studyFormatOf(file), study);
    assert.deepEqual(await readPortableStudy(at(file)), study);
    for (const name of Object.keys(made.told)) {
      const theirs = await readPortableStudy(at("optuna.db"), name);
      const again = `${name.length}-${file}`;
      writeStudyFile(at(again), studyFormatOf(again), theirs);
      assert.deepEqual(await readPortableStudy(at(again), name), theirs);
    }
  });
}

test("of a table come back numbers, states, values and times to the millisecond", async () => {
  const study = madeStudy(25);
  writeStudyFile(at("table.csv"), "csv", study);
  const back = await readPortableStudy(at("table.csv"));
  assert.equal(back.name, "table");
  assert.deepEqual(back.directions, study.directions);
  assert.deepEqual(back.systemAttributes, study.systemAttributes);
  for (const [i, trial] of study.trials.entries()) {
    const { number, state, values, startedMs, finishedMs, parameters } = back.trials[i];
    const { number: n, state: s, values: v, startedMs: b, finishedMs: e } = trial;
    assert.deepEqual([number, state, values, startedMs, finishedMs], [n, s, v, b, e]);
    assert.deepEqual(
      Object.fromEntries(Object.entries(parameters).map(([name, { value }]) => [name, String(value)])),
      Object.fromEntries(Object.entries(trial.parameters).map(([name, { value }]) => [name, String(value)])),
    );
  }
});

test("nothing is overwritten, and nothing is left of what could not be written", () => {
  writeStudyFile(at("once.db"), "optuna", madeStudy(3));
  assert.throws(() => writeStudyFile(at("once.db"), "optuna", madeStudy(3)), {
    name: "StateError",
    message: /once\.db must be a new file, but exists/,
  });
});

const broken: readonly (readonly [file: string, text: string, message: RegExp])[] = [
  [
    "no.db",
    "not a database, just some text that is long enough\n".repeat(40),
    /must be an SQLite storage of Optuna/,
  ],
  ["no.log", '{"op_code":0', /must hold one study, but holds none/],
  ["no1.log", "what\n", /no1\.log:1 must be JSON/],
  ["no2.log", '{"op_code":7,"trial_id":3}\n', /no2\.log:1 must name a trial created before, but got 3/],
  ["no3.log", '{"op_code":4,"study_id":0}\n', /no3\.log:1 must name a study created before, but got 0/],
  ["no4.log", '{"op_code":0,"study_name":"s","directions":[3]}\n', /no4\.log:1 must create a study with/],
  ["no.csv", "trial,energy\n1,2\n", /no\.csv must have a column "number" and at least one such as "minimize/],
  ["no1.csv", "number,minimize e\n1,2,3\n", /no1\.csv: row 2 must have 2 cells, but got 3/],
  ["no2.csv", "number,state,minimize e\n1,done,3\n", /no2\.csv: row 2 must have a state among waiting/],
  [
    "no.json",
    '{"schema":"other"}',
    /no\.json must be of schema spikefront\.portable-study\/1, but got "other"/,
  ],
  ["no.txt", "", /the file's name must end with one of \.db, .* but got .*no\.txt/],
];
for (const [file, text, message] of broken) {
  test(`${file} is refused: ${message.source}`, async () => {
    writeFileSync(at(file), text);
    await assert.rejects(readPortableStudy(at(file)), message);
  });
}

test("a file of several studies asks for a name, and a wrong one is told with those there are", async () => {
  await assert.rejects(
    readPortableStudy(at("optuna.db")),
    /holds first "s", second\. Name one with --study of/,
  );
  await assert.rejects(
    readPortableStudy(at("optuna.db"), "third"),
    /must hold the study third, but holds first/,
  );
  await assert.rejects(
    readPortableStudy(folder),
    /must be the folder of a study, but holds no study\.sqlite/,
  );
});
