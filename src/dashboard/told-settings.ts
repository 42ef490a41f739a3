// The settings of a design that are worth telling: not those that mean nothing beside the others (the leak of a
// neuron that has none), nor those that a search leaves alone and that are left alone.

import { designSpace, usualSpace } from "../pipeline/design-space.ts";
import { type DesignValues, isActive } from "../space/space.ts";

export function toldSettings(design: DesignValues): DesignValues {
  return Object.fromEntries(Object.entries(design).filter(([name, value]) => isTold(name, value, design)));
}

function isTold(name: string, value: unknown, design: DesignValues): boolean {
  const deciding = Object.hasOwn(designSpace.conditions, name) ? designSpace.conditions[name] : {};
  // Designs of older studies may lack what decides: then nothing is known, and the setting is told.
  const isKnown = Object.keys(deciding).every((other) => Object.hasOwn(design, other));
  if (isKnown && !isActive(designSpace, name, design)) return false;
  return !Object.hasOwn(usualSpace, name) || usualSpace[name] !== value;
}
