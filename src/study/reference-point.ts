// The reference point of a study: the values beyond which a trial counts nothing. Hypervolumes are measured from
// it, so it is declared before the search, for every objective by the first of
//
//   given        search.reference of the study
//   requirement  the limit that the study sets to the objective
//   ann          the float ANNs' int8 form, dense, on the search's images and under its faults, made worse by the
//                objective's margin; of several ANNs the one that asks least

import { InvalidValueError } from "../base/errors.ts";
import { energyOf } from "../energy/energy-of.ts";
import type { Evaluation } from "../pipeline/evaluation.ts";
import type { Objective, ObjectiveContext } from "../pipeline/objective.ts";
import { worseByMargin } from "../pipeline/objective-scale.ts";
import { type ObjectiveName, objectives } from "../pipeline/objectives.ts";
import type { Requirements } from "./requirements.ts";
import type { StudySettings } from "./study-settings.ts";

export interface ReferenceValue {
  readonly objective: ObjectiveName;
  /** In the objective's unit. */
  readonly value: number;
  readonly source: "given" | "requirement" | "ann";
}

/** One an objective, in the study's order. */
export type ReferencePoint = readonly ReferenceValue[];

type Declaring = Pick<StudySettings, "objectives" | "requirements"> & {
  readonly search: Pick<StudySettings["search"], "reference">;
};

/** The requirement that limits an objective. */
const limits: Readonly<Partial<Record<ObjectiveName, keyof Requirements>>> = {
  accuracy: "minAccuracy",
  energy: "maxEnergyPj",
  drop: "maxDrop",
};

/** Whether the study itself says every value, so that no ANN need be looked at. */
export function saysReference(settings: Declaring): boolean {
  return settings.objectives.every((name) => saidValue(settings, name) !== null);
}

/** Whether ANNs can say what the study does not: they have no spikes. */
export function annsSay(settings: Declaring): boolean {
  return settings.objectives.every((name) => {
    const { needs }: Objective = objectives[name];
    return (needs !== "spikes" && needs !== "events") || saidValue(settings, name) !== null;
  });
}

/**
 * @param anns - of every ANN that designs convert; none are needed when the study says every value
 * @throws {InvalidValueError} when an ANN is needed that the profile cannot price
 */
export function referencePoint(
  settings: Declaring,
  anns: readonly Evaluation[],
  context: ObjectiveContext,
): ReferencePoint {
  return settings.objectives.map((name) => {
    const said = saidValue(settings, name);
    if (said !== null) return said;
    const objective: Objective = objectives[name];
    const own = anns.map((ann) => worseByMargin(objective, annValue(name, ann, context)));
    const value = objective.direction === "minimize" ? Math.max(...own) : Math.min(...own);
    return { objective: name, value, source: "ann" };
  });
}

function saidValue({ requirements, search }: Declaring, name: ObjectiveName): ReferenceValue | null {
  const given = search.reference?.[name];
  if (given !== undefined) return { objective: name, value: given, source: "given" };
  const limit = limits[name] === undefined ? undefined : requirements[limits[name]];
  return limit === undefined ? null : { objective: name, value: limit, source: "requirement" };
}

function annValue(name: ObjectiveName, ann: Evaluation, context: ObjectiveContext): number {
  if (name === "annDrop") return 0; // it loses nothing against itself
  return name === "energy" ? annEnergyPj(ann, context) : objectives[name].score(ann, context).value;
}

/** Chips that are priced by the event cannot multiply: there, every product is one synaptic operation. */
function annEnergyPj({ counts }: Evaluation, { profile, accounting }: ObjectiveContext): number {
  if (profile.events !== null) {
    const products = counts.layers.reduce((sum, { denseProducts }) => sum + denseProducts, 0);
    return (products / counts.images) * profile.events.synapticOperationPj;
  }
  const { energyPj } = energyOf(counts, profile, accounting);
  if (energyPj === null)
    throw new InvalidValueError(
      "search.reference.energy",
      `must be given where profile ${profile.name} cannot price the ANN`,
      "nothing",
    );
  return energyPj;
}
