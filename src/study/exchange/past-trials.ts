// The trials of another study as what a search already knows: a warm start.

import { FormatError } from "../../base/errors.ts";
import type { Direction } from "../../optimize/pareto.ts";
import type { PastTrial } from "../../optimize/sampler.ts";
import type { Space } from "../../space/space.ts";
import type { TrialFigures } from "../storage.ts";
import { designOf } from "./parameters.ts";
import { constraintsOf, objectiveNames, type PortableStudy, type PortableTrial } from "./portable-study.ts";

export interface KnownTrials {
  /** Numbered −n … −1, before the study's own. */
  readonly past: readonly PastTrial[];
  /** Finished trials whose design is not in the space. */
  readonly outside: number;
}

/**
 * Finished trials of the study whose designs are in the space, with the objectives asked for, taken as they are:
 * whoever joins studies answers for what they measured being the same.
 *
 * @throws {FormatError} when the study lacks an objective, or turns it the other way
 */
export function pastTrials(
  study: PortableStudy,
  of: Space,
  objectives: readonly { readonly name: string; readonly direction: Direction }[],
): KnownTrials {
  const where = `study ${study.name}`;
  const names = objectiveNames(study);
  const places = objectives.map(({ name, direction }) => {
    const place = names.indexOf(name);
    if (place < 0) throw new FormatError(where, `must have the objective ${name}`, names.join(", "));
    if (study.directions[place] !== direction)
      throw new FormatError(where, `must ${direction} ${name}`, study.directions[place]);
    return place;
  });
  const finished = study.trials.filter(
    (trial) => trial.state === "complete" || trial.state === "failed" || shareOf(trial) !== undefined,
  );
  const known = finished.flatMap((trial) => {
    const design = isForeign(of, trial) ? null : designOf(of, trial.parameters);
    if (design === null) return [];
    const told = trial.state === "failed" ? null : trial.values;
    const fidelity = shareOf(trial);
    const measured = told === null ? null : places.map((place) => told[place]);
    const constraints = constraintsOf(trial);
    const violation = constraints.reduce((sum, constraint) => sum + Math.max(0, constraint), 0);
    return [
      {
        design,
        objectives: measured,
        violation: measured === null ? Infinity : violation,
        ...(measured !== null && constraints.length > 0 && { constraints }),
        ...(fidelity !== undefined && { fidelity }),
      },
    ];
  });
  return {
    past: known.map((trial, i) => ({ number: i - known.length, ...trial })),
    outside: finished.length - known.length,
  };
}

/** Of a study whose settings have other names: it would be taken for the design of all defaults. */
function isForeign({ fields }: Space, { parameters }: PortableTrial): boolean {
  const names = Object.keys(parameters).map((name) => name.replace(/\[.*/, ""));
  return names.length > 0 && !names.some((name) => Object.hasOwn(fields, name));
}

/** Share of the images that a trial was stopped on; undefined: it was not, or nothing tells which. */
function shareOf({ state, values, attributes }: PortableTrial): number | undefined {
  const figures = attributes["spikefront:figures"] as unknown as Pick<TrialFigures, "values"> | undefined;
  if (state !== "pruned" || values === null || figures === undefined) return undefined;
  const shares = figures.values.filter(({ repeat }) => repeat === 0).map(({ fidelity }) => fidelity);
  return shares.length === 0 ? undefined : Math.max(...shares);
}
