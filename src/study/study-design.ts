// The designs of a study that converts: the design space, narrowed as the study says, and which ANN to convert.

import { designSpace, type SnnDesign, usualSpace } from "../pipeline/design-space.ts";
import { choice } from "../space/field.ts";
import { narrow, type Space, space } from "../space/space.ts";
import type { StudySettings } from "./study-settings.ts";

/** A design of a study that converts: an SNN design and the name of the ANN it converts. */
export type StudyDesign = SnnDesign & { readonly network: string };

/** The usual space, or as wide as the study says for the fields that it names. */
export function conversionSpace(settings: Pick<StudySettings, "networks" | "space" | "forbidden">): Space {
  const names = settings.networks.map(({ name }) => name);
  const network = choice({ about: "ANN that is converted", options: names, default: names[0] });
  const whole = space({ network, ...designSpace.fields }, designSpace.conditions, settings.forbidden);
  return narrow(whole, { ...usualSpace, ...settings.space });
}
