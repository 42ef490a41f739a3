// What a folder of claims about event networks keeps, and under which name: trainings take hours, so a name that changes
// costs them again, and one that stays where the training changes tells of another network.

import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { type EventExperiment, eventExperiments } from "../event-gradient/event-experiments.ts";
import type { EventTrainingSettings } from "../event-gradient/event-training-fields.ts";
import { loadValues } from "../node/event-data.ts";
import { eventClaimsPorts } from "./event-claims-folder.ts";

const folder = mkdtempSync(join(tmpdir(), "event-claims-"));
after(() => rmSync(folder, { recursive: true }));
const ports = await eventClaimsPorts({
  folder,
  workers: 1,
  memoryBytes: 2 ** 27,
  signal: new AbortController().signal,
  onProgress: () => {},
});

const toy = eventExperiments["toy-count"];
const changed = (changes: Partial<EventTrainingSettings>): EventExperiment => ({
  ...toy,
  training: { ...toy.training, epochs: 2, ...changes },
});
const train = (name: string, experiment: EventExperiment, samples?: number) =>
  ports.train({ name, experiment, ...(samples !== undefined && { samples }), seed: 0, onProgress: () => {} });
const networks = (): readonly string[] =>
  readdirSync(join(folder, "networks"))
    .filter((file) => file.endsWith(".safetensors"))
    .sort();

test("settings that are younger than a training leave its name where they change nothing, and only there", async () => {
  await train("exact", changed({ leastSlope: 0, wakeStrength: 0 }));
  const { sha256 } = await loadValues(toy.data);
  const older = JSON.stringify([changed({}), sha256, 0]);
  const key = createHash("sha256").update(older).digest("hex").slice(0, 12);
  assert.deepEqual(networks(), [`exact-0-${key}.safetensors`]);
  await train("bounded", changed({}));
  assert.equal(networks().length, 2);
});

test("a network that is there is read under whatever name it was trained; other samples are another network", async () => {
  const before = networks();
  const first = await train("exact", changed({ leastSlope: 0, wakeStrength: 0 }));
  const again = await train("of-a-sweep", changed({ leastSlope: 0, wakeStrength: 0 }));
  assert.deepEqual(again, first);
  assert.deepEqual(networks(), before);
  await train("half", changed({}), 1);
  assert.equal(networks().length, before.length + 1);
});

test("what was measured is kept with the commit that did, and is not measured again", async () => {
  let measured = 0;
  const measure = async () => {
    measured++;
    return { correct: 3 };
  };
  const first = await ports.kept(["a", 1], measure);
  assert.deepEqual(await ports.kept(["a", 1], measure), first);
  assert.deepEqual(first.result, { correct: 3 });
  assert.match(first.commit, /^[0-9a-f]{40}$|^v/);
  await ports.kept(["a", 2], measure);
  assert.equal(measured, 2);
});
