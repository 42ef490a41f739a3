// The search space of a study: the design space, narrowed as the study says, and which ANN to convert.

import { designSpace, type SnnDesign, usualSpace } from "../pipeline/design-space.ts";
import { choice } from "../space/field.ts";
import { repaired } from "../space/repair.ts";
import { narrow, type Space, space } from "../space/space.ts";
import type { StudySettings } from "./study-settings.ts";

/** A design of a study: an SNN design and the name of the ANN it converts. */
export interface StudyDesign extends SnnDesign {
  readonly network: string;
}

/**
 * The usual space, or as wide as the study says for the fields that it names.
 *
 * @throws {InvalidValueError} when a restriction or a forbidden combination names no field or a value it does
 *   not have, or when nothing is left
 */
export function studySpace(settings: Pick<StudySettings, "networks" | "space" | "forbidden">): Space {
  const names = settings.networks.map(({ name }) => name);
  const network = choice({ about: "ANN that is converted", options: names, default: names[0] });
  const whole = space({ network, ...designSpace.fields }, designSpace.conditions, settings.forbidden);
  const narrowed = narrow(whole, { ...usualSpace, ...settings.space });
  const defaults = Object.fromEntries(
    Object.entries(narrowed.fields).map(([name, field]) => [name, field.default]),
  );
  repaired(narrowed, defaults, { seed: 0, trial: -1 }); // tells when nothing is left
  return narrowed;
}
