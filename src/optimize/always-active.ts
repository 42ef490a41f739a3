import { accepts } from "../space/resolve.ts";
import type { Space } from "../space/space.ts";
import { countOf } from "../space/unit-map.ts";

/** Whether every design of the space has the field active: what it depends on can be nothing else. */
export function isAlwaysActive(space: Space, name: string): boolean {
  return Object.entries(space.conditions[name] ?? {}).every(
    ([other, value]) =>
      countOf(space.fields[other]) === 1 &&
      accepts(space.fields[other], value) &&
      isAlwaysActive(space, other),
  );
}
