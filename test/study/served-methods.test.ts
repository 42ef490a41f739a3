// What those who watch a study of several methods see of it: each trial's own kind, and settings of its own method.

import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { importanceOf } from "../../src/dashboard/live/live-importance.ts";
import { firstChoices } from "../../src/dashboard/live/live-state.ts";
import { liveViews } from "../../src/dashboard/live/live-views.ts";
import { ServedStudy } from "../../src/node/serve-store.ts";
import { SqliteStorage } from "../../src/node/sqlite-storage.ts";
import { studyPaths } from "../../src/node/study-folder.ts";
import type { Json } from "../../src/study/storage.ts";
import { readStudyFile } from "../../src/study/study-file.ts";
import { StudyJudge } from "../../src/study/study-judge.ts";

const folder = mkdtempSync(join(tmpdir(), "spikefront methods "));
after(() => rmSync(folder, { recursive: true, force: true }));

test("trials are shown as what they are, with settings of their own method", async () => {
  const settings = readStudyFile(
    "schema: spikefront.study/1\nname: mixed\nmethods: [convert, skips, ttfs]\nobjectives: [accuracy, energy]",
    "mixed.yaml",
  );
  const numbers = Array.from({ length: 24 }, (_, i) => i);
  const designs = new StudyJudge(settings, new Map()).ask(numbers, []);
  const storage = new SqliteStorage(studyPaths(folder).store);
  await storage.createStudy({
    key: "mixed",
    settings: { settings: settings as unknown as Json, data: "" },
    budgetTrials: 24,
  });
  await storage.addTrials(
    "mixed",
    numbers.map((number) => ({ number, design: designs[number] as Json })),
  );
  for (const number of numbers) {
    const { attempt } = (await storage.claimTrial("mixed", "test", 1000)) ?? { attempt: -1 };
    // All on the front: more accuracy for more energy.
    const values = [0.5 + number / 100, 10 + number].map((value, i) => ({
      ...{ objective: ["accuracy", "energy"][i], fidelity: 1, repeat: 0, seed: 0, value, standardError: 0 },
    }));
    await storage.completeTrial("mixed", number, attempt, {}, { values, metrics: [], artefacts: {} });
  }
  await storage.close();
  const served = new ServedStudy(() => ({ folder, key: null }));
  const study = served.read()?.study;
  served.close();
  assert.ok(study !== undefined);
  const kinds = { convert: "converted", skips: "direct", ttfs: "event" } as const;
  for (const { design, training } of study.trials) {
    const method = design["method"] as keyof typeof kinds;
    assert.equal(training, kinds[method]);
    for (const name of Object.keys(design))
      assert.ok(name === "method" || name.startsWith(`${method}.`), name);
  }
  const scatter = liveViews(study, firstChoices, 800).scatter().whole().markup;
  const marks = ["snn", "direct", "event"].map((role) => scatter.split(`class="mark ${role}"`).length - 1);
  assert.ok(
    marks.every((count) => count > 2),
    marks.join(" "),
  );
  for (const name of ["SNN, converted", "SNN, trained directly", "SNN, trained on its events"])
    assert.ok(scatter.includes(name), name);
  const [settingsThatMatter] = importanceOf(study)?.settings ?? [];
  assert.ok(settingsThatMatter.some(({ name }) => name === "method"));
});
