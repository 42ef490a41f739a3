// What is asked of the networks that are looked at closely, and that it is asked once.

import assert from "node:assert/strict";
import { test } from "node:test";
import type { Evaluation } from "../pipeline/evaluation.ts";
import type { EvaluationTask, Executor } from "../pipeline/evaluation-task.ts";
import { resolve } from "../space/resolve.ts";
import {
  annFinalists,
  confirmTask,
  controlFinalists,
  explainedImages,
  finalTask,
  float32Finalist,
  pointFinalist,
} from "./finalists.ts";
import { MemoryStorage } from "./memory-storage.ts";
import { type NamedTask, runEvaluations } from "./run-evaluations.ts";
import type { StudyDesign } from "./study-design.ts";
import { readStudyFile } from "./study-file.ts";
import { studySpace } from "./study-space.ts";

const read = (rest: string) => readStudyFile(`schema: spikefront.study/1\n${rest}`, "s.yaml");
const settings = read("evaluation: { images: 800 }\nconfirm: { images: 2000 }\n");
const design = resolve("design", studySpace(settings).fields, {}) as unknown as StudyDesign;
const point = pointFinalist(3, { kind: "snn", ann: "ann", design, bits: design.weightBits });
const anns = [...annFinalists([design], () => "ann"), ...controlFinalists(design, "ann")];

/** Runs nothing; tells what was asked. Its evaluations say only whether they were explained. */
function askedExecutor(): Executor & { readonly asked: EvaluationTask[] } {
  const asked: EvaluationTask[] = [];
  return {
    slots: 2,
    asked,
    evaluate: async (task) => {
      asked.push(task);
      const explanation = task.explainImages === undefined ? {} : { explanation: task.explainImages };
      return { evaluation: explanation as unknown as Evaluation, file: new Uint8Array() };
    },
  };
}

test("points are explained on validation images that the search has not seen", () => {
  const { task } = confirmTask(point, settings, 10_000);
  assert.equal(task.split, "validation");
  assert.equal(task.firstImage, 800);
  assert.equal(task.explainImages, explainedImages);
});

test("no more images are explained than there are to confirm", () => {
  const few = read("confirm: { images: 30 }\n");
  assert.equal(confirmTask(point, few, 10_000).task.explainImages, 30);
});

test("neither ANNs nor anything on test images is explained", () => {
  for (const ann of anns) assert.ok(!("explainImages" in confirmTask(ann, settings, 10_000).task), ann.id);
  for (const finalist of [...anns, point, float32Finalist(design, "ann")]) {
    const { task } = finalTask(finalist, settings);
    assert.equal(task.split, "test");
    assert.ok(!("explainImages" in task), finalist.id);
  }
});

test("what was confirmed and explained is kept; a store from before explanations is asked again for points only", async () => {
  const storage = new MemoryStorage(() => 0);
  await storage.createStudy({ key: "s", settings: {}, budgetTrials: 1 });
  const ports = {
    storage,
    blobs: { put: async () => "", get: async () => undefined },
    signal: new AbortController().signal,
    onProgress: () => {},
  };
  const tasks = [...anns, point].map((finalist) => confirmTask(finalist, settings, 10_000));
  const before = tasks.map(({ name, task: { explainImages: _, ...task } }): NamedTask => ({ name, task }));
  const run = async (named: readonly NamedTask[]) => {
    const executor = askedExecutor();
    const evaluations = await runEvaluations(ports, executor, "s", "confirm", named);
    return { asked: executor.asked.length, explained: evaluations.map((one) => one.explanation) };
  };
  const none = anns.map(() => undefined);
  assert.deepEqual(await run(before), { asked: tasks.length, explained: [...none, undefined] });
  assert.deepEqual(await run(tasks), { asked: 1, explained: [...none, explainedImages] });
  assert.deepEqual(await run(tasks), { asked: 0, explained: [...none, explainedImages] });
});

test("controls share the reference's protection and say so; plain ANNs have none", () => {
  const guarded: StudyDesign = { ...design, protection: "parity-words" };
  const controls = controlFinalists(guarded, "ann");
  assert.equal(controls.length, 2);
  for (const { label, plan } of controls) {
    assert.match(label, /parity-words/);
    assert.equal(plan.design?.protection, "parity-words");
  }
  for (const { label } of controlFinalists(design, "ann")) assert.doesNotMatch(label, /none|words/);
  for (const { plan } of annFinalists([guarded], () => "ann")) assert.equal(plan.design, null);
});
