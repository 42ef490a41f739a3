import assert from "node:assert/strict";
import { existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { after, before, test } from "node:test";
import { syntheticFront } from "../../test/fixtures/synthetic-front.ts";
import { SqliteStorage } from "../node/sqlite-storage.ts";
import { readPortableStudy } from "../node/study-exchange.ts";
import { constraintsOf } from "../study/exchange/portable-study.ts";
import type { Json } from "../study/storage.ts";
import { readStudyFile } from "../study/study-file.ts";
import { StudyJudge } from "../study/study-judge.ts";
import type { Command, CommandContext } from "./command.ts";
import { studyBackup, studyCheck } from "./study-check.ts";
import { studyExport, studyImport } from "./study-export.ts";

const folder = mkdtempSync(join(tmpdir(), "spikefront-export-"));
after(() => rmSync(folder, { recursive: true }));
const at = (name: string): string => join(folder, name);
const text =
  "schema: spikefront.study/1\nname: made\nrequirements: { minAccuracy: 0.9999, maxLatencySteps: 1000 }";
const settings = readStudyFile(text, "made.yaml");
const evaluations = syntheticFront(3).points.map(({ evaluation }) => evaluation);
let clock = 1_700_000_000_000;

before(async () => {
  // As an older release left it: complete trials without figures; the last two are waiting and failed.
  const storage = new SqliteStorage(at("study.sqlite"), { now: () => clock++ });
  await storage.createStudy({
    key: "made",
    settings: { settings, data: "ab" } as unknown as Json,
    budgetTrials: 9,
  });
  const judge = new StudyJudge(settings, new Map());
  const designs = judge.ask([0, 1, 2, 3, 4], []) as unknown as readonly Json[];
  await storage.addTrials(
    "made",
    designs.map((design, number) => ({ number, design })),
  );
  for (const evaluation of evaluations) {
    const trial = await storage.claimTrial("made", "me", 1000);
    await storage.completeTrial("made", trial?.number ?? 0, 1, evaluation as unknown as Json);
  }
  await storage.claimTrial("made", "me", 1000);
  await storage.failTrial("made", 3, 1, "dead layer");
  await storage.close();
});

async function run(
  command: Command<never>,
  operand: string,
  out?: string,
  options: Record<string, string> = {},
) {
  const lines: string[] = [];
  const given = { to: "by-name", study: "", store: "", ...options };
  const context = {
    operands: [operand],
    options: given,
    out,
    terminal: { write: (line: string) => lines.push(line) },
  };
  const result = await command.run(context as unknown as CommandContext<never>);
  return { lines, result };
}

test("an export tells every trial's settings, objectives, constraints, times and evaluation", async () => {
  const { lines } = await run(studyExport as never, folder, at("made.json"));
  assert.match(
    lines[0],
    /study made, 3 objectives, 5 trials \(3 complete, 1 failed, 1 waiting\): .*made\.json/,
  );
  const study = await readPortableStudy(at("made.json"));
  assert.deepEqual(study.directions, ["maximize", "minimize", "minimize"]);
  for (const [i, evaluation] of evaluations.entries()) {
    const { parameters, values, attributes, startedMs, finishedMs, ...trial } = study.trials[i];
    assert.equal(values?.[0], (evaluation.correctPerStep.at(-1) ?? 0) / evaluation.images);
    const [accuracy, latency] = constraintsOf({
      parameters,
      values,
      attributes,
      startedMs,
      finishedMs,
      ...trial,
    });
    assert.ok(accuracy > 0 && latency < 0, "the accuracy is missed, the latency is kept");
    assert.deepEqual(attributes["spikefront:result"], JSON.parse(JSON.stringify(evaluation)));
    assert.ok((startedMs ?? 0) > 1_699_999_999_999 && (finishedMs ?? 0) > (startedMs ?? 0));
    const { values: figures } = attributes["spikefront:figures"] as unknown as {
      values: { standardError: number }[];
    };
    assert.ok(figures.some(({ standardError }) => standardError > 0));
    const design = attributes["spikefront:design"] as Readonly<Record<string, Json>>;
    for (const [name, { value }] of Object.entries(parameters)) assert.equal(value, design[name]);
  }
  const [failed, waiting] = study.trials.slice(3);
  assert.equal((failed.attributes["spikefront:trial"] as { error: string }).error, "dead layer");
  assert.equal(
    (waiting.systemAttributes["fixed_params"] as { steps: number }).steps,
    waiting.parameters["steps"].value,
  );
});

test("every format is written by its name or by --to, and import leads from each to the same JSON", async () => {
  await run(studyExport as never, folder);
  await run(studyExport as never, folder, at("log"), { to: "journal" });
  await run(studyExport as never, folder, at("made.csv"));
  assert.ok(existsSync(at("made.db")));
  const direct = await readPortableStudy(folder);
  const { result } = await run(studyImport as never, at("made.db"), at("back.json"));
  assert.deepEqual([result["study"], result["trials"], result["format"]], ["made", 5, "json"]);
  assert.deepEqual(await readPortableStudy(at("back.json")), direct);
  await run(studyImport as never, at("made.csv"), at("table.json"));
  assert.equal((await readPortableStudy(at("table.json"))).trials.length, 5);
  await assert.rejects(run(studyExport as never, folder, at("log")), /must end with one of .db/);
});

test("a sound store is told to be, damage makes the check fail, and a backup is a store of its own", async () => {
  assert.deepEqual((await run(studyCheck as never, folder)).result, { ok: true, faults: [] });
  const backup = await run(studyBackup as never, folder);
  assert.equal(backup.result["file"], at("study.backup.sqlite"));
  const damaged = new DatabaseSync(at("study.sqlite"));
  damaged.exec("UPDATE trial SET attempt = 0 WHERE number = 1");
  damaged.close();
  const { result, lines } = await run(studyCheck as never, folder);
  assert.equal(result["ok"], false);
  assert.match(lines[0], /must have been claimed: study made, trial 1/);
  const copy = new SqliteStorage(at("study.backup.sqlite"));
  assert.deepEqual(await copy.checkIntegrity(), []);
  await copy.close();
  writeFileSync(at("other"), "");
  await assert.rejects(run(studyCheck as never, at("nowhere")), /must be the folder of a study/);
});
