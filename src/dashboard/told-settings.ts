// The settings of a design that are worth telling: not those that mean nothing beside the others (the leak of a
// neuron that has none, the neurons of a layer that is not there), nor those that a search leaves alone and that are
// left alone.

import { designSpace, usualSpace } from "../pipeline/design-space.ts";
import { ttfsSpace, usualTtfsSpace } from "../pipeline/trained/ttfs-recipe.ts";
import type { Restriction } from "../space/restrict.ts";
import { type DesignValues, isActive, type Space } from "../space/space.ts";

interface Usual {
  readonly space: Space;
  readonly left: Readonly<Record<string, Restriction>>;
}

const conversions: Usual = { space: designSpace, left: usualSpace };
const eventNetworks: Usual = { space: ttfsSpace, left: usualTtfsSpace };

export function toldSettings(design: DesignValues): DesignValues {
  // Designs of skips are matrices, steps and bits: nothing of them depends on anything.
  const usual = Object.hasOwn(design, "outputThreshold") ? eventNetworks : conversions;
  return Object.fromEntries(
    Object.entries(design).filter(([name, value]) => isTold(usual, name, value, design)),
  );
}

function isTold({ space, left }: Usual, name: string, value: unknown, design: DesignValues): boolean {
  const deciding = Object.hasOwn(space.conditions, name) ? space.conditions[name] : {};
  // Designs of older studies may lack what decides: then nothing is known, and the setting is told.
  const isKnown = Object.keys(deciding).every((other) => Object.hasOwn(design, other));
  if (isKnown && !isActive(space, name, design)) return false;
  return !Object.hasOwn(left, name) || left[name] !== value;
}
