// Finished trials of a made-up study of two objectives, by the values that their evaluations are to have.

import { noCounts } from "../src/energy/no-counts.ts";
import type { Evaluation } from "../src/pipeline/evaluation.ts";
import type { Json, TrialRecord } from "../src/study/storage.ts";
import { readStudyFile } from "../src/study/study-file.ts";
import type { StudySettings } from "../src/study/study-settings.ts";
import { syntheticFront } from "./fixtures/synthetic-front.ts";

const [{ evaluation }] = syntheticFront(3).networks;

/** @param images - of every evaluation that is made for the study */
export function madeSettings(search = "", images = 1000): StudySettings {
  return readStudyFile(
    `schema: spikefront.study/1
name: made
objectives: [accuracy, energy]
search: { reference: { accuracy: 0.5, energy: 1.0e+6 }, ${search} }
evaluation: { images: ${images} }
`,
    "made.yaml",
  );
}

/** @param correct - of `images` */
export function madeEvaluation(correct: number, images: number, additions: number): Evaluation {
  const layer = { ...noCounts("dense1"), additions: { int32: additions * images } };
  return {
    ...evaluation,
    images,
    correctPerStep: [correct],
    counts: { ...evaluation.counts, images, steps: 1, layers: [layer] },
  };
}

export function madeTrial(number: number, design: Json, result: Evaluation | null): TrialRecord {
  const state = result === null ? "failed" : "complete";
  const error = result === null ? "dead layer" : "";
  return { number, state, design, attempt: 1, result: result as unknown as Json, error };
}
