// A stored study in the form that other programs read. Trials that stopped on a share of the images are pruned
// ones there, with the values they had, so that nobody takes them for whole. What they have no place for goes along as attributes:
//
//   of the study   spikefront:study     its settings, its budget and its reference point
//   of a trial     spikefront:design    the whole design, inactive settings too, by name
//                  spikefront:trial     claims, error, hash of the design, moment of creation
//                  spikefront:figures   every objective's values with fidelity, repeat, seed and standard error;
//                                       metrics by step; artefacts by hash
//                  spikefront:result    the evaluation
//   and, as Optuna has them, study:metric_names, constraints (met when at most 0), and for trials that wait
//   fixed_params, so that Optuna runs the designs that were asked

import { StateError } from "../../base/errors.ts";
import type { Evaluation } from "../../pipeline/evaluation.ts";
import type { DesignValues } from "../../space/space.ts";
import { referenceDocument } from "../declare-reference.ts";
import { projected } from "../projected.ts";
import { relativeMargin } from "../requirements.ts";
import type { Json, Storage, TrialDetails, TrialRecord } from "../storage.ts";
import { StudyJudge } from "../study-judge.ts";
import type { StudySettings } from "../study-settings.ts";
import { completeFigures } from "../trial-figures.ts";
import { parametersOf } from "./parameters.ts";
import type { Category, PortableStudy, PortableTrial } from "./portable-study.ts";

/**
 * The study with all its trials. Figures that an older release has not kept are filled in first.
 *
 * @throws {StateError} when there is no study of this key
 */
export async function exportStudy(storage: Storage, key: string): Promise<PortableStudy> {
  const record = await storage.getStudy(key);
  if (record === null) throw new StateError(`study ${key} must be in the store, but is not.`);
  const { settings } = record.settings as unknown as { readonly settings: StudySettings };
  const judge = new StudyJudge(settings, new Map());
  await completeFigures(storage, judge);
  const details = await storage.listDetails(key);
  const trials = await storage.listTrials(key);
  const reference = await storage.getDocument(key, referenceDocument);
  return {
    name: key,
    directions: judge.directions,
    attributes: {
      "spikefront:study": {
        settings: record.settings,
        budgetTrials: record.budgetTrials,
        ...(reference !== undefined && { reference }),
      },
    },
    systemAttributes: { "study:metric_names": judge.objectives.map(({ name }) => name) },
    trials: trials.map((trial, i) => portableTrial(judge, trial, details[i])),
  };
}

function portableTrial(judge: StudyJudge, trial: TrialRecord, details: TrialDetails): PortableTrial {
  const { number, state, attempt, error } = trial;
  const { createdMs, startedMs, finishedMs, designHash, values, metrics, artefacts } = details;
  const parameters = parametersOf(judge.space, trial.design as DesignValues);
  const isComplete = state === "complete";
  const constraints = isComplete ? constraintsOf(judge, trial) : [];
  const figures = { values, metrics, artefacts } as unknown as Json;
  return {
    number,
    state: isComplete && isPartial(judge, trial) ? "pruned" : state,
    parameters,
    values: isComplete ? judge.objectives.map(({ name }) => searchedValue(details, name)) : null,
    intermediate: [],
    attributes: {
      "spikefront:design": trial.design,
      "spikefront:trial": { attempt, error, designHash, createdMs },
      ...(isComplete && { "spikefront:figures": figures, "spikefront:result": trial.result }),
    },
    systemAttributes: {
      ...(constraints.length > 0 && { constraints }),
      ...(state === "waiting" && { fixed_params: valuesOf(parameters) }),
    },
    startedMs,
    finishedMs,
  };
}

function isPartial({ settings }: StudyJudge, { result }: TrialRecord): boolean {
  return (result as unknown as Evaluation).images < settings.evaluation.images;
}

function valuesOf(parameters: PortableTrial["parameters"]): Readonly<Record<string, Category>> {
  return Object.fromEntries(Object.entries(parameters).map(([name, { value }]) => [name, value]));
}

/** The search's own, at the highest fidelity: repeats are of chosen trials, and on other images than the rest. */
function searchedValue({ values }: TrialDetails, objective: string): number {
  const own = values.filter((value) => value.objective === objective && value.repeat === 0);
  return own.reduce((best, value) => (value.fidelity >= best.fidelity ? value : best)).value;
}

/** What is missing of each requirement in units of its limit, as the study itself adds it up. */
function constraintsOf(judge: StudyJudge, { result }: TrialRecord): readonly number[] {
  const { requirements } = judge.settings;
  const evaluation = projected(result as unknown as Evaluation, judge.settings.evaluation.images);
  const margins = judge.margins(evaluation);
  return Object.entries(margins).map(([name, margin]) => 0 - relativeMargin(name, margin, requirements));
}
